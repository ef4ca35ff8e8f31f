// The edits that lead from what was recognised to what is shown, and the text with some of them undone.

import type { EditKind, TextEdit } from '../../generated/wire';

/** A run of the recognised text: unchanged, or an edit. */
export type Piece = { kind: 'same'; text: string } | { kind: 'edit'; index: number; of: EditKind; from: string; to: string };

/** In the order of the text. An edit that does not fit the text is left out. */
export function pieces(raw: string, edits: TextEdit[]): Piece[] {
  const characters = [...raw];
  const ordered = edits.map((edit, index) => ({ edit, index })).sort((a, b) => a.edit.at - b.edit.at || a.index - b.index);
  const found: Piece[] = [];
  let at = 0;
  const same = (to: number) => {
    if (to > at) found.push({ kind: 'same', text: characters.slice(at, to).join('') });
    at = Math.max(at, to);
  };
  for (const { edit, index } of ordered) {
    const length = [...edit.from].length;
    const there = characters.slice(edit.at, edit.at + length).join('') === edit.from;
    if (edit.at < at || !there) continue;
    same(edit.at);
    found.push({ kind: 'edit', index, of: edit.kind, from: edit.from, to: edit.to });
    at += length;
  }
  same(characters.length);
  return found;
}

/** The text with every edit but the undone ones. */
export function compose(raw: string, edits: TextEdit[], undone: readonly number[]): string {
  const text = pieces(raw, edits)
    .map((piece) => (piece.kind === 'same' ? piece.text : undone.includes(piece.index) ? piece.from : piece.to))
    .join('');
  return undone.length > 0 ? text : text.trim();
}
