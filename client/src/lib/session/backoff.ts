// How long to wait before the next try: doubling, spread by chance so that a crowd does not come back at once.

const FIRST_MS = 250;
const LONGEST_MS = 10_000;

/** `attempt` counts from 1, `chance` is in 0..1. */
export function after(attempt: number, chance: number): number {
  const step = Math.min(FIRST_MS * 2 ** (attempt - 1), LONGEST_MS);
  return Math.round(step * (0.75 + chance / 2));
}
