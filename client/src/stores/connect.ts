// Opens a socket to the server, with a ticket where one is needed.

import type { Socket } from '../lib/session/recorder';
import { socketAddress } from '../lib/wire/address';
import { account } from './account.svelte';

export async function connect(): Promise<Socket> {
  const ticket = await account.ticket();
  return new WebSocket(socketAddress(location, ticket)) as unknown as Socket;
}
