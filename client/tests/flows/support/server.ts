// A real server as a process of its own, with the built-in models and a data folder that goes with it.

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const ALFAVOICE = process.env.ALFAVOICE_SERVER ?? join(import.meta.dirname, '../../../../target/debug/alfavoice');

/** The flows are about the page: that the machine is busy with other tests must not make the server give less service. */
const PATIENT = ['scheduling.tolerable_wait_ms=60000', 'scheduling.step_down_ms=60000', 'asr.partial_deadline_ms=20000'];
const REFUSED_MS = 60_000;

export type Profile = 'development' | 'production';

export class Server {
  readonly port: number;
  readonly data = mkdtempSync(join(tmpdir(), 'alfavoice-page-'));
  #profile: Profile;
  #settings: string[];
  /** Production takes no secret that others know. */
  #environment = { ...process.env, JWT_SECRET: randomBytes(48).toString('base64') };
  #process: ChildProcess | null = null;

  private constructor(port: number, profile: Profile, settings: string[]) {
    this.port = port;
    this.#profile = profile;
    this.#settings = settings;
  }

  /** `settings`: such as `auth.registration=open`. */
  static async start(settings: string[] = [], profile: Profile = 'development'): Promise<Server> {
    const server = new Server(await freePort(), profile, settings);
    await server.run();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get #arguments(): string[] {
    return ['--data-dir', this.data, '--profile', this.#profile, ...[...PATIENT, ...this.#settings].flatMap((setting) => ['--set', setting])];
  }

  async run(): Promise<void> {
    const log = openSync(join(this.data, 'server.log'), 'a');
    const listen = `127.0.0.1:${this.port}`;
    this.#process = spawn(ALFAVOICE, ['serve', '--listen', listen, ...this.#arguments], {
      stdio: ['ignore', log, log],
      env: this.#environment,
    });
    const until = Date.now() + 60_000;
    while (!(await answers(`${this.url}/readyz`))) {
      if (Date.now() > until) throw new Error('the server never became ready');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.data, { recursive: true, force: true });
  }

  /** An admin, as whoever runs the server makes one. */
  async addAdmin(name: string, password: string): Promise<void> {
    const adding = promisify(execFile)(ALFAVOICE, ['user', 'add', name, '--role', 'admin', ...this.#arguments], { env: this.#environment });
    adding.child.stdin!.end(`${password}\n`);
    await adding;
  }

  /** What the command makes of a file, through this server; once it lets it in. */
  async transcribe(file: string): Promise<string> {
    const until = Date.now() + REFUSED_MS;
    for (;;) {
      try {
        const { stdout } = await promisify(execFile)(ALFAVOICE, ['transcribe', file, '--server', this.url, '--language', 'en', '--style', 'none']);
        return stdout.trim();
      } catch (error) {
        if (Date.now() > until) throw error;
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
