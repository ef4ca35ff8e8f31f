// Whatever happens between browser and server while somebody speaks: the text is complete.

import { join } from 'node:path';

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';

import { launch, open } from './support/browser';
import { Line } from './support/line';
import { dictated, finish, keptHere, settled, speak } from './support/say';
import { Server } from './support/server';
import { readSamples, silence, writeWav } from './support/wav';
import { distance } from './support/words';

/** Three sentences; the second is spoken from about 6 s to 10 s. */
const PARTS = ['en_04.wav', 'en_01.wav', 'en_03.wav'];
const SECOND = 6_500;
/** Where an utterance is cut off by a restart the small model may hear some letters otherwise. */
const NEAR = 0.3;

describe.skipIf(!inject('canRun'))('a dictation', () => {
  let server: Server;
  let line: Line;
  let browser: Browser;
  let wav: string;
  let seconds: number;

  beforeAll(async () => {
    server = await Server.start();
    line = await Line.start(server.port);
    wav = join(server.data, 'speech.wav');
    const parts = PARTS.flatMap((name) => [silence(1.5), readSamples(name)]);
    seconds = writeWav(wav, [...parts, silence(3)]);
    browser = await launch(wav);
  });
  beforeEach(() => line.mend());
  afterAll(async () => {
    await browser?.close();
    line?.stop();
    await server?.stop();
  });

  it('survives a network that is cut in mid-speech', async () => {
    const { page, wire, watch } = await open(browser, line.url, { speech: 'en' });
    await speak(page);
    await page.waitForTimeout(SECOND);
    line.cut();
    await page.getByRole('status').filter({ hasText: 'Offline, still recording' }).waitFor();
    await page.waitForTimeout(1500);
    line.mend();
    await page.getByRole('status').filter({ hasText: /^Listening/ }).waitFor();
    await page.waitForTimeout(seconds * 1000 - SECOND - 1500);
    await finish(page);
    const text = await dictated(page);
    expect(distance(await server.transcribe(wav), text), text).toBeLessThan(NEAR);
    // Every word once: what was sent twice was passed over by the server.
    expect(wire.samples.length / wire.rate).toBeGreaterThan(seconds - 1);
    expect(watch.troubles).toEqual([]);
  });

  it('survives a network that comes back only after somebody stopped', async () => {
    const { page } = await open(browser, line.url, { speech: 'en' });
    await speak(page);
    await page.waitForTimeout(SECOND);
    line.cut();
    await page.waitForTimeout(seconds * 1000 - SECOND);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('status').filter({ hasText: 'Kept, waiting for the server' }).waitFor();
    line.mend();
    await settled(page);
    const text = await dictated(page);
    expect(distance(await server.transcribe(wav), text), text).toBeLessThan(NEAR);
  });

  it('survives a server that is killed and started again in mid-speech', async () => {
    const { page } = await open(browser, line.url, { speech: 'en' });
    await speak(page);
    await page.waitForTimeout(SECOND);
    await server.kill('SIGKILL');
    await page.getByRole('status').filter({ hasText: 'Offline, still recording' }).waitFor();
    await server.run();
    await page.waitForTimeout(seconds * 1000 - SECOND);
    await finish(page);
    const text = await dictated(page);
    expect(distance(await server.transcribe(wav), text), text).toBeLessThan(NEAR);
  });

  it('survives a page that is loaded again in mid-speech while the server is away', async () => {
    const { page, watch } = await open(browser, line.url, { speech: 'en' });
    await keptHere(page);
    await speak(page);
    await page.waitForTimeout(SECOND);
    line.cut();
    await page.getByRole('status').filter({ hasText: 'Offline, still recording' }).waitFor();
    const before = await dictated(page);
    await page.waitForTimeout(4500);
    // The page comes out of the browser itself, with everything that was said.
    await page.reload();
    await page.getByRole('status').filter({ hasText: 'Kept, waiting for the server' }).waitFor();
    expect(await dictated(page)).toBe(before);
    line.mend();
    await settled(page);
    expect(watch.troubles).toEqual([]);
    const text = await dictated(page);
    expect(text.startsWith(before)).toBe(true);
    const [first, second] = await Promise.all(PARTS.slice(0, 2).map((name) => server.transcribe(join(import.meta.dirname, '../../../models/asr/samples', name))));
    expect(distance(`${first} ${second}`, text), text).toBeLessThan(0.45);
  });
});

