// Recordings on this machine, in IndexedDB, written while somebody speaks: a closed lid, a crashed tab or a lost network
// takes nothing with it. A recording leaves when all of it has become text.

import type { SessionSettings } from '../../generated/wire';
import type { Credentials, Utterance } from '../session/state';

export interface KeptRecording {
  id: string;
  startedAt: string;
  settings: SessionSettings;
  sampleRate: number;
  /** From where the server would need it again if it forgot everything. */
  settled: number;
  base: number;
  epoch: number;
  credentials: Credentials | null;
  utterances: Utterance[];
}

export interface KeptSound {
  recording: string;
  offset: number;
  samples: ArrayBuffer;
}

const NAME = 'alfavoice';
const VERSION = 1;

function wait<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

export class Vault {
  #database: IDBDatabase;

  private constructor(database: IDBDatabase) {
    this.#database = database;
  }

  static async open(factory: IDBFactory = indexedDB): Promise<Vault> {
    const request = factory.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('recordings', { keyPath: 'id' });
      request.result.createObjectStore('sound', { keyPath: ['recording', 'offset'] });
      request.result.createObjectStore('values');
    };
    return new Vault(await wait(request));
  }

  async keep(recording: KeptRecording): Promise<void> {
    const transaction = this.#database.transaction('recordings', 'readwrite', { durability: 'strict' });
    transaction.objectStore('recordings').put(recording);
    await finished(transaction);
  }

  async keepSound(sound: KeptSound): Promise<void> {
    const transaction = this.#database.transaction('sound', 'readwrite');
    transaction.objectStore('sound').put(sound);
    await finished(transaction);
  }

  recordings(): Promise<KeptRecording[]> {
    return wait(this.#database.transaction('recordings').objectStore('recordings').getAll());
  }

  /** In the order of speaking. */
  sound(recording: string): Promise<KeptSound[]> {
    return wait(this.#database.transaction('sound').objectStore('sound').getAll(everyPiece(recording)));
  }

  /** Drops the pieces that begin before this sample, except the one that reaches past it. */
  async forgetSound(recording: string, before: number): Promise<void> {
    const transaction = this.#database.transaction('sound', 'readwrite');
    const store = transaction.objectStore('sound');
    const keys = (await wait(store.getAllKeys(everyPiece(recording)))) as [string, number][];
    const whole = keys.filter((_, at) => (keys[at + 1]?.[1] ?? Infinity) <= before);
    for (const key of whole) store.delete(key);
    await finished(transaction);
  }

  /** It has become text, all of it. */
  async remove(recording: string): Promise<void> {
    const transaction = this.#database.transaction(['recordings', 'sound'], 'readwrite');
    transaction.objectStore('recordings').delete(recording);
    transaction.objectStore('sound').delete(everyPiece(recording));
    await finished(transaction);
  }

  async setValue(key: string, value: unknown): Promise<void> {
    const transaction = this.#database.transaction('values', 'readwrite');
    transaction.objectStore('values').put(value, key);
    await finished(transaction);
  }

  value<T>(key: string): Promise<T | undefined> {
    return wait(this.#database.transaction('values').objectStore('values').get(key)) as Promise<T | undefined>;
  }
}

function everyPiece(recording: string): IDBKeyRange {
  return IDBKeyRange.bound([recording, 0], [recording, Infinity]);
}
