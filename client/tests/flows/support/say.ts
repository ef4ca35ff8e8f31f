// Steps that several flows share.

import type { Page } from 'playwright-core';

export async function dictated(page: Page): Promise<string> {
  const texts = await page.getByRole('textbox', { name: /^Paragraph/ }).allInnerTexts();
  return texts.join(' ');
}

export async function speak(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Speak' }).click();
  await page.getByRole('status').filter({ hasText: 'Listening' }).waitFor();
}

/** Stops, and waits until everything is text. */
export async function finish(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Stop' }).click();
  await settled(page);
}

export async function settled(page: Page): Promise<void> {
  await page.getByRole('status').filter({ hasText: /^Ready$/ }).waitFor({ timeout: 60_000 });
}

/** Until the browser keeps the page itself, so that it opens without a server. */
export async function keptHere(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

/** What was said is written into the history shortly after it was told. */
export async function inHistory(url: string): Promise<void> {
  const until = Date.now() + 30_000;
  for (;;) {
    const { items } = (await (await fetch(`${url}/api/history?limit=1`)).json()) as { items: unknown[] };
    if (items.length > 0) return;
    if (Date.now() > until) throw new Error('nothing came into the history');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
