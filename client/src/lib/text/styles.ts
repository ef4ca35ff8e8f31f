// The styles that a text can be written in, as the server knows them.

export const WRITTEN_STYLES = ['none', 'mail', 'chat', 'code', 'document', 'verbatim'] as const;
