import { describe, expect, it } from 'vitest';

import type { PlacedWorker, PlacementNode } from '../../generated/api';
import { bars, CORES_PER_LINE, lines } from './placement';

const node = (cores: number): PlacementNode => ({ index: 0, cores: Array.from({ length: cores }, (_, n) => [n, n + cores]) });
const worker = (...slots: number[][]) => ({ slots: slots.map((processors, n) => ({ processors, busy: n === 0 })) }) as PlacedWorker;

describe('the picture of the machine', () => {
  it('has a bar for each slot, under the cores that it computes on', () => {
    expect(bars(node(8), worker([0, 1], [2, 3]))).toEqual([
      { slot: 0, lane: 0, from: 0, cores: 2, busy: true },
      { slot: 1, lane: 0, from: 2, cores: 2, busy: false },
    ]);
  });

  it('lays slots that share cores under each other', () => {
    expect(bars(node(4), worker([0, 1], [0, 1], [2, 3])).map((bar) => bar.lane)).toEqual([0, 1, 0]);
  });

  it('breaks a slot where its cores are apart, and takes processors of one core for that core', () => {
    expect(bars(node(4), worker([0, 3, 7])).map(({ from, cores }) => [from, cores])).toEqual([[0, 1], [3, 1]]);
  });

  it('draws every core of a large node once, in lines of equal length, with what lies in each', () => {
    const large = node(44);
    const drawn = lines(large);
    expect(drawn.map((line) => line.cores.length)).toEqual([CORES_PER_LINE, CORES_PER_LINE]);
    expect(drawn.flatMap((line) => line.cores)).toEqual(large.cores);
    const placed = worker([20, 21, 22, 23]);
    expect(drawn.map(({ first, cores }) => bars(large, placed, first, cores.length).map(({ from, cores: n }) => [from, n]))).toEqual([[[20, 2]], [[0, 2]]]);
  });
});
