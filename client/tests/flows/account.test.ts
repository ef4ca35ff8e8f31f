// What belongs to a person: settings, words, keys, history. It appears where the server offers it.

import { join } from 'node:path';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { launch, open } from './support/browser';
import { Line } from './support/line';
import { dictated, finish, settled, speak } from './support/say';
import { Server } from './support/server';
import { readSamples, silence, writeWav } from './support/wav';

/** Whether this server has accounts; without them nothing here is shown. */
const offered = (server: Server) => fetch(`${server.url}/api/auth/server`).then((answer) => answer.ok);

describe.skipIf(!inject('canRun'))('a person', () => {
  let server: Server;
  let browser: Browser;
  let seconds: number;

  beforeAll(async () => {
    server = await Server.start();
    const wav = join(server.data, 'speech.wav');
    seconds = writeWav(wav, [silence(0.7), readSamples('en_04.wav'), silence(3)]);
    browser = await launch(wav);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function settings(skip: (note: string) => void): Promise<Page> {
    if (!(await offered(server))) skip('this server has no accounts');
    const { page } = await open(browser, server.url, { speech: 'en' });
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('heading', { name: 'Dictation' }).waitFor();
    return page;
  }

  it('changes settings by a form that the server describes, is told what is wrong, and is asked before history ends', async ({ skip }) => {
    const page = await settings(skip);
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
  });

  it('adds words one by one and by file, and removes them', async ({ skip }) => {
    const page = await settings(skip);
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
    const page = await settings(skip);
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

  it('who spoke without a server from beginning to end has it brought and transcribed later', async ({ skip }) => {
    if (!(await offered(server))) skip('this server has no accounts');
    const line = await Line.start(server.port);
    const { page } = await open(browser, line.url, { speech: 'en' });
    await page.getByText('Server ready').waitFor();
    // The page has everything that it needs to go on alone.
    await page.waitForTimeout(2500);
    line.cut();
    await page.getByRole('button', { name: 'Speak' }).click();
    await page.getByRole('button', { name: 'Stop' }).waitFor();
    await page.waitForTimeout(seconds * 1000);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('status').filter({ hasText: 'Kept, waiting for the server' }).waitFor();
    // Another page finds it later: it goes by upload, not by a socket.
    const brought = page.waitForRequest(/\/api\/recordings\/[^/]+\/data/);
    await page.goto('about:blank');
    line.mend();
    await page.goto(line.url);
    await brought;
    await settled(page);
    expect((await dictated(page)).length).toBeGreaterThan(5);
    line.stop();
  });
});
