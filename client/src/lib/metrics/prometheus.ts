// The server's own metrics, read from their text form, and what can be said from two readings of them.

export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

export function parse(text: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    const match = line.startsWith('#') ? null : LINE.exec(line);
    if (!match) continue;
    const labels: Record<string, string> = {};
    for (const [, name, value] of (match[2] ?? '').matchAll(LABEL)) labels[name!] = value!.replace(/\\(.)/g, '$1');
    samples.push({ name: match[1]!, labels, value: Number(match[3]!.replace('Inf', 'Infinity')) });
  }
  return samples;
}

type Labels = Record<string, string>;

const fits = (sample: Sample, name: string, labels: Labels) =>
  sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value);

/** The sum over all labels but the given ones. */
export function sum(samples: Sample[], name: string, labels: Labels = {}): number {
  return samples.reduce((total, sample) => (fits(sample, name, labels) ? total + sample.value : total), 0);
}

/** The values of a label, in the order of appearance. */
export function values(samples: Sample[], name: string, label: string): string[] {
  return [...new Set(samples.filter((sample) => sample.name === name).map((sample) => sample.labels[label] ?? ''))];
}

/** The quantile of what happened between two readings, in the unit of the histogram; none where nothing happened. */
export function quantile(before: Sample[], now: Sample[], name: string, q: number, labels: Labels = {}): number | null {
  const counts = new Map<number, number>();
  const add = (samples: Sample[], sign: number) => {
    for (const sample of samples) {
      if (!fits(sample, `${name}_bucket`, labels)) continue;
      const bound = Number((sample.labels.le ?? '').replace('Inf', 'Infinity'));
      counts.set(bound, (counts.get(bound) ?? 0) + sign * sample.value);
    }
  };
  add(now, 1);
  add(before, -1);
  const buckets = [...counts].sort(([a], [b]) => a - b);
  const total = buckets.at(-1)?.[1] ?? 0;
  if (total <= 0) return null;
  let [lower, below] = [0, 0];
  for (const [bound, count] of buckets) {
    if (count >= q * total) {
      if (bound === Infinity) return lower;
      return lower + ((bound - lower) * (q * total - below)) / Math.max(count - below, 1e-9);
    }
    [lower, below] = [bound, count];
  }
  return lower;
}
