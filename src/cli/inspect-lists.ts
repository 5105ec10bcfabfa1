/** What `--emit` and `--format` accept, without the code that does it. */
import { INSPECT_LISTS } from '../app/inspect-lists.ts';

export const LISTS = INSPECT_LISTS;
export const FORMATS = ['table', 'csv', 'ndjson'] as const;
export type Format = (typeof FORMATS)[number];
