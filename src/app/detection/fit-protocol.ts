/** The messages between the engine's thread and the one that makes models. Plain data; arrays change hands. */
import type { RowTable } from '../../core/process.ts';
import type { Cycle } from '../../learn/process/index.ts';

export interface FitJob {
  readonly id: number;
  readonly table: RowTable;
  readonly stepUs: number;
}
export type FitAnswer =
  | { readonly id: number; readonly kind: 'made'; readonly saved: Uint8Array; readonly cycles: readonly Cycle[] }
  | { readonly id: number; readonly kind: 'failed'; readonly why: string };
