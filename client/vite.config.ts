import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

import { compressed } from './build/compressed.ts';
import { offline } from './build/offline.ts';

export default defineConfig({
  plugins: [svelte(), offline(), compressed()],
  build: {
    target: 'es2022',
    // The policy of the page allows no `data:` script: every asset is a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      '^/(api|healthz|readyz|metrics)': 'http://127.0.0.1:3000',
      '/transcribe': { target: 'ws://127.0.0.1:3000', ws: true },
    },
  },
});
