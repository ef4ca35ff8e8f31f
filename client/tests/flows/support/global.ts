// Without a browser or a server the flows cannot run; that is said, and counts as skipped.

import { appendFileSync, existsSync } from 'node:fs';
import type { TestProject } from 'vitest/node';

import { findBrowser } from './browser';
import { ALFAVOICE } from './server';

declare module 'vitest' {
  interface ProvidedContext {
    canRun: boolean;
  }
}

export default function setUp(project: TestProject): void {
  const missing = !findBrowser() ? 'no Chromium in PATH' : !existsSync(ALFAVOICE) ? `no server at ${ALFAVOICE}` : null;
  if (missing) {
    console.log(`flows of the page: ${missing}`);
    if (process.env.ALFAVOICE_SKIPPED) appendFileSync(process.env.ALFAVOICE_SKIPPED, `flows of the page: ${missing}\n`);
  }
  project.provide('canRun', missing === null);
}
