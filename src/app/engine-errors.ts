/** Errors on their way between the engine's thread and the others: classes do not survive the copy, so they are written as data. */
import { OperatingError } from '../core/errors.ts';
import { RequestError } from './engine-contract.ts';

/** An error as it crosses threads. */
export type ErrorData =
  | {
      readonly kind: 'request';
      readonly status: number;
      readonly code: string;
      readonly message: string;
      readonly whatToDo: string;
    }
  | { readonly kind: 'operating'; readonly code: string; readonly details: Readonly<Record<string, string | number>> }
  | { readonly kind: 'other'; readonly message: string; readonly stack: string };

export const errorToData = (error: unknown): ErrorData => {
  if (error instanceof RequestError) {
    const { status, code, message, whatToDo } = error;
    return { kind: 'request', status, code, message, whatToDo };
  }
  if (error instanceof OperatingError) return { kind: 'operating', code: error.code, details: error.details };
  const { message, stack } = error as Error;
  return { kind: 'other', message: String(message), stack: String(stack) };
};

export const errorFromData = (data: ErrorData): Error => {
  switch (data.kind) {
    case 'request':
      return new RequestError(data.status, data.code, data.message, data.whatToDo);
    case 'operating':
      return new OperatingError(data.code as OperatingError['code'], data.details);
    case 'other': {
      const error = new Error(data.message);
      error.stack = data.stack;
      return error;
    }
  }
};
