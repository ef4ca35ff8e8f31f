// `npm run pictures`: takes the pictures of the views that `docs/images` holds. No test: somebody looks at them.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/pictures/**/*.test.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 90_000,
    globalSetup: ['tests/flows/support/global.ts'],
  },
});
