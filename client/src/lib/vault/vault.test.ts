import 'fake-indexeddb/auto';

import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it } from 'vitest';

import { begin, type Utterance } from '../session/state';
import { VaultKeeper } from './keeper';
import { isUnfinished, recover } from './recover';
import { Vault, type KeptRecording } from './vault';

const RATE = 1000;
let vault: Vault;
let keeper: VaultKeeper;
const failures: unknown[] = [];

const blank = (id: string): KeptRecording => ({
  id, startedAt: '2026-01-01T00:00:00Z', settings: {}, sampleRate: RATE, settled: 0, base: 0, epoch: 0, credentials: null, utterances: [],
});

const said = (key: string, endMs: number) =>
  ({ key, committed: key, tentative: '', baseMs: 0, final: { text: key, end_ms: endMs } }) as unknown as Utterance;

beforeEach(async () => {
  vault = await Vault.open(new IDBFactory());
  keeper = new VaultKeeper(vault, blank('a'), (error) => failures.push(error));
});

async function afterReload() {
  await keeper.written();
  const kept = (await vault.recordings())[0]!;
  return recover(kept, await vault.sound(kept.id));
}

describe('the vault', () => {
  it('has the sound of a page that died, and its texts', async () => {
    for (let n = 0; n < 12; n++) keeper.sound(n * 100, new Int16Array(100).fill(n));
    await keeper.text(said('0.1', 300));
    keeper.progress({ ...begin({}, RATE), credentials: { session: 's', token: 't' }, base: 0 });
    const { state, log } = await afterReload();
    // Less than a piece was not written yet.
    expect(state).toMatchObject({ phase: 'finishing', produced: 1000, credentials: { session: 's', token: 't' } });
    expect(state.utterances.map((one) => one.key)).toEqual(['0.1']);
    expect([log.read(0, 1)[0], log.read(730, 1)[0], log.read(999, 1)[0]]).toEqual([0, 7, 9]);
  });

  it('forgets sound that has become text, in whole pieces', async () => {
    for (let n = 0; n < 20; n++) keeper.sound(n * 100, new Int16Array(100));
    keeper.forget(1200);
    const { state, log } = await afterReload();
    expect([log.start, state.settled, state.produced]).toEqual([1000, 1200, 2000]);
    expect(isUnfinished({ state, log })).toBe(true);
  });

  it('lets a recording go when all of it is text, and not before', async () => {
    keeper.sound(0, new Int16Array(500));
    keeper.ended({ ...begin({}, RATE), phase: 'failed' });
    await keeper.written();
    expect(await vault.recordings()).toHaveLength(1);
    keeper.ended({ ...begin({}, RATE), phase: 'done' });
    await keeper.written();
    expect([await vault.recordings(), await vault.sound('a')]).toEqual([[], []]);
  });

  it('keeps recordings apart', async () => {
    const other = new VaultKeeper(vault, blank('b'), (error) => failures.push(error));
    keeper.sound(0, new Int16Array(600).fill(1));
    other.sound(0, new Int16Array(700).fill(2));
    other.ended({ ...begin({}, RATE), phase: 'done' });
    await other.written();
    const { log } = await afterReload();
    expect([log.end, log.read(0, 1)[0]]).toEqual([600, 1]);
  });

  it('puts silence where a piece is missing', () => {
    const pieces = [0, 1000].map((offset) => ({ recording: 'a', offset, samples: new Int16Array(500).fill(7).buffer }));
    const { log } = recover(blank('a'), pieces);
    expect([log.end, log.read(499, 1)[0], log.read(700, 1)[0], log.read(1000, 1)[0]]).toEqual([1500, 7, 0, 7]);
  });

  it('had no failed write in these tests', () => expect(failures).toEqual([]));
});
