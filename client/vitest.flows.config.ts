import { defineConfig } from 'vitest/config';

// One browser and one server at a time: the flows listen to speech in real time and must not starve each other.
export default defineConfig({
  test: {
    include: ['tests/flows/**/*.test.ts'],
    environment: 'node',
    fileParallelism: false,
    // Generous, because a busy machine is slow and not wrong.
    testTimeout: 150_000,
    hookTimeout: 90_000,
    globalSetup: ['tests/flows/support/global.ts'],
  },
});
