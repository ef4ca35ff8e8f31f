import { expect, it } from 'vitest';

import { PreRoll } from './preroll';

it('keeps the last moments, in order, once', () => {
  const preRoll = new PreRoll(5);
  for (let n = 0; n < 10; n++) preRoll.add(Int16Array.of(n, n));
  expect(preRoll.take().map((samples) => samples[0])).toEqual([7, 8, 9]);
  expect(preRoll.take()).toEqual([]);
});
