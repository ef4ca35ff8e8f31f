import { expect, it } from 'vitest';

import { SoundLog } from './log';

it('reads from anywhere that was not forgotten', () => {
  const log = new SoundLog(10);
  log.append(Int16Array.of(1, 2, 3));
  log.append(Int16Array.of(4, 5));
  expect([...log.read(10, 9)]).toEqual([1, 2, 3]);
  expect([...log.read(12, 9)]).toEqual([3]);
  expect([...log.read(13, 1)]).toEqual([4]);
  expect([...log.read(15, 9)]).toEqual([]);
  expect([...log.read(9, 9)]).toEqual([]);
  log.forget(12);
  expect([log.start, log.end]).toEqual([10, 15]);
  log.forget(13);
  expect([log.start, [...log.read(12, 1)]]).toEqual([13, []]);
  log.forget(99);
  expect([log.start, log.end]).toEqual([15, 15]);
});
