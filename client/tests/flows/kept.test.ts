// The page itself is kept in the browser: it opens without a server, and never shows an older build than the server has.

import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { writeWorker } from '../../build/offline';
import { launch, open } from './support/browser';
import { keptHere } from './support/say';
import { Files } from './support/static';

const BUILT = join(import.meta.dirname, '../../dist');

describe.skipIf(!inject('canRun') || !existsSync(join(BUILT, 'index.html')))('the page', () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'alfavoice-build-'));
  const first = join(BUILT, 'index.html');

  beforeAll(async () => {
    cpSync(BUILT, folder, { recursive: true });
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Puts another build into the folder, as an update of the server does. */
  function build(number: number): void {
    const html = readFileSync(first, 'utf8').replace('<title>', `<meta name="build" content="${number}"><title>`);
    writeFileSync(join(folder, 'index.html'), html);
    writeWorker(folder);
  }

  const shown = (page: Page) => page.locator('meta[name=build]').getAttribute('content');

  it('is the newest while the server is there, and the newest that was seen while it is away', async () => {
    build(1);
    const files = await Files.start(folder);
    const { page, watch } = await open(browser, files.url);
    await keptHere(page);
    expect(await shown(page)).toBe('1');
    build(2);
    await page.reload();
    expect(await shown(page)).toBe('2');
    // Nothing of the old build stays behind.
    const kept = () =>
      page.evaluate(async () => {
        const names = await caches.keys();
        const texts = await Promise.all(names.map(async (name) => (await (await caches.open(name)).match('/'))?.text()));
        return texts.map((text) => /name="build" content="(\d)"/.exec(text ?? '')?.[1]);
      });
    await expect.poll(kept, { timeout: 20_000 }).toEqual(['2']);
    files.stop();
    await page.reload();
    expect(await shown(page)).toBe('2');
    await page.getByRole('button', { name: 'Speak' }).waitFor();
    await page.getByText('Server not reachable').waitFor();
    for (const view of ['Files', 'Settings']) {
      await page.getByRole('link', { name: view }).click();
      await page.getByRole('heading', { level: 1, name: view }).waitFor();
    }
    expect(watch.troubles).toEqual([]);
  });
});
