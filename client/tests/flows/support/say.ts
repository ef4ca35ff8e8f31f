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
