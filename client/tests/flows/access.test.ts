// Everybody can use it: no finding of axe on any view in either look, everything by keyboard alone, at 200 % and on a phone.

import { join } from 'node:path';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { findings } from './support/axe';
import { launch, open } from './support/browser';
import { dictated, inHistory, settled, speak } from './support/say';
import { Server } from './support/server';
import { readSamples, SAMPLES, silence, writeWav } from './support/wav';

const views = async (page: Page) => page.getByRole('navigation').getByRole('link').allInnerTexts();

/** What has to be there before a view is looked at: an empty one has nothing to find. */
const FILLED: Record<string, (page: Page) => Promise<void>> = {
  async Files(page) {
    await page.locator('input[type=file]').setInputFiles(join(SAMPLES, 'en_04.wav'));
    await page.getByRole('button', { name: 'Correct the text' }).waitFor({ timeout: 60_000 });
  },
  async History(page) {
    await page.getByRole('button', { name: 'Details' }).first().click();
    await page.getByRole('button', { name: 'Write it anew' }).first().click();
    await page.getByRole('button', { name: 'Use this text' }).waitFor();
    await page.getByText('Writing it…').waitFor({ state: 'detached' });
  },
  async Settings(page) {
    await page.getByRole('group', { name: 'An example' }).getByText('2:30').waitFor();
    await page.getByText('No keys yet.').waitFor();
  },
  async Operations(page) {
    await page.getByRole('region', { name: 'Who computes where' }).waitFor();
    await page.locator('.pool').first().waitFor();
  },
};

describe.skipIf(!inject('canRun'))('the page', () => {
  let server: Server;
  let browser: Browser;
  let seconds: number;

  beforeAll(async () => {
    server = await Server.start();
    const wav = join(server.data, 'speech.wav');
    seconds = writeWav(wav, [silence(0.5), readSamples('en_04.wav'), silence(3)]);
    browser = await launch(wav);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it.each(['light', 'dark'])('has no finding of axe on any view, %s', async (theme) => {
    const { page } = await open(browser, server.url, { theme, speech: 'en' });
    await page.getByText('Server ready').waitFor();
    await speak(page);
    await page.locator('.block.live').waitFor();
    expect(await findings(page), 'while speaking').toEqual([]);
    await page.getByRole('button', { name: 'Stop' }).click();
    await settled(page);
    await inHistory(server.url);
    for (const view of await views(page)) {
      await page.getByRole('link', { name: view }).click();
      await page.getByRole('heading', { level: 1, name: view }).waitFor();
      await FILLED[view]?.(page);
      expect(await findings(page), view).toEqual([]);
    }
    await page.keyboard.press('F1');
    await page.getByRole('dialog').waitFor();
    expect(await findings(page), 'shortcuts').toEqual([]);
  });

  it('is used by keyboard alone: dictate, edit, undo, look around, transcribe a file, change the look', async () => {
    const { page } = await open(browser, server.url, { speech: 'en' });
    await page.getByText('Server ready').waitFor();
    const press = (keys: string) => page.keyboard.press(keys);

    // The large button, reached and pressed like any other.
    await reach(page, 'button', 'Speak');
    await press('Enter');
    await page.getByRole('status').filter({ hasText: 'Listening' }).waitFor();
    await page.waitForTimeout(seconds * 1000);
    await press('Enter');
    await settled(page);
    const said = await dictated(page);
    expect(said.length).toBeGreaterThan(5);
    // Its shortcut; held, it records only while it is held.
    await press('F8');
    await page.getByRole('button', { name: 'Stop' }).waitFor();
    await press('F8');
    await page.getByRole('button', { name: 'Speak' }).waitFor();
    await page.keyboard.down('F9');
    await page.getByRole('button', { name: 'Stop' }).waitFor();
    await page.keyboard.up('F9');
    await page.getByRole('button', { name: 'Speak' }).waitFor();
    await settled(page);

    await reach(page, 'textbox', 'Paragraph 1');
    await press('End');
    await page.keyboard.type(' Yes');
    await press('Tab');
    expect((await dictated(page)).includes('Yes')).toBe(true);
    await press('Alt+z');
    expect((await dictated(page)).includes('Yes')).toBe(false);

    await press('Alt+2');
    await page.getByRole('heading', { name: 'Files' }).waitFor();
    const chooser = page.waitForEvent('filechooser');
    await reach(page, 'button', 'Choose files');
    await press('Enter');
    await (await chooser).setFiles(join(SAMPLES, 'en_04.wav'));
    await page.getByRole('group', { name: /^Words/ }).waitFor({ timeout: 60_000 });
    await reach(page, 'button', await page.locator('.words button').first().innerText());
    await press('ArrowRight');
    await press('Enter');
    await page.waitForFunction(() => !document.querySelector('audio')!.paused);

    await reach(page, 'link', 'Settings');
    await press('Enter');
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await reach(page, 'combobox', 'Look');
    await press('d');
    await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
    await press('F1');
    await page.getByRole('dialog').waitFor();
    await press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  });

  it('what was said is searched, written anew, taken back, deleted and brought back by keyboard alone', async () => {
    await inHistory(server.url);
    const { page } = await open(browser, server.url, { speech: 'en' });
    const press = (keys: string) => page.keyboard.press(keys);
    const texts = () => page.locator('ol.list > li > .prose').allInnerTexts();
    await reach(page, 'link', 'History');
    await press('Enter');
    const item = page.getByRole('listitem').filter({ has: page.locator('time') }).first();
    await item.waitFor();
    const before = await texts();
    await reach(page, 'button', 'Write it anew');
    await press('Enter');
    await reach(page, 'combobox', 'In the style');
    await page.keyboard.type('Chat');
    await page.getByText('Writing it…').waitFor({ state: 'detached' });
    await reach(page, 'button', 'Use this text');
    await press('Enter');
    await page.getByRole('status').filter({ hasText: 'Changed' }).waitFor();
    expect((await texts())[0]).not.toBe(before[0]);
    expect((await texts())[0]).not.toMatch(/\.$/);
    await page.keyboard.press('Shift+Tab');
    await reach(page, 'button', 'Undo');
    await press('Enter');
    await page.getByRole('status').filter({ hasText: 'Changed' }).waitFor({ state: 'detached' });
    await expect.poll(texts).toEqual(before);
    await reach(page, 'button', 'Delete this text');
    await press('Enter');
    await page.getByRole('status').filter({ hasText: 'Deleted' }).waitFor();
    await reach(page, 'button', 'Undo');
    await press('Enter');
    await expect.poll(texts).toEqual(before);
  });

  it.each([
    ['on a phone', { width: 360, height: 740 }],
    ['at 200 % on a small laptop', { width: 640, height: 400 }],
    ['at 400 %', { width: 320, height: 256 }],
  ])('fits %s: nothing is cut off to the side', async (_, viewport) => {
    const { page } = await open(browser, server.url, {}, { viewport });
    await page.getByRole('link', { name: 'Operations' }).waitFor();
    for (const view of await views(page)) {
      await page.getByRole('link', { name: view }).click();
      await page.getByRole('heading', { level: 1, name: view }).waitFor();
      await FILLED[view]?.(page);
      const wide = await page.evaluate(() => Math.max(document.documentElement.scrollWidth, document.querySelector('main')!.scrollWidth) - innerWidth);
      expect(wide, view).toBeLessThanOrEqual(0);
    }
  });
});

/** Tabs until it is there, as somebody without a mouse does. */
async function reach(page: Page, role: 'button' | 'link' | 'textbox' | 'combobox', name: string): Promise<void> {
  const wanted = page.getByRole(role, { name, exact: role !== 'button' }).first();
  for (let n = 0; n < 80; n++) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the tab key never reaches ${role} “${name}”`);
}
