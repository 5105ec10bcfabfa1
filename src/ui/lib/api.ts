/** Calls the HTTP contract: typed by `src/api`, one error type, the CSRF header kept in one place. */
import { type CallName, PATHS } from '../../api/paths.ts';
import type { Answer, Body } from '../../api/routes.ts';

export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly whatToDo: string;
  constructor(status: number, code: string, message: string, whatToDo: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.whatToDo = whatToDo;
  }
}

let csrf = '';
let person = '';
/** Who acts from this page, with the token of the session. */
export const setPerson = (me: { readonly id: string; readonly csrf: string }): void => {
  csrf = me.csrf;
  person = me.id;
};
/** Another tab of this browser logged in anew: its session is ours too, if it is the same person's. */
const renewToken = async (): Promise<void> => {
  const me = await call('me');
  if (me.id !== person)
    throw new ApiProblem(
      403,
      'other-person',
      `${me.name} has logged in in another tab of this browser. Nothing was written.`,
      `Load the page again: it is then the page of ${me.name}.`,
    );
  setPerson(me);
};

let onLoggedOut = (): void => undefined;
/** What is done when an answer says that nobody is logged in any more: the session ended, or was ended elsewhere. */
export const whenLoggedOut = (act: () => void): void => {
  onLoggedOut = act;
};
/** Tells it, if that is what the error says. A wrong password is refused with 401 too: only the code tells them apart. */
export const tellLoggedOut = (error: unknown): void => {
  if (error instanceof ApiProblem && error.code === 'login-needed') onLoggedOut();
};

export type Parameters = Readonly<Record<string, string | number | undefined>>;

/** Fills `:name` parts; what is left over becomes the query. */
export const urlOf = (path: string, params: Parameters = {}): string => {
  const left = { ...params };
  const filled = path.replace(/:([a-z]+)/g, (_, name: string) => {
    const value = left[name];
    delete left[name];
    return encodeURIComponent(String(value ?? ''));
  });
  const query = new URLSearchParams();
  for (const [k, v] of Object.entries(left)) if (v !== undefined && v !== '') query.set(k, String(v));
  const text = query.toString();
  return text === '' ? filled : `${filled}?${text}`;
};

const problemFrom = async (response: Response): Promise<ApiProblem> => {
  try {
    const body = (await response.json()) as { code?: string; message?: string; whatToDo?: string };
    return new ApiProblem(
      response.status,
      body.code ?? 'unknown',
      body.message ?? response.statusText,
      body.whatToDo ?? '',
    );
  } catch {
    return new ApiProblem(response.status, 'no-answer', `The server answered ${response.status}.`, 'Look at its log.');
  }
};

const send = async (url: string, init: RequestInit): Promise<Response> => {
  let response: Response;
  try {
    response = await fetch(url, { credentials: 'same-origin', ...init });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiProblem(
      0,
      'unreachable',
      'Gatehouse does not answer.',
      'Check that it is running; this page tries again by itself.',
    );
  }
  if (!response.ok) throw await problemFrom(response);
  return response;
};

/** One JSON call. Throws ApiProblem. */
export const call = async <N extends CallName>(
  name: N,
  params: Parameters = {},
  ...rest: Body<N> extends undefined ? [body?: undefined, signal?: AbortSignal] : [body: Body<N>, signal?: AbortSignal]
): Promise<Answer<N>> => {
  const [method = 'GET', path = ''] = PATHS[name].split(' ');
  const [body, signal] = rest;
  const ask = () => {
    const init: RequestInit = { method, ...(signal === undefined ? {} : { signal }) };
    if (method !== 'GET') {
      init.headers = { 'content-type': 'application/json', 'x-csrf-token': csrf };
      init.body = JSON.stringify(body ?? {});
    }
    return send(urlOf(path, params), init);
  };
  const response = await ask().catch(async (error) => {
    if (error instanceof ApiProblem && error.code === 'csrf') {
      await renewToken();
      return ask();
    }
    // Who is there is asked before there is anybody: the router goes to the login by itself.
    if (name !== 'me') tellLoggedOut(error);
    throw error;
  });
  return (response.status === 204 ? {} : await response.json()) as Answer<N>;
};

/** Sends a file as multipart and reports the share sent (0..1). XMLHttpRequest, because fetch cannot report it. */
export const sendFile = <T>(url: string, file: File, onShare: (share: number) => void): Promise<T> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    request.setRequestHeader('x-csrf-token', csrf);
    request.responseType = 'json';
    request.upload.onprogress = (e) => e.lengthComputable && onShare(e.loaded / e.total);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) return resolve(request.response as T);
      const body = (request.response ?? {}) as { code?: string; message?: string; whatToDo?: string };
      const problem = new ApiProblem(
        request.status,
        body.code ?? 'unknown',
        body.message ?? `The server answered ${request.status}.`,
        body.whatToDo ?? '',
      );
      tellLoggedOut(problem);
      reject(problem);
    };
    request.onerror = () =>
      reject(
        new ApiProblem(
          0,
          'unreachable',
          'The upload broke off.',
          'Check that Gatehouse is running and drop the file again.',
        ),
      );
    const form = new FormData();
    form.append('file', file, file.name);
    request.send(form);
  });
