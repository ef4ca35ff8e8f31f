// What the server measures about itself, read every two seconds while somebody looks.

import type { Placement } from '../generated/api';
import { parse, quantile, sum, values, type Sample } from '../lib/metrics/prometheus';
import { account, api } from './account.svelte';

export const EVERY_MS = 2_000;
export const KEPT_POINTS = 150;
/** Latencies are told for this long back, so that a line is more than single dots. */
const WINDOW = 15;

export interface Point {
  connections: number;
  sessions: number;
  queue: number;
  busy: number;
  slots: number;
  restarts: number;
  memory: number;
  /** Seconds of speech per second. */
  speech: number;
  finalHalf: number | null;
  finalMost: number | null;
  jobHalf: number | null;
  jobMost: number | null;
}

export interface Pool {
  name: string;
  workers: number;
  ready: number;
  restarts: number;
  busy: number;
  slots: number;
  lastDeath: string | null;
}

interface Readiness {
  pools?: { name: string; workers: number; ready: number; restarts: number; last_death?: string }[];
}

export class Operations {
  points = $state.raw<Point[]>([]);
  pools = $state.raw<Pool[]>([]);
  samples = $state.raw<Sample[]>([]);
  /** Who computes where; none where the server does not tell. */
  placement = $state.raw<Placement | null>(null);
  unreachable = $state(false);
  #readings: Sample[][] = [];

  /** Returns what ends it. */
  start(): () => void {
    void this.#read();
    const timer = setInterval(() => document.hidden || void this.#read(), EVERY_MS);
    return () => clearInterval(timer);
  }

  async #read(): Promise<void> {
    try {
      const [text, ready, placement] = await Promise.all([api.get<string>('/metrics'), this.#readiness(), this.#placement()]);
      this.#take(parse(text), ready);
      this.placement = placement;
      this.unreachable = false;
    } catch {
      this.unreachable = true;
    }
  }

  async #placement(): Promise<Placement | null> {
    await account.answered;
    return account.isKnown ? api.get<Placement>('/api/admin/placement') : null;
  }

  async #readiness(): Promise<Readiness> {
    try {
      return await api.get<Readiness>('/readyz');
    } catch {
      // A server without a ready worker still has metrics.
      return {};
    }
  }

  #take(samples: Sample[], { pools = [] }: Readiness): void {
    const before = this.#readings.at(-WINDOW) ?? this.#readings[0] ?? samples;
    const last = this.#readings.at(-1) ?? samples;
    const heard = (of: Sample[]) => sum(of, 'alfavoice_audio_seconds_total');
    const point: Point = {
      connections: sum(samples, 'active_connections'),
      sessions: sum(samples, 'alfavoice_active_sessions'),
      queue: sum(samples, 'queue_size'),
      busy: sum(samples, 'alfavoice_busy_slots'),
      slots: sum(samples, 'alfavoice_slots'),
      restarts: pools.reduce((all, pool) => all + pool.restarts, 0),
      memory: sum(samples, 'alfavoice_worker_resident_bytes') || sum(samples, 'numa_memory_usage'),
      speech: Math.max(0, heard(samples) - heard(last)) / (EVERY_MS / 1000),
      finalHalf: quantile(before, samples, 'alfavoice_final_latency_seconds', 0.5),
      finalMost: quantile(before, samples, 'alfavoice_final_latency_seconds', 0.95),
      jobHalf: quantile(before, samples, 'whisper_processing_time_seconds', 0.5),
      jobMost: quantile(before, samples, 'whisper_processing_time_seconds', 0.95),
    };
    this.#readings = [...this.#readings, samples].slice(-WINDOW);
    this.points = [...this.points, point].slice(-KEPT_POINTS);
    this.samples = samples;
    this.pools = values(samples, 'alfavoice_slots', 'pool').map((name) => {
      const told = pools.find((pool) => pool.name === name);
      return {
        name,
        workers: told?.workers ?? 0,
        ready: told?.ready ?? sum(samples, 'alfavoice_workers_ready', { pool: name }),
        restarts: told?.restarts ?? 0,
        busy: sum(samples, 'alfavoice_busy_slots', { pool: name }),
        slots: sum(samples, 'alfavoice_slots', { pool: name }),
        lastDeath: told?.last_death ?? null,
      };
    });
  }
}
