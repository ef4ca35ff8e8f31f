// A real server as a process of its own, with the built-in models and a data folder that goes with it.

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const ALFAVOICE = process.env.ALFAVOICE_SERVER ?? join(import.meta.dirname, '../../../../target/debug/alfavoice');

export class Server {
  readonly port: number;
  readonly data = mkdtempSync(join(tmpdir(), 'alfavoice-page-'));
  #process: ChildProcess | null = null;

  private constructor(port: number) {
    this.port = port;
  }

  static async start(): Promise<Server> {
    const server = new Server(await freePort());
    await server.run();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async run(): Promise<void> {
    const log = openSync(join(this.data, 'server.log'), 'a');
    const listen = `127.0.0.1:${this.port}`;
    this.#process = spawn(ALFAVOICE, ['serve', '--listen', listen, '--data-dir', this.data, '--profile', 'development'], {
      stdio: ['ignore', log, log],
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

  /** What the command makes of a file, through this server. */
  async transcribe(file: string): Promise<string> {
    const { stdout } = await promisify(execFile)(ALFAVOICE, ['transcribe', file, '--server', this.url]);
    return stdout.trim();
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
