// Something in the page itself breaks: people are told, and loading it again loses nothing.

import { join } from 'node:path';

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { findings } from './support/axe';
import { launch, open } from './support/browser';
import { dictated, settled, speak } from './support/say';
import { Server } from './support/server';
import { readSamples, SAMPLES, silence, writeWav } from './support/wav';
import { distance } from './support/words';

describe.skipIf(!inject('canRun'))('a page that breaks', () => {
  let server: Server;
  let browser: Browser;
  let seconds: number;

  beforeAll(async () => {
    server = await Server.start();
    const wav = join(server.data, 'speech.wav');
    seconds = writeWav(wav, [silence(0.7), readSamples('en_04.wav'), silence(1.5), readSamples('en_01.wav'), silence(1)]);
    browser = await launch(wav);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('says so, and has text and recording again after it was loaded again', async () => {
    const { page } = await open(browser, server.url, { speech: 'en' });
    // A history that no server sends: the view that shows it breaks.
    await page.route('**/api/history?*', (route) => route.fulfill({ json: { items: [{ id: '1' }], next: null } }));
    await page.getByRole('link', { name: 'History' }).waitFor();
    await speak(page);
    await page.waitForTimeout(seconds * 1000);
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByRole('alert').filter({ hasText: 'Something in this page broke' }).waitFor();
    expect(await findings(page)).toEqual([]);
    // The other views are still there, and so is the recording.
    await page.getByRole('link', { name: 'Dictate' }).click();
    await page.getByRole('button', { name: 'Stop' }).waitFor();
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByRole('button', { name: 'Load again' }).waitFor();
    await page.unroute('**/api/history?*');
    await page.getByRole('button', { name: 'Load again' }).click();
    await page.getByRole('heading', { level: 1, name: 'History' }).waitFor();
    await page.getByRole('link', { name: 'Dictate' }).click();
    await settled(page);
    const wanted = await Promise.all(['en_04.wav', 'en_01.wav'].map((name) => server.transcribe(join(SAMPLES, name))));
    const text = await dictated(page);
    expect(distance(wanted.join(' '), text), text).toBeLessThan(0.4);
  });
});
