import { join } from 'node:path';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, inject, it } from 'vitest';

import { launch, open } from '../flows/support/browser';
import { inHistory } from '../flows/support/say';
import { Server } from '../flows/support/server';
import { readSamples, SAMPLES, silence, writeWav } from '../flows/support/wav';

const FOLDER = join(import.meta.dirname, '../../../docs/images');
const DESKTOP = { width: 1180, height: 760 };
const PHONE = { width: 390, height: 844 };

/** What people press, in both languages. */
const WORDS = {
  en: { speak: 'Speak', stop: 'Stop', ready: /^Ready$/, anew: 'Write it anew', style: 'In the style', search: 'plan', logIn: 'Log in' },
  ru: { speak: 'Говорить', stop: 'Стоп', ready: /^Готово$/, anew: 'Написать заново', style: 'В стиле', search: 'сегодня', logIn: 'Вход' },
};

type Language = keyof typeof WORDS;

const SETS: { size: string; viewport: { width: number; height: number }; theme: 'light' | 'dark'; language: Language }[] = [
  { size: 'desktop', viewport: DESKTOP, theme: 'light', language: 'en' },
  { size: 'desktop', viewport: DESKTOP, theme: 'dark', language: 'en' },
  { size: 'desktop-ru', viewport: DESKTOP, theme: 'light', language: 'ru' },
  { size: 'phone', viewport: PHONE, theme: 'light', language: 'ru' },
  { size: 'phone', viewport: PHONE, theme: 'dark', language: 'en' },
];

const IN_RUSSIAN = ['dictate', 'history', 'settings-style'];

describe.skipIf(!inject('canRun'))('pictures', () => {
  let server: Server;
  let company: Server;
  const speech = new Map<Language, { wav: string; seconds: number }>();

  beforeAll(async () => {
    server = await Server.start();
    company = await Server.start(['auth.registration=open'], 'production');
    for (const language of ['en', 'ru'] as const) {
      const wav = join(server.data, `${language}.wav`);
      const parts = ['04', '01', '03', '02'].flatMap((name) => [silence(1.2), readSamples(`${language}_${name}.wav`)]);
      speech.set(language, { wav, seconds: writeWav(wav, [...parts, silence(4)]) });
    }
  });
  afterAll(async () => {
    await server?.stop();
    await company?.stop();
  });

  it.each(SETS)('$size $theme $language', async ({ size, viewport, theme, language }) => {
    const { wav, seconds } = speech.get(language)!;
    const words = WORDS[language];
    const browser: Browser = await launch(wav);
    const local = { theme, speech: language, language, style: 'auto' };
    const options = { viewport, deviceScaleFactor: 1 };
    const { page } = await open(browser, server.url, local, options);
    // Of the second language on the same screen, a few are enough.
    const shoot = async (name: string, of = page) => {
      if (size !== 'desktop-ru' || IN_RUSSIAN.includes(name)) await of.screenshot({ path: join(FOLDER, `${name}-${size}-${theme}.png`) });
    };

    await page.getByRole('button', { name: words.speak }).click();
    await page.waitForTimeout((seconds - 6) * 1000);
    await shoot('dictate');
    await page.getByRole('button', { name: words.stop }).click();
    await page.getByRole('status').filter({ hasText: words.ready }).waitFor({ timeout: 60_000 });
    await inHistory(server.url);
    await others(page, language, shoot);

    const door = await open(browser, company.url, local, options);
    await door.page.getByRole('heading', { name: words.logIn }).waitFor();
    await shoot('login', door.page);
    await browser.close();
  });
});

async function others(page: Page, language: Language, shoot: (name: string) => Promise<unknown>): Promise<void> {
  const view = async (name: string) => {
    await page.getByRole('navigation').locator(`a[href="#/${name}"]`).click();
    await page.locator(`h1#${name}`).waitFor();
  };
  const words = WORDS[language];

  await view('files');
  await page.locator('input[type=file]').setInputFiles([join(SAMPLES, `${language}_02.wav`), join(SAMPLES, `${language}_01.wav`)]);
  await page.locator('.words button').nth(3).click({ timeout: 90_000 });
  await page.waitForTimeout(700);
  await shoot('files');

  await view('history');
  await page.getByRole('button', { name: words.anew }).first().click();
  await page.getByLabel(words.style).selectOption('chat');
  await page.waitForTimeout(1500);
  await shoot('history');

  await view('settings');
  await page.waitForTimeout(1500);
  await shoot('settings');
  await page.locator('.preview').scrollIntoViewIfNeeded();
  await page.waitForTimeout(500);
  await shoot('settings-style');

  await view('operations');
  // The server is looked at while somebody speaks.
  await page.keyboard.press('F8');
  await page.waitForTimeout(16_000);
  await shoot('operations');
  await page.locator('#topology').scrollIntoViewIfNeeded();
  await page.locator('#topology').evaluate((heading) => heading.scrollIntoView({ block: 'start' }));
  await page.waitForTimeout(300);
  await shoot('topology');
  await page.keyboard.press('F8');
}
