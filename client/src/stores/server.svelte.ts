// Whether the server is there, asked now and then while nobody speaks.

import { account } from './account.svelte';

export type ServerState = 'asking' | 'up' | 'starting' | 'down';

const EVERY_MS = 20_000;
const SOON_MS = 3_000;
const LIMIT_MS = 5_000;

class Server {
  state = $state<ServerState>('asking');
  #timer: ReturnType<typeof setTimeout> | null = null;

  start(): void {
    addEventListener('online', () => void this.ask());
    addEventListener('offline', () => (this.state = 'down'));
    document.addEventListener('visibilitychange', () => document.hidden || void this.ask());
    void this.ask();
  }

  async ask(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.state = await probe();
    if (this.state !== 'down' && !account.asked) await account.ask().catch(() => {});
    this.#timer = setTimeout(() => {
      if (!document.hidden) void this.ask();
    }, this.state === 'up' ? EVERY_MS : SOON_MS);
  }
}

async function probe(): Promise<ServerState> {
  try {
    const response = await fetch('/readyz', { signal: AbortSignal.timeout(LIMIT_MS), cache: 'no-store' });
    return response.ok ? 'up' : 'starting';
  } catch {
    return 'down';
  }
}

export const server = new Server();
