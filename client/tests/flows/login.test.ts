// A server as a company runs it: everybody has an account, and sees what is theirs.

import { join } from 'node:path';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { findings } from './support/axe';
import { launch, open } from './support/browser';
import { dictated, finish, speak } from './support/say';
import { Server } from './support/server';
import { readSamples, silence, writeWav } from './support/wav';

const PASSWORD = 'correct horse battery';

describe.skipIf(!inject('canRun'))('with accounts', () => {
  let server: Server;
  let browser: Browser;
  let seconds: number;

  beforeAll(async () => {
    server = await Server.start(['auth.registration=open'], 'production');
    await server.addAdmin('root', PASSWORD);
    const wav = join(server.data, 'speech.wav');
    seconds = writeWav(wav, [silence(0.7), readSamples('en_04.wav'), silence(3)]);
    browser = await launch(wav);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const view = (page: Page, name: string) => page.getByRole('navigation').getByRole('link', { name });

  async function logIn(page: Page, name: string, password: string): Promise<void> {
    await page.getByLabel('Name or e-mail address').fill(name);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
  }

  it('somebody registers, speaks, finds it in their history, logs out and in again', async () => {
    const { page, watch } = await open(browser, server.url, { speech: 'en' });
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    expect(await findings(page), 'log in').toEqual([]);
    await page.getByRole('button', { name: 'I have no account yet' }).click();
    await page.getByLabel('Name', { exact: true }).fill('anna');
    await page.getByLabel('Password').fill(PASSWORD);
    expect(await findings(page), 'register').toEqual([]);
    await page.getByRole('button', { name: 'Create an account' }).click();

    await speak(page);
    await page.waitForTimeout(seconds * 1000);
    await finish(page);
    const said = await dictated(page);
    expect(said.length).toBeGreaterThan(5);
    await view(page, 'History').click();
    await page.getByRole('listitem').filter({ has: page.locator('time') }).first().waitFor();

    // What only admins may see is not offered, and its address leads nowhere.
    expect(await view(page, 'Operations').count()).toBe(0);
    await page.goto(`${server.url}/#/operations`);
    await page.getByRole('heading', { level: 1, name: 'Dictate' }).waitFor();

    // The login outlives the page.
    await page.reload();
    await view(page, 'Settings').click();
    await page.getByRole('button', { name: 'Log out anna' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await logIn(page, 'anna', 'something else altogether');
    await page.getByRole('alert').filter({ hasText: 'do not belong together' }).waitFor();
    await logIn(page, 'anna', PASSWORD);
    await view(page, 'History').click();
    await page.getByRole('listitem').filter({ has: page.locator('time') }).first().waitFor();
    expect(watch.troubles).toEqual([]);
  });

  it('an access token that has run out is renewed without anybody noticing', async () => {
    const { page } = await open(browser, server.url);
    await logIn(page, 'root', PASSWORD);
    await view(page, 'Settings').click();
    await page.getByRole('button', { name: 'Log out root' }).waitFor();
    let refused = 0;
    await page.route('**/api/usage', async (route) => {
      // The first request comes with a token that the server does not take any more.
      const headers = refused++ === 0 ? { ...route.request().headers(), authorization: 'Bearer run.out.already' } : route.request().headers();
      await route.continue({ headers });
    });
    const renewed = page.waitForResponse('**/api/auth/refresh');
    await view(page, 'Dictate').click();
    await view(page, 'Settings').click();
    expect((await renewed).status()).toBe(200);
    await page.getByRole('region', { name: 'Used this month' }).getByText('Speech').waitFor();
    expect(refused).toBe(2);
  });

  it('a login that was ended elsewhere leads back to the door, and two pages share one', async () => {
    const { page } = await open(browser, server.url);
    await logIn(page, 'root', PASSWORD);
    await view(page, 'Operations').waitFor();
    const second = await page.context().newPage();
    await second.goto(server.url);
    await view(second, 'Operations').waitFor();
    await view(second, 'Settings').click();
    await second.getByRole('button', { name: 'Log out everywhere' }).click();
    await second.getByRole('heading', { name: 'Log in' }).waitFor();
    await view(page, 'History').click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
  });

  it('an admin sees the machine and who computes where', async () => {
    const { page, watch } = await open(browser, server.url);
    await logIn(page, 'root', PASSWORD);
    await view(page, 'Operations').click();
    const picture = page.getByRole('region', { name: 'Who computes where' });
    await picture.getByRole('heading', { name: /^NUMA node 0/ }).waitFor();
    expect(await picture.getByRole('list', { name: /^Cores/ }).first().getByRole('listitem').count()).toBeGreaterThan(0);
    await picture.getByText(/ready · 0 of \d+ slots? busy/).first().waitFor();
    expect(await findings(page)).toEqual([]);
    expect(watch.troubles).toEqual([]);
  });
});
