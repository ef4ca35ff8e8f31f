import { describe, expect, it } from 'vitest';

import type { TextEdit } from '../../generated/wire';
import { compose, pieces } from './edits';
import { clear, empty, insert, placeAt, placeAtEnd, redo, rewrite, toggleEdit, undo, wholeText, type Sheet } from './sheet';

const EDITS: TextEdit[] = [
  { kind: 'filler', from: 'um ', to: '', at: 0 },
  { kind: 'case', from: 's', to: 'S', at: 3 },
  { kind: 'punctuation', from: '', to: '.', at: 15 },
];
const RAW = 'um send it to 👩';

describe('edits', () => {
  it('lead from what was recognised to what is shown, each on its own', () => {
    expect(compose(RAW, EDITS, [])).toBe('Send it to 👩.');
    expect(compose(RAW, EDITS, [0])).toBe('um Send it to 👩.');
    expect(compose(RAW, EDITS, [1, 2])).toBe('send it to 👩');
  });

  it('that do not fit the text are left out', () => {
    const wrong: TextEdit = { kind: 'case', from: 'X', to: 'x', at: 4 };
    expect(pieces(RAW, [wrong])).toEqual([{ kind: 'same', text: RAW }]);
    expect(compose('abc', [{ kind: 'other', from: 'abc', to: 'z', at: 0 }, { kind: 'other', from: 'b', to: 'y', at: 1 }], [])).toBe('z');
  });
});

const two = () => insert(insert(empty, 'a', 'first part', null), 'b', 'second', null);

describe('the sheet', () => {
  it('takes a text once, however often it is told', () => {
    const sheet = insert(two(), 'a', 'first part', null);
    expect(wholeText(sheet)).toBe('first part\nsecond');
  });

  it('writes at the cursor', () => {
    const inside = insert(placeAt(two(), 'a', 5, 'a2'), 'c', 'NEW', null);
    expect(wholeText(inside)).toBe('first\nNEW\npart\nsecond');
    expect(wholeText(insert(placeAt(two(), 'a', 0, 'a2'), 'c', 'NEW', null))).toBe('NEW\nfirst part\nsecond');
    expect(wholeText(insert(placeAtEnd(placeAt(two(), 'a', 0, 'x')), 'c', 'NEW', null))).toBe('first part\nsecond\nNEW');
  });

  it('undoes and redoes, and forgets the future when something else is done', () => {
    const typed = rewrite(two(), 'b', 'other');
    expect(wholeText(undo(typed))).toBe('first part\nsecond');
    expect(wholeText(redo(undo(typed)))).toBe('first part\nother');
    expect(redo(rewrite(undo(typed), 'a', 'x')).blocks[0]?.text).toBe('x');
    expect(wholeText(undo(clear(typed)))).toBe('first part\nother');
    expect(undo(empty)).toBe(empty);
  });

  it('takes an edit back as long as nobody typed over the text', () => {
    const source = { raw: RAW, edits: EDITS, cleanedBy: 'rules' as const, language: 'en', startMs: 0 };
    const sheet: Sheet = insert(empty, 'a', 'Send it to 👩.', source);
    expect(wholeText(toggleEdit(sheet, 'a', 0))).toBe('um Send it to 👩.');
    expect(wholeText(toggleEdit(toggleEdit(sheet, 'a', 0), 'a', 0))).toBe('Send it to 👩.');
    expect(wholeText(toggleEdit(rewrite(sheet, 'a', 'mine'), 'a', 0))).toBe('mine');
  });

  it('drops a block that was emptied by hand', () => {
    expect(wholeText(rewrite(two(), 'a', '  '))).toBe('second');
  });
});
