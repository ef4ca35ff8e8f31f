// Requests to the server's API: one shape of errors, access tokens that renew themselves.

import type { Tokens } from '../../generated/api';
import type { ErrorCode, HttpErrorBody } from '../../generated/wire';

export class ApiFailure extends Error {
  readonly status: number;
  readonly code: ErrorCode;
  readonly hint: string;

  constructor(status: number, code: ErrorCode, message: string, hint: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

export interface Answer<T> {
  body: T;
  etag: string | null;
}

export interface Ask {
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Where the tokens of a login live. */
export interface TokenStore {
  refreshToken(): string | null;
  keep(tokens: Tokens | null): void;
  /** Runs it while no other page of the same login renews. */
  alone(work: () => Promise<boolean>): Promise<boolean>;
}

export class Api {
  #store: TokenStore;
  #access: string | null = null;
  #refreshing: Promise<boolean> | null = null;
  #fetch: typeof fetch;

  constructor(store: TokenStore, fetcher: typeof fetch = (...given) => fetch(...given)) {
    this.#store = store;
    this.#fetch = fetcher;
  }

  get hasLogin(): boolean {
    return this.#access !== null || this.#store.refreshToken() !== null;
  }

  accept(tokens: Tokens | null): void {
    this.#access = tokens?.access_token ?? null;
    this.#store.keep(tokens);
  }

  async ask<T>(method: string, path: string, given: Ask = {}): Promise<Answer<T>> {
    const response = await this.#attempt(method, path, given);
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json');
    return { body: (json && text ? JSON.parse(text) : text) as T, etag: response.headers.get('etag') };
  }

  async get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return (await this.ask<T>('GET', path, signal ? { signal } : {})).body;
  }

  async post<T>(path: string, body?: unknown): Promise<T> {
    return (await this.ask<T>('POST', path, { body })).body;
  }

  /** Bytes, such as kept sound. */
  async blob(path: string): Promise<Blob> {
    return (await this.#attempt('GET', path, {})).blob();
  }

  /** A good answer; with a new access token where the old one has run out. */
  async #attempt(method: string, path: string, given: Ask): Promise<Response> {
    if (!this.#access && this.#store.refreshToken()) await this.#refresh();
    let response = await this.#send(method, path, given);
    if (response.status === 401 && (await this.#refresh())) response = await this.#send(method, path, given);
    if (!response.ok) throw await failure(response);
    return response;
  }

  #send(method: string, path: string, { body, headers, signal }: Ask): Promise<Response> {
    const bytes = body instanceof ArrayBuffer || body instanceof Blob;
    const all: Record<string, string> = { accept: 'application/json', ...headers };
    if (body !== undefined) all['content-type'] = bytes ? 'application/octet-stream' : 'application/json';
    if (this.#access) all.authorization = `Bearer ${this.#access}`;
    const request: RequestInit = { method, headers: all, credentials: 'omit' };
    if (signal) request.signal = signal;
    if (body !== undefined) request.body = bytes ? (body as BodyInit) : JSON.stringify(body);
    return this.#fetch(path, request);
  }

  /** One renewal at a time: a token that is used twice ends the login. */
  #refresh(): Promise<boolean> {
    this.#refreshing ??= this.#renew().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  #renew(): Promise<boolean> {
    return this.#store.alone(() => this.#exchange());
  }

  async #exchange(): Promise<boolean> {
    const refresh_token = this.#store.refreshToken();
    if (!refresh_token) {
      // Another page of this browser has logged out.
      if (this.#access) this.accept(null);
      return false;
    }
    this.#access = null;
    const response = await this.#send('POST', '/api/auth/refresh', { body: { refresh_token } });
    if (response.ok) this.accept((await response.json()) as Tokens);
    // A server that is down says nothing about the login.
    else if (response.status < 500) this.accept(null);
    return response.ok;
  }
}

async function failure(response: Response): Promise<ApiFailure> {
  try {
    const { error } = (await response.json()) as HttpErrorBody;
    return new ApiFailure(response.status, error.code, error.message, error.hint);
  } catch {
    return new ApiFailure(response.status, 'other', response.statusText, '');
  }
}
