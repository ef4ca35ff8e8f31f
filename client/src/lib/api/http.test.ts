import { describe, expect, it } from 'vitest';

import type { Tokens } from '../../generated/api';
import { Api, type TokenStore } from './http';

const tokens = (n: number): Tokens => ({ access_token: `a${n}`, refresh_token: `r${n}` }) as Tokens;

const error = (status: number, code: string) =>
  Response.json({ error: { code, message: 'm', hint: 'h', request_id: '' } }, { status });

function setUp(answer: (path: string, bearer: string | null, body: unknown) => Response) {
  let kept: Tokens | null = tokens(1);
  const store: TokenStore = { refreshToken: () => kept?.refresh_token ?? null, keep: (given) => (kept = given), alone: (work) => work() };
  const asked: string[] = [];
  const fetcher = (async (path: string, request: RequestInit) => {
    asked.push(path);
    const headers = request.headers as Record<string, string>;
    return answer(path, headers.authorization ?? null, request.body ? JSON.parse(request.body as string) : null);
  }) as unknown as typeof fetch;
  return { api: new Api(store, fetcher), asked, kept: () => kept, forget: () => void (kept = null) };
}

describe('the API', () => {
  it('renews an access token once for many requests, with the newest refresh token', async () => {
    let renewals = 1;
    const { api, asked, kept } = setUp((path, bearer, body) => {
      if (path !== '/api/auth/refresh') return bearer === `Bearer a${renewals}` ? Response.json('yes') : error(401, 'token_expired');
      expect(body).toEqual({ refresh_token: `r${renewals}` });
      return Response.json(tokens(++renewals));
    });
    expect(await Promise.all([api.get('/x'), api.get('/y')])).toEqual(['yes', 'yes']);
    expect(asked.filter((path) => path === '/api/auth/refresh')).toHaveLength(1);
    expect(kept()?.refresh_token).toBe('r2');
  });

  it('forgets a login that the server refuses, and keeps it while the server is down', async () => {
    const refused = setUp(() => error(401, 'token_reused'));
    await expect(refused.api.get('/x')).rejects.toMatchObject({ status: 401 });
    expect(refused.kept()).toBeNull();
    const down = setUp(() => error(503, 'unavailable'));
    await expect(down.api.get('/x')).rejects.toMatchObject({ code: 'unavailable', hint: 'h' });
    expect(down.kept()).not.toBeNull();
  });

  it('renews for bytes as well', async () => {
    const { api } = setUp((path, bearer) => {
      if (path === '/api/auth/refresh') return Response.json(tokens(2));
      return bearer === 'Bearer a2' ? new Response('sound') : error(401, 'token_expired');
    });
    api.accept(tokens(1));
    expect(await (await api.blob('/audio')).text()).toBe('sound');
  });

  it('has no login any more once another page has logged out', async () => {
    const { api, kept, forget } = setUp((path) => (path === '/x' ? error(401, 'unauthorized') : Response.json(tokens(2))));
    api.accept(tokens(1));
    forget();
    await expect(api.get('/x')).rejects.toMatchObject({ status: 401 });
    expect([api.hasLogin, kept()]).toEqual([false, null]);
  });
});
