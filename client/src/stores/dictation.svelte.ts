// Dictation: the microphone, the recordings that are under way, and the state that people see.

import type { SessionSettings } from '../generated/wire';
import { Microphone, MicrophoneError, type MicrophoneTrouble } from '../lib/audio/microphone';
import { signal } from '../lib/audio/signals';
import { Recorder } from '../lib/session/recorder';
import type { Recording, Utterance } from '../lib/session/state';
import { VaultKeeper } from '../lib/vault/keeper';
import { isUnfinished, recover } from '../lib/vault/recover';
import { upload } from '../lib/vault/upload';
import type { KeptRecording, KeptSound } from '../lib/vault/vault';
import { account, api } from './account.svelte';
import { connect } from './connect';
import { Levels } from './levels';
import { local } from './local.svelte';
import { server } from './server.svelte';
import { sheet } from './sheet.svelte';
import { vault } from './vault.svelte';

/** Below this nobody speaks. */
const QUIET = 0.01;
const QUIET_AFTER_MS = 5_000;

export type Stage = 'idle' | 'opening' | 'recording';

interface Running {
  id: string;
  recorder: Recorder;
  keeper: VaultKeeper;
}

class Dictation {
  stage = $state<Stage>('idle');
  /** Of the recording that is spoken, and of those that wait for their last text. */
  recordings = $state.raw<{ id: string; state: Recording }[]>([]);
  trouble = $state<MicrophoneTrouble | null>(null);
  quiet = $state(false);
  /** Until everything that an earlier page left behind was found. */
  looking = $state(true);
  vaultTrouble = $state<string | null>(null);
  problem = $state.raw<Recording['problem']>(null);
  startedAt = $state(0);
  /** Counts the final texts of this page. */
  told = $state(0);
  readonly levels = new Levels();
  readonly microphone = new Microphone();
  #running = new Map<string, Running>();
  #current: Running | null = null;
  #watching: ReturnType<typeof setInterval> | null = null;

  constructor() {
    this.microphone.onLevel = (peak) => this.levels.add(peak);
    this.microphone.onLost = () => {
      this.trouble = 'lost';
      void this.stop();
    };
  }

  /** The recording that is spoken now, or the last one that is still worked on. */
  get shown(): Recording | null {
    return this.recordings.at(-1)?.state ?? null;
  }

  /** What is being spoken or transcribed and is no final text yet. */
  get live(): Utterance[] {
    return this.recordings.flatMap(({ state }) => state.utterances.filter((one) => !one.final));
  }

  async start(): Promise<void> {
    if (this.stage !== 'idle') return;
    this.stage = 'opening';
    this.trouble = null;
    this.problem = null;
    this.quiet = false;
    this.levels.reset();
    try {
      const rate = await this.microphone.open(local.value);
      // A second press while the browser asked for permission.
      if ((this.stage as Stage) !== 'opening') return void this.microphone.release(local.value.keepOpen);
      const running = await this.#record(rate);
      this.#current = running;
      this.microphone.take((samples) => {
        if (this.stage === 'opening') this.#begun();
        running.recorder.sound(samples);
      });
    } catch (error) {
      this.stage = 'idle';
      this.trouble = error instanceof MicrophoneError ? error.trouble : 'failed';
    }
  }

  async stop(): Promise<void> {
    const running = this.#current;
    this.#current = null;
    this.stage = 'idle';
    this.quiet = false;
    if (this.#watching !== null) clearInterval(this.#watching);
    this.#watching = null;
    await this.microphone.release(local.value.keepOpen);
    if (running && local.value.dictation.sounds) signal('end');
    running?.recorder.finish();
  }

  toggle(): void {
    void (this.stage === 'idle' ? this.start() : this.stop());
  }

  /** What is being said is not wanted. */
  forget(): void {
    this.#current?.recorder.cancelUtterance();
  }

  /** Choices that were changed while somebody speaks hold from now on. */
  wish(): void {
    this.#current?.recorder.wish(wishes());
  }

  /** The network is back, or the lid is open again. */
  wake(): void {
    for (const { recorder } of this.#running.values()) recorder.tryNow();
  }

  /** The page goes: what is not written yet is written now. */
  leave(): void {
    for (const { keeper } of this.#running.values()) keeper.flush();
    void sheet.save();
  }

  /** Goes on with what an earlier page left behind. */
  async recover(): Promise<void> {
    try {
      const kept = await (await vault()).recordings();
      for (const recording of kept.sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1))) await this.#own(recording);
    } catch (error) {
      this.vaultTrouble = String(error);
    } finally {
      this.looking = false;
    }
  }

  #begun(): void {
    this.stage = 'recording';
    if (local.value.dictation.sounds) signal('begin');
    this.startedAt = Date.now();
    this.levels.loudest();
    this.#watching = setInterval(() => {
      const { peak, of } = this.levels.loudest();
      this.quiet = of > 0 && peak < QUIET;
    }, QUIET_AFTER_MS);
  }

  async #record(rate: number): Promise<Running> {
    const id = crypto.randomUUID();
    const settings: SessionSettings = {
      ...wishes(),
      audio: { encoding: 'pcm_s16le', sample_rate: rate, channels: 1 },
      client_recording_id: id,
    };
    const kept: KeptRecording = {
      id, startedAt: new Date().toISOString(), settings, sampleRate: rate, settled: 0, base: 0, epoch: 0, credentials: null, utterances: [],
    };
    // Other tabs must not take it for an orphan.
    void navigator.locks?.request(lock(id), () => this.#over(id));
    const keeper = await this.#keeper(kept);
    return this.#run(id, keeper, (around) => new Recorder(around, settings, rate));
  }

  /** Takes over a recording, unless another tab has it. */
  async #own(kept: KeptRecording): Promise<void> {
    const sound = await (await vault()).sound(kept.id);
    const recovered = recover(kept, sound);
    const begin = async () => {
      for (const utterance of kept.utterances) this.#write(kept.id, utterance);
      if (!isUnfinished(recovered)) return (await vault()).remove(kept.id);
      if (neverMet(kept) && (await this.#bring(kept, sound, recovered.state))) return;
      const keeper = await this.#keeper(kept);
      this.#run(kept.id, keeper, (around) => new Recorder(around, kept.settings, kept.sampleRate, recovered));
    };
    if (!navigator.locks) return begin();
    await new Promise<void>((resolve) => {
      void navigator.locks.request(lock(kept.id), { ifAvailable: true }, async (held) => {
        if (held) await begin();
        resolve();
        if (held && this.#running.has(kept.id)) await this.#over(kept.id);
      });
    });
  }

  /** Uploads it, where the server takes uploads; false where it must go the other way. */
  async #bring(kept: KeptRecording, sound: KeptSound[], state: Recording): Promise<boolean> {
    const show = (now: Partial<Recording>) => this.#changed(kept.id, { ...state, link: 'ready', ...now });
    show({ link: 'closed', attempts: 1 });
    await account.answered;
    if (!account.isKnown) return false;
    const around = {
      wait: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
      chance: Math.random,
      reached: (yes: boolean) => show(yes ? {} : { link: 'closed', attempts: 1 }),
    };
    try {
      const { text } = await upload(api, kept, sound, around);
      const { language = '' } = kept.settings;
      sheet.write(`${kept.id}:upload`, text, { raw: text, edits: [], cleanedBy: 'none', language, startMs: 0 });
      await sheet.save();
      await (await vault()).remove(kept.id);
      show({ phase: 'done' });
      return true;
    } catch {
      return false;
    }
  }

  async #keeper(kept: KeptRecording): Promise<VaultKeeper> {
    return new VaultKeeper(await vault(), kept, (error) => (this.vaultTrouble = String(error)));
  }

  #run(id: string, keeper: VaultKeeper, make: (around: ConstructorParameters<typeof Recorder>[0]) => Recorder): Running {
    const changed = (state: Recording) => this.#changed(id, state);
    const recorder = make({ connect, keeper, changed, now: () => performance.now(), chance: Math.random });
    const running = { id, recorder, keeper };
    this.#running.set(id, running);
    this.#changed(id, recorder.state);
    return running;
  }

  #changed(id: string, state: Recording): void {
    const before = this.recordings.find((one) => one.id === id)?.state;
    // Every 20 ms of sound is a change, but none that anybody sees.
    if (before && SEEN.every((field) => before[field] === state[field])) return;
    if (before?.utterances !== state.utterances) {
      for (const utterance of state.utterances) if (utterance.final) this.#write(id, utterance);
    }
    if (state.problem) this.problem = state.problem;
    const over = state.phase === 'done' || state.phase === 'failed';
    const others = this.recordings.filter((one) => one.id !== id);
    if (over) {
      this.#running.delete(id);
      this.recordings = others;
      this.#waiting.get(id)?.();
      return;
    }
    const index = this.recordings.findIndex((one) => one.id === id);
    this.recordings = index < 0 ? [...this.recordings, { id, state }] : this.recordings.with(index, { id, state });
    if (state.link === 'ready' && server.state !== 'up') server.state = 'up';
  }

  #write(id: string, utterance: Utterance): void {
    const { final, baseMs, key } = utterance;
    if (!final) return;
    const { text, raw_text: raw, edits, cleaned_by: cleanedBy, language } = final;
    if (!sheet.has(`${id}:${key}`)) this.told += 1;
    sheet.write(`${id}:${key}`, text, { raw, edits, cleanedBy, language, startMs: baseMs + final.start_ms });
  }

  #waiting = new Map<string, () => void>();

  /** Resolves when the recording is over. */
  #over(id: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }
}

const SEEN = ['phase', 'link', 'attempts', 'utterances', 'activity', 'queuePosition', 'busy', 'notice', 'problem'] as const;

const lock = (id: string) => `alfavoice.recording.${id}`;

/** It was spoken without a server from beginning to end. */
const neverMet = (kept: KeptRecording) => kept.credentials === null && kept.utterances.length === 0 && kept.settled === 0;

/** The choices of the page as the server understands them. */
export function wishes(): SessionSettings {
  const { mode, quality, speech, style } = local.value;
  const { sounds: _, ...set } = local.value.dictation;
  return { ...set, mode, quality, language: speech, ...(style === 'auto' ? {} : { style }) };
}

export const dictation = new Dictation();
