// As much of a browser as the stores know, with a server that the test plays.

import { vi } from 'vitest';

export interface Request {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
  headers: Record<string, string>;
}

/** Answers a request: a body for 200, or a response of its own. */
export type Server = (request: Request) => unknown;

export const refusal = (status: number, code: string) =>
  Response.json({ error: { code, message: 'wrong', hint: 'mend it', request_id: '' } }, { status });

/** Fresh stores in a fresh browser: import them after this. The requests so far come back. */
export function browser(server: Server, stored: Record<string, string> = {}): { asked: Request[]; stored: Map<string, string>; root: { dataset: Record<string, string>; lang: string } } {
  vi.resetModules();
  const asked: Request[] = [];
  const kept = new Map(Object.entries(stored));
  const root = { dataset: {}, lang: '' };
  const listening = { addEventListener() {}, removeEventListener() {} };
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  });
  vi.stubGlobal('document', { documentElement: root, hidden: false, ...listening });
  vi.stubGlobal('location', { protocol: 'http:', host: 'here', hash: '' });
  vi.stubGlobal('navigator', { languages: ['en-GB'], userAgent: 'Chrome', platform: 'Linux', onLine: true });
  vi.stubGlobal('addEventListener', () => {});
  vi.stubGlobal('fetch', async (path: string, given: RequestInit = {}) => {
    const url = new URL(path, 'http://here');
    const body = typeof given.body === 'string' ? JSON.parse(given.body) : given.body;
    const request = { method: given.method ?? 'GET', path: url.pathname, query: url.searchParams, body, headers: given.headers as Record<string, string> };
    asked.push(request);
    given.signal?.throwIfAborted();
    const answer = await server(request);
    given.signal?.throwIfAborted();
    if (answer instanceof Response) return answer;
    return answer === undefined ? new Response(null, { status: 204 }) : Response.json(answer);
  });
  return { asked, stored: kept, root };
}
