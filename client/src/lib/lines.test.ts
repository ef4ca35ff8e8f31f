import { expect, it } from 'vitest';

import { readLines, readList } from './lines';

it('words come one per line, with what belongs to them after a tab', () => {
  expect(readLines('\uFEFFAnna\r\n\r\nAlfaVoice\talpha voice\talfa\n', false)).toEqual([
    { first: 'Anna', rest: [] },
    { first: 'AlfaVoice', rest: ['alpha voice', 'alfa'] },
  ]);
});

it('a wrong line is named', () => {
  expect(() => readLines('sig\tYours\nnothing', true)).toThrowError(expect.objectContaining({ line: 2, message: 'nothing' }));
});

it('a list is parted by commas', () => expect(readList(' a, b,, c ')).toEqual(['a', 'b', 'c']));
