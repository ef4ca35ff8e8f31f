// What went wrong, for people.

import { t } from '../i18n/index.svelte';
import { ApiFailure } from './http';

export function told(error: unknown): string {
  if (error instanceof ApiFailure) return t('problem.server', { message: error.message, hint: error.hint });
  return t('app.failed', { message: t('app.noAnswer') });
}
