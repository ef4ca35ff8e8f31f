// Writes `offline.js`, the service worker that keeps this build of the page in the browser.

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

import { files } from './compressed.ts';

export const WORKER = 'offline.js';

const SOURCE = join(import.meta.dirname, 'offline.worker.js');

/** Before the files are compressed, because it is one of them. */
export function offline(): Plugin {
  let folder = 'dist';
  return {
    name: 'offline',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir;
    },
    closeBundle: () => writeWorker(folder),
  };
}

/** The worker of what is in the folder; another one whenever anything in it is another one. */
export function writeWorker(folder: string): void {
  const names = files(folder)
    .map((path) => path.slice(folder.length + 1))
    .filter((name) => name !== WORKER && !/(^|\/)\.|\.br$/.test(name))
    .sort();
  const version = createHash('sha256');
  for (const name of names) version.update(name).update('\0').update(readFileSync(join(folder, name)));
  const paths = names.map((name) => (name === 'index.html' ? '/' : `/${name}`));
  const source = readFileSync(SOURCE, 'utf8');
  const filled = source.replace('%VERSION%', version.digest('hex').slice(0, 16)).replace('%FILES%', paths.join(' '));
  writeFileSync(join(folder, WORKER), filled);
}
