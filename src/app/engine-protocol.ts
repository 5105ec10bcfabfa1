/** The messages between the engine's thread and the others. Plain data only. */
import type { Engine, EngineEvent } from './engine-contract.ts';
import type { ErrorData } from './engine-errors.ts';

/** The first message: what the thread is for. */
export interface WorkerTask {
  readonly folder: string;
  readonly zone: string;
}
export type EngineMethod = Exclude<keyof Engine, 'onEvent'>;
export interface ToWorker {
  readonly id: number;
  readonly method: EngineMethod;
  readonly args: readonly unknown[];
}
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly error: ErrorData }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly error: ErrorData }
  | { readonly kind: 'event'; readonly event: EngineEvent }
  | { readonly kind: 'log'; readonly error: ErrorData };
