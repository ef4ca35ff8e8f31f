import { describe, expect, it } from 'vitest';

import { parse, quantile, sum, values } from './prometheus';

const TEXT = `# HELP queue_size jobs
# TYPE queue_size gauge
queue_size{pool="a",class="live"} 2
queue_size{pool="b \\"x\\"",class="live"} 3
plain 4.5
took_bucket{le="0.1"} 10
took_bucket{le="0.2"} 20
took_bucket{le="+Inf"} 20
`;

describe('metrics', () => {
  it('are read with their labels', () => {
    const samples = parse(TEXT);
    expect([sum(samples, 'queue_size'), sum(samples, 'queue_size', { pool: 'a' }), sum(samples, 'plain')]).toEqual([5, 2, 4.5]);
    expect(values(samples, 'queue_size', 'pool')).toEqual(['a', 'b "x"']);
  });

  it('tell quantiles of what happened since', () => {
    const now = parse(TEXT);
    expect(quantile([], now, 'took', 0.5)).toBeCloseTo(0.1);
    expect(quantile([], now, 'took', 0.75)).toBeCloseTo(0.15);
    expect(quantile(now, now, 'took', 0.5)).toBeNull();
    const before = parse('took_bucket{le="0.1"} 10\ntook_bucket{le="0.2"} 10\ntook_bucket{le="+Inf"} 10');
    expect(quantile(before, now, 'took', 0.5)).toBeCloseTo(0.15);
  });
});
