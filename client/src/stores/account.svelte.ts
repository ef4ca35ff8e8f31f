// Who is using the page, and what the server offers: parts of the page appear as it announces them.

import type { Me, ServerFacts, Tokens } from '../generated/api';
import { Api, ApiFailure, type TokenStore } from '../lib/api/http';

const NAME = 'alfavoice.login';

const store: TokenStore = {
  refreshToken: () => localStorage.getItem(NAME),
  keep(tokens) {
    if (tokens) localStorage.setItem(NAME, tokens.refresh_token);
    else {
      localStorage.removeItem(NAME);
      account.ended();
    }
  },
  // A refresh token that two pages use at the same time would end the login of both.
  alone: async (work) => (navigator.locks ? navigator.locks.request('alfavoice.renewal', work) : work()),
};

export const api = new Api(store);

class Account {
  /** None: a server without accounts, or not asked yet. */
  facts = $state.raw<ServerFacts | null>(null);
  me = $state.raw<Me | null>(null);
  asked = $state(false);
  #answered: () => void = () => {};
  /** Resolves once the server has said what it offers. */
  readonly answered = new Promise<void>((resolve) => (this.#answered = resolve));

  /** History, settings and the rest are there for this person. */
  get isKnown(): boolean {
    return this.me !== null;
  }

  get isAdmin(): boolean {
    // A server without accounts belongs to whoever opens it.
    return this.facts === null || this.me?.user.role === 'admin';
  }

  get mustLogIn(): boolean {
    return this.facts !== null && !this.facts.open && this.me === null;
  }

  /** Asks again until the server answers at all. */
  async ask(): Promise<void> {
    try {
      this.facts = await api.get<ServerFacts>('/api/auth/server');
    } catch (error) {
      if (!(error instanceof ApiFailure) || error.status >= 500) throw error;
      this.facts = null;
      this.asked = true;
      this.#answered();
      return;
    }
    try {
      this.me = await api.get<Me>('/api/auth/me');
    } catch (error) {
      if (!(error instanceof ApiFailure) || error.status >= 500) throw error;
      this.me = null;
    }
    this.asked = true;
    this.#answered();
  }

  async logIn(login: string, password: string): Promise<void> {
    await this.#enter('/api/auth/login', { login, password, client: browser() });
  }

  async register(name: string, password: string, invite: string): Promise<void> {
    await this.#enter('/api/auth/register', { name, password, email: null, invite: invite || null, client: browser() });
  }

  async logOut(): Promise<void> {
    const refresh_token = store.refreshToken();
    try {
      if (refresh_token) await api.post('/api/auth/logout', { refresh_token });
    } finally {
      api.accept(null);
    }
  }

  /** The server knows this login no more. */
  ended(): void {
    this.me = null;
  }

  /** A one-time way into the WebSocket for somebody who logged in. */
  async ticket(): Promise<string | null> {
    if (this.facts === null || this.facts.open || !api.hasLogin) return null;
    return (await api.post<{ ticket: string }>('/api/auth/ws-ticket', {})).ticket;
  }

  async #enter(path: string, body: unknown): Promise<void> {
    api.accept(await api.post<Tokens>(path, body));
    this.me = await api.get<Me>('/api/auth/me');
  }
}

function browser(): string {
  const known = ['Firefox', 'Edg', 'OPR', 'Chrome', 'Safari'].find((name) => navigator.userAgent.includes(name));
  return `${known ?? 'Browser'} · ${navigator.platform}`;
}

export const account = new Account();
