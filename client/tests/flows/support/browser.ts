// Debian's Chromium with a microphone that plays a file.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

export function findBrowser(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find((file) => existsSync(file)) ?? null;
}

export function launch(wav?: string): Promise<Browser> {
  const sound = wav ? [`--use-file-for-fake-audio-capture=${wav}%noloop`] : [];
  return chromium.launch({
    executablePath: findBrowser()!,
    // Tests run as root in containers, where the browser's own sandbox cannot start.
    args: ['--no-sandbox', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--autoplay-policy=no-user-gesture-required', ...sound],
  });
}

/** What the page says of itself: errors of scripts, of the policy, requests to elsewhere. */
export class Watch {
  readonly troubles: string[] = [];

  constructor(page: Page, url: string) {
    page.on('pageerror', (error) => this.troubles.push(`error: ${error.message}`));
    page.on('console', (message) => {
      // A cut line and a server without accounts are told by the browser itself.
      if (message.type() === 'error' && !/Failed to load resource|WebSocket connection/.test(message.text())) this.troubles.push(message.text());
    });
    page.on('request', (request) => {
      const own = request.url().startsWith(url) || /^(blob|data):/.test(request.url());
      if (!own) this.troubles.push(`foreign request: ${request.url()}`);
    });
  }
}

/** What the page sent: its sound, and what it wished for. */
export class Wire {
  rate = 0;
  /** Of the last recording that began. */
  wishes: Record<string, unknown> = {};
  #frames: Buffer[] = [];

  constructor(page: Page) {
    page.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => {
        if (typeof payload !== 'string') this.#frames.push(payload.subarray(8));
        else this.#said(JSON.parse(payload));
      }),
    );
  }

  #said(message: { type?: string; audio?: { sample_rate?: number } }): void {
    if (message.type !== 'start') return;
    this.wishes = message;
    this.rate = message.audio?.sample_rate ?? this.rate;
  }

  get samples(): Int16Array {
    const bytes = Buffer.concat(this.#frames);
    return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  }
}

export interface Opened {
  wire: Wire;
  page: Page;
  watch: Watch;
}

/** The page in English, with the browser's own treatment of sound off, so that the sound is that of the file. */
export async function open(browser: Browser, url: string, local: object = {}, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({ locale: 'en-GB', permissions: ['microphone', 'clipboard-read', 'clipboard-write'], ...options });
  const chosen = { echoCancellation: false, noiseSuppression: false, autoGain: false, style: 'none', ...local };
  await context.addInitScript((value) => {
    if (!localStorage.getItem('alfavoice.local')) localStorage.setItem('alfavoice.local', value);
  }, JSON.stringify(chosen));
  const page = await context.newPage();
  const watch = new Watch(page, url);
  const wire = new Wire(page);
  await page.goto(url);
  return { page, watch, wire };
}
