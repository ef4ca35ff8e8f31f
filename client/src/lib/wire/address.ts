// Where the server's WebSocket is.

/** A one-time ticket opens it for somebody who logged in; long-lived tokens never appear in an address. */
export function socketAddress(page: { protocol: string; host: string }, ticket: string | null): string {
  const scheme = page.protocol === 'https:' ? 'wss' : 'ws';
  const query = ticket ? `?ticket=${encodeURIComponent(ticket)}` : '';
  return `${scheme}://${page.host}/transcribe${query}`;
}
