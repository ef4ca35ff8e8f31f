// Fast and light: there within a second, never blocked while somebody speaks, small.

import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { launch, open } from './support/browser';
import { finish, speak } from './support/say';
import { Server } from './support/server';
import { readSamples, silence, writeWav } from './support/wav';

const MOST_KB = 200;
const INTERACTIVE_MS = 1000;
const BLOCKED_MS = 50;
const TASKS = new Set(['RunTask', 'ThreadControllerImpl::RunTask']);

/** How much more there is to do than the machine has processors for: what everything then takes longer. */
const busy = () => Math.max(1, loadavg()[0]! / cpus().length);

interface TraceEvent {
  name: string;
  ph: string;
  dur?: number;
  /** Time on the processor: what counts on a machine that does other work as well. */
  tdur?: number;
  tid: number;
  pid: number;
  args?: { name?: string };
}

describe.skipIf(!inject('canRun'))('the page', () => {
  let server: Server;
  let browser: Browser;
  let seconds: number;

  beforeAll(async () => {
    server = await Server.start();
    const wav = join(server.data, 'speech.wav');
    seconds = writeWav(wav, [silence(0.5), readSamples('en_01.wav'), silence(1), readSamples('en_04.wav'), silence(2)]);
    browser = await launch(wav);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it(`weighs less than ${MOST_KB} KB with all of its views`, async () => {
    // What is kept in the browser must not be taken for what came over the wire.
    const { page } = await open(browser, server.url, {}, { serviceWorkers: 'block' });
    const client = await page.context().newCDPSession(page);
    await client.send('Network.enable');
    await client.send('Network.setCacheDisabled', { cacheDisabled: true });
    let bytes = 0;
    client.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
    await page.reload();
    await page.getByRole('link', { name: 'Operations' }).waitFor();
    for (const view of await page.getByRole('navigation').getByRole('link').allInnerTexts()) {
      await page.getByRole('link', { name: view }).click();
      await page.getByRole('heading', { level: 1, name: view }).waitFor();
    }
    await page.waitForTimeout(500);
    console.log(`page: ${Math.round(bytes / 1024)} KB over the wire with all views`);
    expect(bytes / 1024).toBeGreaterThan(10);
    expect(bytes / 1024).toBeLessThan(MOST_KB);
  });

  it('can be used within a second', async () => {
    const times: number[] = [];
    for (let n = 0; n < 5; n++) {
      const { page } = await open(browser, server.url);
      await page.getByRole('button', { name: 'Speak' }).waitFor();
      // When the first paint with the button on it was over.
      times.push(await page.evaluate(() => performance.getEntriesByName('usable')[0]?.startTime ?? Infinity));
      await page.context().close();
    }
    times.sort((a, b) => a - b);
    console.log(`page: usable after ${times.map(Math.round).join(', ')} ms (load ${busy().toFixed(1)})`);
    // The median, and in proportion: other work on the machine must not decide.
    expect(times[2]).toBeLessThan(INTERACTIVE_MS * busy());
  });

  it('stands still while it loads', async () => {
    const { page } = await open(browser, server.url);
    await page.getByRole('link', { name: 'Operations' }).waitFor();
    await page.addInitScript(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
      }).observe({ type: 'layout-shift', buffered: true });
    });
    for (const view of ['dictate', 'history', 'settings', 'operations']) {
      await page.goto(`${server.url}/#/${view}`);
      await page.reload();
      await page.getByText('Server ready').waitFor();
      await page.waitForTimeout(1000);
      const shift = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts.reduce((sum, value) => sum + value, 0));
      console.log(`page: ${view} shifts by ${shift.toFixed(4)} while it loads`);
      // What a browser counts as good is 0.1.
      expect(shift, view).toBeLessThan(0.1);
    }
  });

  it(`does not block for ${BLOCKED_MS} ms while somebody speaks, and nothing jumps`, async () => {
    const { page } = await open(browser, server.url, { speech: 'en' });
    await page.waitForTimeout(1000);
    await page.evaluate(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
      }).observe({ type: 'layout-shift', buffered: false });
    });
    await speak(page);
    await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline', 'disabled-by-default-lighthouse', '__metadata'] });
    await page.waitForTimeout(seconds * 1000);
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
    await finish(page);
    const names = new Map(traceEvents.filter((event) => event.name === 'thread_name').map((event) => [`${event.pid}.${event.tid}`, event.args?.name]));
    const tasks = traceEvents.filter((event) => TASKS.has(event.name) && event.ph === 'X' && names.get(`${event.pid}.${event.tid}`) === 'CrRendererMain');
    const longest = Math.max(...tasks.map((task) => (task.tdur ?? task.dur ?? 0) / 1000));
    const waited = Math.max(...tasks.map((task) => (task.dur ?? 0) / 1000));
    const shift = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts.reduce((sum, value) => sum + value, 0));
    console.log(`page: ${tasks.length} tasks while speaking, the longest ${longest.toFixed(1)} ms (${waited.toFixed(1)} ms by the clock); layout shift ${shift.toFixed(4)}`);
    expect(tasks.length).toBeGreaterThan(100);
    expect(longest).toBeLessThan(BLOCKED_MS);
    expect(shift).toBeLessThan(0.02);
  });
});
