import 'fake-indexeddb/auto';

import { describe, expect, it } from 'vitest';

import * as sheets from '../../../src/lib/text/sheet';
import { browser } from './browser';

const source = { raw: 'um hello', edits: [], cleanedBy: 'rules' as const, language: 'en', startMs: 0 };

async function fresh() {
  browser(() => undefined);
  const { sheet } = await import('../../../src/stores/sheet.svelte');
  await sheet.load();
  return sheet;
}

describe('the sheet of the page', () => {
  it('has each text once, is there after a reload, and brings back nothing that was deleted', async () => {
    const sheet = await fresh();
    sheet.write('a:1', 'Hello.', source);
    sheet.write('a:1', 'Hello.', source);
    sheet.write('a:2', 'Goodbye.', source);
    expect(sheets.wholeText(sheet.value)).toBe('Hello.\nGoodbye.');
    await sheet.save();

    const later = await fresh();
    expect(sheets.wholeText(later.value)).toBe('Hello.\nGoodbye.');
    expect([later.has('a:1'), later.has('a:3')]).toEqual([true, false]);
    later.change(sheets.clear(later.value));
    // The recording is recovered, and tells its texts once more.
    later.write('a:2', 'Goodbye.', source);
    expect(later.value.blocks).toEqual([]);
    later.change(sheets.undo(later.value));
    expect(later.value.blocks).toHaveLength(2);
  });
});
