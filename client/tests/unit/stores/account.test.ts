import { describe, expect, it } from 'vitest';

import { browser, refusal, type Server } from './browser';

const LOGIN = { 'alfavoice.login': 'r1' };
const me = (role: string) => ({ user: { id: 'u', name: 'anna', role }, scopes: ['settings', 'history.read'], auth: 'token' });
const tokens = { access_token: 'a', refresh_token: 'r2' };

const fresh = async () => (await import('../../../src/stores/account.svelte')).account;

/** A server whose answers are these, by path. */
const answers = (paths: Record<string, unknown>): Server => ({ path }) => (path in paths ? paths[path] : refusal(404, 'not_found'));

describe('who uses the page', () => {
  it('is its owner on a server without accounts, and needs no history for it', async () => {
    browser(answers({}));
    const account = await fresh();
    await account.ask();
    expect([account.mustLogIn, account.isAdmin, account.isKnown]).toEqual([false, true, false]);
    expect(await account.ticket()).toBeNull();
  });

  it('must log in where nobody is let in without it', async () => {
    browser(answers({ '/api/auth/server': { open: false, registration: 'open' }, '/api/auth/me': refusal(401, 'unauthorized') }));
    const account = await fresh();
    expect(account.mustLogIn, 'before the server was asked nobody is sent away').toBe(false);
    await account.ask();
    expect([account.mustLogIn, account.isAdmin]).toEqual([true, false]);
  });

  it('comes in with the login that this browser has, and gets tickets for sockets', async () => {
    const { asked, stored } = browser(
      answers({ '/api/auth/server': { open: false }, '/api/auth/refresh': tokens, '/api/auth/me': me('member'), '/api/auth/ws-ticket': { ticket: 't1' } }),
      LOGIN,
    );
    const account = await fresh();
    await account.ask();
    expect([account.mustLogIn, account.isAdmin, account.isKnown]).toEqual([false, false, true]);
    expect(await account.ticket()).toBe('t1');
    expect(asked.at(-1)?.headers.authorization).toBe('Bearer a');
    expect(stored.get('alfavoice.login'), 'the new one: the old one is used up').toBe('r2');
  });

  it('is at the door again once the server knows the login no more, and after logging out', async () => {
    let isEnded = false;
    const { stored } = browser(({ path }) => {
      if (path === '/api/auth/server') return { open: false };
      if (isEnded && path !== '/api/auth/logout') return refusal(401, 'unauthorized');
      return path === '/api/auth/refresh' || path === '/api/auth/login' ? tokens : path === '/api/auth/me' ? me('admin') : undefined;
    });
    const { account, api } = await import('../../../src/stores/account.svelte');
    await account.ask();
    await account.logIn('anna', 'secret');
    expect([account.isAdmin, stored.has('alfavoice.login')]).toEqual([true, true]);
    await account.logOut();
    expect([account.mustLogIn, stored.has('alfavoice.login')]).toEqual([true, false]);
    await account.logIn('anna', 'secret');
    isEnded = true;
    await expect(api.get('/api/usage')).rejects.toMatchObject({ status: 401 });
    expect([account.mustLogIn, stored.has('alfavoice.login')]).toEqual([true, false]);
  });

  it('is not taken for a stranger while the server is down', async () => {
    browser(() => refusal(503, 'unavailable'), LOGIN);
    const account = await fresh();
    await expect(account.ask()).rejects.toMatchObject({ status: 503 });
    expect([account.mustLogIn, account.asked]).toEqual([false, false]);
  });
});
