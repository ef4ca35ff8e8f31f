import { join } from 'node:path';

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { launch, open } from './support/browser';
import { dictated, finish, speak } from './support/say';
import { Server } from './support/server';
import { readSamples, silence, writeWav } from './support/wav';
import { distance } from './support/words';

/** What the recogniser makes of the very same sound. */
const SAME = 0.03;
/** The small built-in model reads a sound that went through the browser's resampling a little otherwise. */
const NEAR = 0.35;

describe.skipIf(!inject('canRun'))('dictation', () => {
  let server: Server;
  let browser: Browser;
  let wav: string;
  let seconds: number;

  beforeAll(async () => {
    server = await Server.start();
    wav = join(server.data, 'speech.wav');
    seconds = writeWav(wav, [silence(1), readSamples('en_04.wav'), silence(3)]);
    browser = await launch(wav);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('shows words while they are spoken, and ends in what the model makes of the file', async () => {
    const { page, watch, wire } = await open(browser, server.url, { speech: 'en' });
    const live: string[] = [];
    await page.exposeFunction('heard', (text: string) => live.push(text));
    await page.evaluate(() => {
      const look = () => {
        const text = document.querySelector('.block.live')?.textContent?.trim();
        if (text) (window as unknown as { heard(text: string): void }).heard(text);
      };
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    await speak(page);
    await page.waitForTimeout(seconds * 1000);
    await finish(page);
    const text = await dictated(page);
    expect(live.length).toBeGreaterThan(0);
    const sent = join(server.data, 'sent.wav');
    writeWav(sent, [wire.samples], wire.rate);
    expect(distance(await server.transcribe(sent), text), text).toBeLessThan(SAME);
    expect(distance(await server.transcribe(wav), text), text).toBeLessThan(NEAR);
    expect(watch.troubles).toEqual([]);
  });

  it('is copied, edited in place, undone, and there again after a reload', async () => {
    const { page } = await open(browser, server.url, { speech: 'en' });
    await speak(page);
    await page.waitForTimeout(seconds * 1000);
    await finish(page);
    const paragraph = page.getByRole('textbox', { name: 'Paragraph 1' });
    await paragraph.waitFor();
    const said = await paragraph.innerText();
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByText('Copied').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(said);
    await paragraph.fill('Typed by hand.');
    await page.getByRole('heading', { name: 'Dictate' }).click();
    expect(await dictated(page)).toBe('Typed by hand.');
    await page.getByRole('button', { name: 'Undo' }).click();
    expect(await dictated(page)).toBe(said);
    await page.getByRole('button', { name: 'Redo' }).click();
    await page.waitForTimeout(600);
    await page.reload();
    await paragraph.waitFor();
    expect(await dictated(page)).toBe('Typed by hand.');
  });

  it('goes on in the dark, and the choice stays', async () => {
    const { page } = await open(browser, server.url);
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByLabel('Look').selectOption('light');
    const light = await paper();
    await page.getByLabel('Look').selectOption('dark');
    const dark = await paper();
    expect(dark).not.toBe(light);
    await page.reload();
    expect(await paper()).toBe(dark);
    await page.getByLabel('Language of the page').selectOption('ru');
    await page.getByRole('heading', { name: 'Настройки' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('ru');
  });

  it('says what to do about a microphone that is forbidden', async () => {
    const { page } = await open(browser, server.url, {}, { permissions: [] });
    await page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
    });
    await page.getByRole('button', { name: 'Speak' }).click();
    await page.getByRole('alert').filter({ hasText: 'forbidden for this page' }).waitFor();
    await page.getByRole('button', { name: 'Speak' }).waitFor();
  });
});
