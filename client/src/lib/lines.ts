// Files of words: one per line, with what belongs to it after a tab.

export interface Line {
  first: string;
  rest: string[];
}

export class WrongLine extends Error {
  readonly line: number;

  constructor(line: number, text: string) {
    super(text);
    this.line = line;
  }
}

/** Empty lines are passed over. `needsRest`: a line without a tab is wrong. */
export function readLines(text: string, needsRest: boolean): Line[] {
  const lines: Line[] = [];
  for (const [n, line] of text.replace(/^\uFEFF/, '').split(/\r?\n/).entries()) {
    const [first = '', ...rest] = line.split('\t').map((part) => part.trim());
    if (first === '' && rest.length === 0) continue;
    if (first === '' || (needsRest && !rest[0])) throw new WrongLine(n + 1, line.trim().slice(0, 80));
    lines.push({ first, rest: rest.filter((part) => part !== '') });
  }
  return lines;
}

/** `a, b,,c` as a list. */
export function readList(text: string): string[] {
  return text.split(',').map((part) => part.trim()).filter((part) => part !== '');
}
