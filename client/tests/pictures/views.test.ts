import { join } from 'node:path';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, inject, it } from 'vitest';

import { launch, open } from '../flows/support/browser';
import { settled, speak } from '../flows/support/say';
import { Server } from '../flows/support/server';
import { readSamples, SAMPLES, silence, writeWav } from '../flows/support/wav';

const FOLDER = join(import.meta.dirname, '../../../docs/images');
const SIZES = { desktop: { width: 1180, height: 760 }, phone: { width: 390, height: 844 } };

describe.skipIf(!inject('canRun'))('pictures', () => {
  let server: Server;
  let browser: Browser;
  let seconds: number;

  beforeAll(async () => {
    server = await Server.start();
    const wav = join(server.data, 'speech.wav');
    const parts = ['en_04.wav', 'en_01.wav', 'en_03.wav', 'en_02.wav'].flatMap((name) => [silence(1.2), readSamples(name)]);
    seconds = writeWav(wav, [...parts, silence(4)]);
    browser = await launch(wav);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  for (const theme of ['light', 'dark'] as const) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      it(`${theme} ${size}`, async () => {
        const language = size === 'phone' ? 'ru' : 'en';
        const { page } = await open(browser, server.url, { theme, speech: 'en', language, style: 'auto' }, { viewport, deviceScaleFactor: 1 });
        const shoot = (name: string) => page.screenshot({ path: join(FOLDER, `${name}-${size}-${theme}.png`) });
        if (language === 'en') await speak(page);
        else await page.getByRole('button', { name: 'Говорить' }).click();
        await page.waitForTimeout((seconds - 6) * 1000);
        await shoot('dictate');
        if (language === 'en') {
          await page.getByRole('button', { name: 'Stop' }).click();
          await settled(page);
        } else {
          await page.getByRole('button', { name: 'Стоп' }).click();
          await page.waitForTimeout(5000);
        }
        await others(page, shoot);
        await page.context().close();
      });
    }
  }
});

async function others(page: Page, shoot: (name: string) => Promise<unknown>): Promise<void> {
  const links = page.getByRole('navigation').getByRole('link');
  for (let n = 1; n < (await links.count()); n++) {
    const name = (await links.nth(n).getAttribute('href'))!.slice(2);
    await links.nth(n).click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    if (name === 'files') {
      await page.locator('input[type=file]').setInputFiles([join(SAMPLES, 'en_02.wav'), join(SAMPLES, 'ru_01.wav')]);
      await page.locator('.words button').nth(3).click({ timeout: 90_000 });
      await page.waitForTimeout(700);
    }
    // The server is looked at while somebody speaks.
    if (name === 'operations') await page.keyboard.press('F8');
    await page.waitForTimeout(name === 'operations' ? 16_000 : 1500);
    await shoot(name);
    if (name === 'operations') await page.keyboard.press('F8');
  }
}
