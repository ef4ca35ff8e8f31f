import { describe, expect, it } from 'vitest';

import { browser, refusal } from './browser';

const SET = {
  mode: 'after_recording', quality: 'high', language: 'ru', languages: ['ru', 'en'], style: 'mail', app_styles: {}, partials: false,
  noise_suppression: true, auto_gain: true, pause_ms: 700, keep_history: true, keep_audio: true, ui_language: 'ru', theme: 'dark', sounds: true,
};

const document_ = (settings: object, version: string) => new Response(JSON.stringify({ version: 1, settings }), { headers: { 'content-type': 'application/json', etag: version } });

async function fresh() {
  const { local } = await import('../../../src/stores/local.svelte');
  const { preferences } = await import('../../../src/stores/preferences.svelte');
  const { account } = await import('../../../src/stores/account.svelte');
  return { local, preferences, account };
}

describe('what this browser remembers', () => {
  it('is there again, and shows at once', async () => {
    const { stored, root } = browser(() => undefined);
    const { local } = await fresh();
    local.set({ theme: 'dark', language: 'ru', speech: 'ru' });
    expect(root).toMatchObject({ dataset: { theme: 'dark' }, lang: 'ru' });
    const again = browser(() => undefined, Object.fromEntries(stored));
    const { local: later } = await fresh();
    later.apply();
    expect(later.value.speech).toBe('ru');
    expect(again.root.dataset.theme).toBe('dark');
  });

  it('has every shortcut and every default, whatever an older page wrote', async () => {
    browser(() => undefined, { 'alfavoice.local': JSON.stringify({ theme: 'light', keys: { toggle: 'F7' } }) });
    const { local } = await fresh();
    expect(local.value).toMatchObject({ theme: 'light', quality: 'normal', dictation: {}, keys: { toggle: 'F7', hold: 'F9' } });
    browser(() => undefined, { 'alfavoice.local': '{broken' });
    expect((await fresh()).local.value.theme).toBe('system');
  });
});

describe('a person’s settings', () => {
  it('are saved over the version that was read, and hold for this page', async () => {
    const { asked, root } = browser(({ method, path }) => (path.endsWith('schema') ? { groups: [] } : document_(SET, method === 'PUT' ? '"2"' : '"1"')));
    const { local, preferences } = await fresh();
    await preferences.load();
    expect(await preferences.save({ ...SET, pause_ms: 0 } as never)).toBe(true);
    expect(await preferences.save(SET as never)).toBe(true);
    expect(asked.filter(({ method }) => method === 'PUT').map(({ headers }) => headers['if-match'])).toEqual(['"1"', '"2"']);
    expect(local.value).toMatchObject({ mode: 'after_recording', quality: 'high', speech: 'ru', style: 'mail', theme: 'dark', language: 'ru' });
    expect(local.value.dictation).toEqual({ languages: ['ru', 'en'], partials: false, noise_suppression: true, auto_gain: true, pause_ms: 700, sounds: true });
    expect(root.dataset.theme).toBe('dark');
  });

  it('are read again, not overwritten, where somebody else changed them', async () => {
    browser(({ method, path }) => (method === 'PUT' ? refusal(412, 'stale') : path.endsWith('schema') ? { groups: [] } : document_(SET, '"9"')));
    const { preferences } = await fresh();
    await preferences.load();
    expect(await preferences.save({ ...SET, theme: 'light' } as never)).toBe(false);
    expect(preferences.value?.theme).toBe('dark');
  });

  it('hold for dictations in every browser of theirs, without taking over its look', async () => {
    browser(({ path }) => (path === '/api/auth/server' ? { open: true } : path === '/api/auth/me' ? { user: { role: 'admin' }, scopes: ['settings'] } : document_({ ...SET, languages: [], pause_ms: 0 }, '"1"')));
    const { local, preferences, account } = await fresh();
    const heeding = preferences.heed();
    await account.ask();
    await heeding;
    expect(local.value.dictation).toEqual({ partials: false, noise_suppression: true, auto_gain: true, sounds: true });
    expect(local.value).toMatchObject({ theme: 'system', mode: 'on_pause', speech: 'auto' });
  });
});
