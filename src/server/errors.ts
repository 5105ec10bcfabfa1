/** Every answer that is not 2xx has one shape: {code, message, whatToDo}. Nothing of the inside (paths, stacks) leaves. */
import type { FastifyError, FastifyInstance } from 'fastify';
import type { ApiError } from '../api/index.ts';
import { RequestError } from '../app/engine-contract.ts';
import { ERRORS, type ExitClass, OperatingError } from '../core/errors.ts';

const STATUS: Record<ExitClass, number> = {
  ok: 500,
  other: 500,
  usage: 422,
  input: 422,
  rights: 403,
  busy: 409,
  store: 507,
};

export interface Answer {
  readonly status: number;
  readonly body: ApiError;
}

const answer = (status: number, code: string, message: string, whatToDo: string): Answer => ({
  status,
  body: { code, message, whatToDo },
});

/** The validator says of a field that it does not know that its "schema is false". */
const inWords = (message = ''): string =>
  message
    .replaceAll(/(\S+) schema is false/g, '$1 is no field of it')
    .replace(/, \S+ must not have additional properties/, '');

export const toAnswer = (error: unknown): Answer => {
  if (error instanceof RequestError) return answer(error.status, error.code, error.message, error.whatToDo);
  if (error instanceof OperatingError) {
    return answer(STATUS[ERRORS[error.code].exit], error.code, error.message, error.whatToDo);
  }
  const { validation, validationContext, statusCode, code, message } = error as Partial<FastifyError>;
  if (validation !== undefined) {
    return answer(
      422,
      'input-invalid',
      `The ${validationContext ?? 'request'} is not valid: ${inWords(message)}.`,
      'Compare the request with /api/docs.',
    );
  }
  if (statusCode === 429) return answer(429, 'too-many-requests', 'Too many requests.', 'Wait a minute and try again.');
  if (statusCode === 413) return answer(413, 'too-large', 'The request is too large.', 'Send less at a time.');
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return answer(
      statusCode,
      code?.toLowerCase() ?? 'request-invalid',
      message ?? 'The request is not valid.',
      'Compare the request with /api/docs.',
    );
  }
  return answer(
    500,
    'internal',
    'Something went wrong inside of Gatehouse.',
    'Look into its log; please report it if it happens again.',
  );
};

/** A body of JSON is here within this time, milliseconds: one that trickles would hold a connection for hours. */
export const BODY_MS = 15_000;

/** Answers 408 to bodies that are not here in time and closes their connection. Files may take as long as they take. */
export const limitBodies = (server: FastifyInstance, bodyMs: number): void => {
  const timers = new WeakMap<object, NodeJS.Timeout>();
  server.addHook('preParsing', (request, reply, payload, done) => {
    const { method, headers } = request;
    const isFile = (headers['content-type'] ?? '').startsWith('multipart/');
    if (method !== 'GET' && method !== 'HEAD' && !isFile) {
      const timer = setTimeout(() => {
        const late = new RequestError(408, 'too-slow', 'The request did not come to its end.', 'Send it again.');
        const { status, body } = toAnswer(late);
        reply.header('connection', 'close').code(status).type('application/json; charset=utf-8');
        if (!reply.sent) reply.send(JSON.stringify(body));
      }, bodyMs);
      timer.unref();
      timers.set(request, timer);
    }
    done(null, payload);
  });
  server.addHook('preValidation', (request, _reply, done) => {
    clearTimeout(timers.get(request));
    done();
  });
  // Of bodies that were refused before.
  server.addHook('onResponse', (request, _reply, done) => {
    clearTimeout(timers.get(request));
    done();
  });
};

export const handleErrors = (server: FastifyInstance): void => {
  server.setErrorHandler((error, request, reply) => {
    const { status, body } = toAnswer(error);
    if (status >= 500 && status !== 507) request.log.error({ err: error }, 'request failed');
    return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(body));
  });
};
