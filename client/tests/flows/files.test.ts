import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { launch, open } from './support/browser';
import { Server } from './support/server';
import { readSamples, SAMPLES, silence, writeWav } from './support/wav';
import { distance } from './support/words';

/** Drops files on the page as a person does. */
async function drop(page: Page, paths: string[]): Promise<void> {
  const contents = paths.map((path) => ({ name: path.split('/').at(-1)!, bytes: readFileSync(path).toString('base64') }));
  const data = await page.evaluateHandle((files) => {
    const transfer = new DataTransfer();
    for (const { name, bytes } of files) {
      transfer.items.add(new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], name, { type: 'audio/wav' }));
    }
    return transfer;
  }, contents);
  const target = page.getByRole('group', { name: 'Drop recordings here' });
  await target.dispatchEvent('dragover', { dataTransfer: data });
  await target.dispatchEvent('drop', { dataTransfer: data });
}

describe.skipIf(!inject('canRun'))('files', () => {
  let server: Server;
  let browser: Browser;
  let long: string;
  /** So long that nobody is too late to cancel it. */
  let endless: string;

  beforeAll(async () => {
    server = await Server.start();
    browser = await launch();
    long = join(server.data, 'long.wav');
    const parts = ['en_01.wav', 'en_02.wav', 'en_03.wav', 'en_04.wav'].flatMap((name) => [readSamples(name), silence(1.2)]);
    writeWav(long, [...parts, ...parts, ...parts]);
    endless = join(server.data, 'endless.wav');
    writeWav(endless, Array.from({ length: 20 }, () => parts).flat());
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('are dropped, progress, become what the model makes of them, play, and go to a word', async () => {
    const { page, watch } = await open(browser, server.url, { speech: 'en' });
    await page.getByRole('link', { name: 'Files' }).click();
    const seen: number[] = [];
    await page.exposeFunction('progressed', (value: number) => seen.push(value));
    await page.evaluate(() => {
      new MutationObserver(() => {
        const bar = document.querySelector<HTMLProgressElement>('progress.text');
        if (bar) (window as unknown as { progressed(value: number): void }).progressed(bar.value);
      }).observe(document.body, { subtree: true, attributes: true, childList: true });
    });
    await drop(page, [long, join(SAMPLES, 'en_02.wav')]);
    const row = page.getByRole('listitem').filter({ hasText: 'long.wav' });
    await row.getByText('Done').waitFor({ timeout: 60_000 });
    expect(seen.some((value) => value > 0 && value < 1)).toBe(true);
    await page.getByRole('listitem').filter({ hasText: 'en_02.wav' }).getByText('Done').waitFor({ timeout: 60_000 });

    const open_ = row.getByRole('button', { name: 'Open long.wav' });
    if ((await open_.getAttribute('aria-expanded')) !== 'true') await open_.click();
    const words = page.getByRole('group', { name: /^Words/ }).getByRole('button');
    const text = (await words.allInnerTexts()).join(' ');
    expect(distance(await server.transcribe(long), text), text).toBeLessThan(0.05);

    const chosen = words.nth(9);
    const ms = Number(await chosen.getAttribute('data-ms'));
    expect(ms).toBeGreaterThan(0);
    // Where it goes to is asked at the moment when it is there: it plays on while the test asks.
    await page.evaluate(() => {
      const audio = document.querySelector('audio')!;
      audio.addEventListener('seeked', () => (audio.dataset.soughtTo = String(audio.currentTime * 1000)), { once: true });
    });
    await chosen.click();
    await page.waitForFunction(() => !document.querySelector('audio')!.paused && document.querySelector('audio')!.dataset.soughtTo);
    const at = await page.evaluate(() => Number(document.querySelector('audio')!.dataset.soughtTo));
    expect(Math.abs(at - ms)).toBeLessThan(500);
    // Words are lit one after the other while it plays.
    await page.waitForFunction(() => {
      const lit = document.querySelector<HTMLElement>('.words button.lit');
      return lit !== null && Number(lit.dataset.ms) > Number(document.querySelectorAll<HTMLElement>('.words button')[9]!.dataset.ms);
    });
    await page.getByRole('button', { name: 'Pause' }).click();

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as SRT' }).click();
    const subtitles = readFileSync(await (await download).path(), 'utf8');
    expect(subtitles).toMatch(/^1\n00:00:0\d,\d{3} --> 00:00:\d\d,\d{3}\n/);
    expect(watch.troubles).toEqual([]);
  });

  it('are corrected, and saved as corrected', async () => {
    const { page } = await open(browser, server.url, { speech: 'en' });
    await page.getByRole('link', { name: 'Files' }).click();
    await drop(page, [join(SAMPLES, 'en_04.wav')]);
    await page.getByRole('button', { name: 'Correct the text' }).click();
    await page.getByRole('textbox').fill('He is as mad as a March hare.');
    await page.getByRole('button', { name: 'Done correcting' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as TXT' }).click();
    expect(readFileSync(await (await download).path(), 'utf8')).toBe('He is as mad as a March hare.\n');
  });

  it('are cancelled one by one, and one that is no sound stops nobody', async () => {
    const { page } = await open(browser, server.url, { speech: 'en' });
    await page.getByRole('link', { name: 'Files' }).click();
    await drop(page, [join(SAMPLES, 'transcripts.tsv'), endless, join(SAMPLES, 'en_04.wav')]);
    await page.getByRole('button', { name: 'Cancel endless.wav' }).click();
    await page.getByRole('listitem').filter({ hasText: 'endless.wav' }).getByText('Cancelled').waitFor();
    await page.getByText('This browser cannot read that file as sound.').waitFor();
    await page.getByRole('listitem').filter({ hasText: 'en_04.wav' }).getByText('Done').waitFor({ timeout: 60_000 });
  });
});
