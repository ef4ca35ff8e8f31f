// The picture of the machine: where the slots of a worker lie on the cores of its node. Pure.

import type { PlacedWorker, Placement, PlacementNode } from '../../generated/api';

/** Cores side by side that one slot computes on. */
export interface Bar {
  slot: number;
  /** Slots that share cores lie under each other. */
  lane: number;
  /** First core, from 0. */
  from: number;
  cores: number;
  busy: boolean;
}

/** Cores in one line of the picture; larger nodes are broken into several. */
export const CORES_PER_LINE = 22;

/** The cores of a node, a line at a time. */
export function lines(node: PlacementNode): { first: number; cores: number[][] }[] {
  const count = Math.max(1, Math.ceil(node.cores.length / CORES_PER_LINE));
  const each = Math.ceil(node.cores.length / count);
  return Array.from({ length: count }, (_, n) => ({ first: n * each, cores: node.cores.slice(n * each, (n + 1) * each) }));
}

/** The bars of a worker that lie in a line of `cores` cores from `first` on; from 0 there. */
export function bars(node: PlacementNode, worker: PlacedWorker, first = 0, cores = node.cores.length): Bar[] {
  const core = new Map(node.cores.flatMap((processors, at) => processors.map((processor) => [processor, at] as const)));
  /** Of each lane, the cores that are taken. */
  const lanes: Set<number>[] = [];
  return worker.slots.flatMap((slot, n) => {
    const on = [...new Set(slot.processors.map((processor) => core.get(processor)).filter((at) => at !== undefined))];
    const free = lanes.findIndex((taken) => on.every((at) => !taken.has(at)));
    const lane = free < 0 ? lanes.length : free;
    const taken = (lanes[lane] ??= new Set());
    for (const at of on) taken.add(at);
    const here = on.filter((at) => at >= first && at < first + cores).sort((a, b) => a - b);
    return runs(here).map(([from, length]) => ({ slot: n, lane, from: from - first, cores: length, busy: slot.busy }));
  });
}

/** Ascending numbers as runs without gaps: where each begins, and how long it is. */
function runs(numbers: number[]): [number, number][] {
  const found: [number, number][] = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last && last[0] + last[1] === number) last[1] += 1;
    else found.push([number, 1]);
  }
  return found;
}

export const workersOf = (placement: Placement, node: PlacementNode): PlacedWorker[] =>
  placement.workers.filter((worker) => worker.node === node.index);

export const isReserved = (placement: Placement, processors: number[]): boolean =>
  processors.some((processor) => placement.reserved.includes(processor));
