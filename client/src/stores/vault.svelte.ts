// The one vault of this page; it opens when it is first wanted.

import { Vault } from '../lib/vault/vault';

let opening: Promise<Vault> | null = null;

export function vault(): Promise<Vault> {
  opening ??= Vault.open();
  return opening;
}
