// What belongs to a person: settings, words, keys, history. It appears where the server offers it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { launch, open, type Opened } from './support/browser';
import { Line } from './support/line';
import { dictated, finish, inHistory, keptHere, settled, speak } from './support/say';
import { Server } from './support/server';
import { readSamples, silence, writeWav } from './support/wav';

/** Whether this server has accounts; without them nothing here is shown. */
const offered = (server: Server) => fetch(`${server.url}/api/auth/server`).then((answer) => answer.ok);

describe.skipIf(!inject('canRun'))('a person', () => {
  let server: Server;
  let browser: Browser;
  let seconds: number;

  beforeAll(async () => {
    server = await Server.start(['retention.keep_audio_days=1']);
    const wav = join(server.data, 'speech.wav');
    seconds = writeWav(wav, [silence(0.7), readSamples('en_04.wav'), silence(3)]);
    browser = await launch(wav);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function settings(skip: (note: string) => void): Promise<Opened> {
    if (!(await offered(server))) skip('this server has no accounts');
    const opened = await open(browser, server.url, { speech: 'en' });
    await opened.page.getByRole('link', { name: 'Settings' }).click();
    await opened.page.getByRole('heading', { name: 'Dictation' }).waitFor();
    return opened;
  }

  it('changes settings by a form that the server describes, is told what is wrong, and is asked before history ends', async ({ skip }) => {
    const { page, wire } = await settings(skip);
    const save = page.getByRole('button', { name: 'Save', exact: true });
    const pause = page.getByRole('spinbutton');
    await pause.fill('999999');
    await page.getByRole('alert').filter({ hasText: /^Between 0 and/ }).waitFor();
    expect(await save.isDisabled()).toBe(true);
    await pause.fill('700');
    await save.click();
    await page.getByText('Saved').waitFor();
    await page.getByRole('checkbox', { name: /history/i }).uncheck();
    await save.click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
    await page.reload();
    await page.getByRole('heading', { name: 'Dictation' }).waitFor();
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('input[type=number]')?.value === '700');
    expect(await page.getByRole('checkbox', { name: /history/i }).isChecked()).toBe(true);
    // It holds for what is said from now on.
    await page.getByRole('link', { name: 'Dictate' }).click();
    await speak(page);
    await finish(page);
    expect(wire.wishes).toMatchObject({ pause_ms: 700, partials: true });
  });

  it('adds words one by one and by file, and removes them', async ({ skip }) => {
    const { page } = await settings(skip);
    const words = page.getByRole('region', { name: 'Dictionary', exact: true });
    await words.getByLabel('Word').fill('AlfaVoice');
    await words.getByRole('button', { name: 'Add' }).click();
    await words.getByText('AlfaVoice').waitFor();
    const file = (text: string) => ({ name: 'words.txt', mimeType: 'text/plain', buffer: Buffer.from(text) });
    await words.locator('input[type=file]').setInputFiles(file('Anna\nKubernetes\tcuber netties\n'));
    await words.getByText('2 lines imported').waitFor();
    await words.getByText('cuber netties').waitFor();
    await words.getByRole('button', { name: 'Remove Anna' }).click();
    await words.getByText('Anna').waitFor({ state: 'detached' });
    const snippets = page.getByRole('region', { name: 'Snippets', exact: true });
    await snippets.locator('input[type=file]').setInputFiles(file('sig\tBest wishes\nwithout a text\n'));
    await snippets.getByText('Line 2 cannot be used: without a text').waitFor();
  });

  it('makes a key that is shown once, and revokes it only when asked twice', async ({ skip }) => {
    const { page } = await settings(skip);
    const keys = page.getByRole('region', { name: 'Keys for programs' });
    await keys.getByLabel('What for').fill('editor');
    await keys.getByRole('button', { name: 'Create a key' }).click();
    await keys.getByText('Copy it now').waitFor();
    await keys.getByRole('button', { name: 'Revoke editor' }).click();
    await keys.getByRole('alertdialog').getByRole('button', { name: 'Revoke editor' }).click();
    await keys.getByText('editor', { exact: true }).waitFor({ state: 'detached' });
  });

  it('finds what was said, corrects it, removes it and takes that back', async ({ skip }) => {
    if (!(await offered(server))) skip('this server has no accounts');
    const { page, watch } = await open(browser, server.url, { speech: 'en' });
    await speak(page);
    await page.waitForTimeout(seconds * 1000);
    await finish(page);
    expect((await dictated(page)).length).toBeGreaterThan(5);
    await inHistory(server.url);
    await page.getByRole('link', { name: 'History' }).click();
    const items = page.getByRole('listitem').filter({ has: page.locator('time') });
    await items.first().waitFor();
    await items.first().getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('textbox', { name: 'Edit' }).fill('A zebra in the history.');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('A zebra in the history.').waitFor();
    await page.getByRole('searchbox').fill('zebra');
    await page.locator('mark', { hasText: 'zebra' }).waitFor();
    await items.first().getByRole('button', { name: 'Delete this text' }).click();
    await page.getByRole('status').filter({ hasText: 'Deleted' }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.locator('mark', { hasText: 'zebra' }).waitFor();
    await page.getByRole('searchbox').fill('nowhere');
    await page.getByText('Nothing was found for “nowhere”.').waitFor();
    expect(watch.troubles).toEqual([]);
  });

  it('has a text written anew in another style, takes that back, and saves all that a search finds', async ({ skip }) => {
    if (!(await offered(server))) skip('this server has no accounts');
    const { page, watch } = await open(browser, server.url, { speech: 'en', style: 'none' });
    await speak(page);
    await page.waitForTimeout(seconds * 1000);
    await finish(page);
    await inHistory(server.url);
    await page.getByRole('link', { name: 'History' }).click();
    const item = page.getByRole('listitem').filter({ has: page.locator('time') }).first();
    const text = item.locator('.prose').first();
    await item.getByText('Plain').waitFor();
    const before = await text.innerText();
    await item.getByRole('button', { name: 'Write it anew' }).click();
    const again = item.getByRole('form', { name: 'Write it anew' });
    await again.getByText('It stays as it is.').waitFor();
    expect(await again.getByRole('button', { name: 'Use this text' }).isDisabled()).toBe(true);
    await again.getByLabel('In the style').selectOption('chat');
    await again.getByRole('button', { name: 'Use this text' }).click();
    await page.getByRole('status').filter({ hasText: 'Changed' }).waitFor();
    await item.getByText('Chat').waitFor();
    const written = await text.innerText();
    // A chat message has no full stop at its very end.
    expect(written).toBe(before.replace(/\.$/, ''));
    expect(written).not.toBe(before);

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'TXT' }).click();
    expect(readFileSync(await (await download).path(), 'utf8').split('\n\n').map((one) => one.trim())).toContain(written);
    await page.getByRole('button', { name: 'Undo' }).click();
    await item.getByText('Plain').waitFor();
    expect(await text.innerText()).toBe(before);
    expect(watch.troubles).toEqual([]);
  });

  it('sees what a style makes of an example before choosing it, and hears signals only when wanted', async ({ skip }) => {
    const { page } = await settings(skip);
    const example = page.getByRole('group', { name: 'An example' });
    await example.getByText('twenty five chairs').waitFor();
    await example.getByText(/25 chairs/).waitFor();
    await page.getByLabel('Style', { exact: true }).selectOption('verbatim');
    await example.getByText(/twenty five chairs/).nth(1).waitFor();
    const played = () => page.evaluate(() => (window as unknown as { tones: number }).tones);
    await page.evaluate(() => {
      Object.assign(window, { tones: 0 });
      const { start } = OscillatorNode.prototype;
      OscillatorNode.prototype.start = function (when) {
        (window as unknown as { tones: number }).tones += 1;
        start.call(this, when);
      };
    });
    const record = async () => {
      await page.getByRole('link', { name: 'Dictate' }).click();
      await speak(page);
      await finish(page);
    };
    await record();
    expect(await played()).toBe(0);
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('checkbox', { name: 'Signals' }).check();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved').waitFor();
    await record();
    expect(await played()).toBe(4);
  });

  it('who spoke without a server from beginning to end has it brought and transcribed later', async ({ skip }) => {
    if (!(await offered(server))) skip('this server has no accounts');
    const line = await Line.start(server.port);
    const { page } = await open(browser, line.url, { speech: 'en' });
    await page.getByText('Server ready').waitFor();
    await keptHere(page);
    line.cut();
    await page.getByRole('button', { name: 'Speak' }).click();
    await page.getByRole('button', { name: 'Stop' }).waitFor();
    await page.waitForTimeout(seconds * 1000);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('status').filter({ hasText: 'Kept, waiting for the server' }).waitFor();
    // Another page finds it, still without a server; later it goes by upload, not by a socket.
    await page.goto('about:blank');
    await page.goto(line.url);
    await page.getByRole('status').filter({ hasText: 'Kept, waiting for the server' }).waitFor();
    const brought = page.waitForRequest(/\/api\/recordings\/[^/]+\/data/);
    line.mend();
    await brought;
    await settled(page);
    expect((await dictated(page)).length).toBeGreaterThan(5);

    // Its sound is kept on the server, and played from there.
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByRole('button', { name: 'Play the sound' }).first().click();
    await page.waitForFunction(() => (document.querySelector('audio')?.currentTime ?? 0) > 0.1);
    line.stop();
  });
});
