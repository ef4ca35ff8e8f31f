// The sheet that dictation writes on: blocks of text, a place where new text goes, undo and redo. Pure: every change
// gives a new sheet.

import type { CleanedBy, TextEdit } from '../../generated/wire';
import { compose } from './edits';

/** Where a block came from, so that its edits can be shown and undone. */
export interface Source {
  raw: string;
  edits: TextEdit[];
  cleanedBy: CleanedBy;
  language: string;
  startMs: number;
}

export interface Block {
  id: string;
  text: string;
  source: Source | null;
  undone: number[];
  /** Changed by hand: edits cannot be taken back one by one any more. */
  touched: boolean;
}

export interface Sheet {
  blocks: Block[];
  /** New text goes before the block with this index. */
  place: number;
  past: Block[][];
  future: Block[][];
}

const MOST_STEPS = 200;

export const empty: Sheet = { blocks: [], place: 0, past: [], future: [] };

function changed(sheet: Sheet, blocks: Block[], place: number): Sheet {
  return { blocks, place: Math.min(place, blocks.length), past: [...sheet.past, sheet.blocks].slice(-MOST_STEPS), future: [] };
}

export function wholeText(sheet: Sheet): string {
  return sheet.blocks.map((block) => block.text).join('\n');
}

/** A new block at the place; the place moves behind it. One whose id is there already is left alone. */
export function insert(sheet: Sheet, id: string, text: string, source: Source | null): Sheet {
  if (text === '' || sheet.blocks.some((block) => block.id === id)) return sheet;
  const block: Block = { id, text, source, undone: [], touched: false };
  const { blocks, place } = sheet;
  return changed(sheet, [...blocks.slice(0, place), block, ...blocks.slice(place)], place + 1);
}

/** New text goes to this character of this block: the block is parted there if need be. `newId` names the second part. */
export function placeAt(sheet: Sheet, id: string, offset: number, newId: string): Sheet {
  const index = sheet.blocks.findIndex((block) => block.id === id);
  const block = sheet.blocks[index];
  if (!block) return sheet;
  if (offset <= 0) return { ...sheet, place: index };
  if (offset >= block.text.length) return { ...sheet, place: index + 1 };
  const first = { ...block, text: block.text.slice(0, offset).trimEnd(), source: null, touched: true };
  const second = { ...first, id: newId, text: block.text.slice(offset).trimStart() };
  return changed(sheet, [...sheet.blocks.slice(0, index), first, second, ...sheet.blocks.slice(index + 1)], index + 1);
}

export function placeAtEnd(sheet: Sheet): Sheet {
  return { ...sheet, place: sheet.blocks.length };
}

/** What somebody typed. A block without text goes. */
export function rewrite(sheet: Sheet, id: string, text: string): Sheet {
  const index = sheet.blocks.findIndex((block) => block.id === id);
  const block = sheet.blocks[index];
  if (!block || block.text === text) return sheet;
  if (text.trim() === '') return remove(sheet, id);
  return changed(sheet, sheet.blocks.with(index, { ...block, text, touched: true }), sheet.place);
}

export function remove(sheet: Sheet, id: string): Sheet {
  const index = sheet.blocks.findIndex((block) => block.id === id);
  if (index < 0) return sheet;
  return changed(sheet, sheet.blocks.toSpliced(index, 1), sheet.place > index ? sheet.place - 1 : sheet.place);
}

/** Takes one edit of the clean-up back, or makes it again. */
export function toggleEdit(sheet: Sheet, id: string, edit: number): Sheet {
  const index = sheet.blocks.findIndex((block) => block.id === id);
  const block = sheet.blocks[index];
  if (!block?.source || block.touched) return sheet;
  const undone = block.undone.includes(edit) ? block.undone.filter((one) => one !== edit) : [...block.undone, edit];
  const text = compose(block.source.raw, block.source.edits, undone);
  return changed(sheet, sheet.blocks.with(index, { ...block, undone, text }), sheet.place);
}

export function clear(sheet: Sheet): Sheet {
  return sheet.blocks.length === 0 ? sheet : changed(sheet, [], 0);
}

export function undo(sheet: Sheet): Sheet {
  const blocks = sheet.past.at(-1);
  if (!blocks) return sheet;
  return { blocks, place: blocks.length, past: sheet.past.slice(0, -1), future: [sheet.blocks, ...sheet.future] };
}

export function redo(sheet: Sheet): Sheet {
  const [blocks, ...future] = sheet.future;
  if (!blocks) return sheet;
  return { blocks, place: blocks.length, past: [...sheet.past, sheet.blocks], future };
}
