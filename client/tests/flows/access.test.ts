// Everybody can use it: no finding of axe on any view in either look, everything by keyboard alone, at 200 % and on a phone.

import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { launch, open } from './support/browser';
import { dictated, settled } from './support/say';
import { Server } from './support/server';
import { readSamples, SAMPLES, silence, writeWav } from './support/wav';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

async function findings(page: Page): Promise<string[]> {
  // The policy of the page allows no foreign script; the test's own comes in by the debugger.
  await page.evaluate((await import('node:fs')).readFileSync(AXE, 'utf8'));
  return page.evaluate(async () => {
    const axe = (window as unknown as { axe: { run(node: Document, options: object): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> } }).axe;
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await axe.run(document, { runOnly: { type: 'tag', values: tags } });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`));
  });
}

const views = async (page: Page) => page.getByRole('navigation').getByRole('link').allInnerTexts();

describe.skipIf(!inject('canRun'))('the page', () => {
  let server: Server;
  let browser: Browser;

  beforeAll(async () => {
    server = await Server.start();
    const wav = join(server.data, 'speech.wav');
    writeWav(wav, [silence(0.5), readSamples('en_04.wav'), silence(3)]);
    browser = await launch(wav);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it.each(['light', 'dark'])('has no finding of axe on any view, %s', async (theme) => {
    const { page } = await open(browser, server.url, { theme, speech: 'en' });
    await page.getByText('Server ready').waitFor();
    await page.getByRole('button', { name: 'Speak' }).click();
    await page.waitForTimeout(2500);
    expect(await findings(page), 'while speaking').toEqual([]);
    await page.getByRole('button', { name: 'Stop' }).click();
    await settled(page);
    for (const view of await views(page)) {
      await page.getByRole('link', { name: view }).click();
      await page.getByRole('heading', { level: 1, name: view }).waitFor();
      if (view === 'Files') {
        await page.locator('input[type=file]').setInputFiles(join(SAMPLES, 'en_04.wav'));
        await page.getByRole('button', { name: 'Correct the text' }).waitFor({ timeout: 60_000 });
      }
      await page.waitForTimeout(300);
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
    await page.waitForTimeout(4000);
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

  it.each([
    ['on a phone', { width: 360, height: 740 }],
    ['at 200 % on a small laptop', { width: 640, height: 400 }],
    ['at 400 %', { width: 320, height: 256 }],
  ])('fits %s: nothing is cut off to the side', async (_, viewport) => {
    const { page } = await open(browser, server.url, {}, { viewport });
    await page.getByRole('button', { name: 'Speak' }).waitFor();
    for (const view of await views(page)) {
      await page.getByRole('link', { name: view }).click();
      await page.getByRole('heading', { level: 1, name: view }).waitFor();
      await page.waitForTimeout(300);
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
