/**
 * Passwords by scrypt with the parameters OWASP recommends (N = 2^15, r = 8, p = 3: 32 MiB and about 0.2 s each). At most
 * two are computed at a time, so that a wave of logins cannot take the memory; a bounded number waits.
 * @source RFC 7914; OWASP Password Storage Cheat Sheet
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { RequestError } from '../app/engine-contract.ts';

const N = 2 ** 15;
const R = 8;
const P = 3;
const KEY_BYTES = 32;
const MAX_MEMORY = 128 * N * R * 2;
/** Computations at a time, and how many may wait: more logins are refused with 429. */
const CONCURRENT = 2;
export const MAX_WAITING = 32;

let running = 0;
const waiting: (() => void)[] = [];

const slot = async <T>(work: () => Promise<T>): Promise<T> => {
  if (running >= CONCURRENT) {
    if (waiting.length >= MAX_WAITING) {
      throw new RequestError(429, 'too-many-requests', 'Too many logins at once.', 'Wait a few seconds and try again.');
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  running++;
  try {
    return await work();
  } finally {
    running--;
    waiting.shift()?.();
  }
};

const derive = (password: string, salt: Buffer, n: number, r: number, p: number): Promise<Buffer> =>
  slot(
    () =>
      new Promise((resolve, reject) => {
        scrypt(password.normalize('NFKC'), salt, KEY_BYTES, { N: n, r, p, maxmem: MAX_MEMORY }, (error, key) => {
          if (error === null) resolve(key);
          else reject(error);
        });
      }),
  );

/** `scrypt$N$r$p$salt$key`, salt and key in base64url. `n` is smaller in tests of other things only. */
export const hashPassword = async (password: string, n: number = N): Promise<string> => {
  const salt = randomBytes(16);
  const key = await derive(password, salt, n, R, P);
  return `scrypt$${n}$${R}$${P}$${salt.toString('base64url')}$${key.toString('base64url')}`;
};

/** A hash that no password has: checking against it takes as long as a real one, so that names cannot be probed. */
export const NOBODY = `scrypt$${N}$${R}$${P}$${Buffer.alloc(16).toString('base64url')}$${Buffer.alloc(KEY_BYTES).toString('base64url')}`;

export const checkPassword = async (password: string, stored: string): Promise<boolean> => {
  const [scheme, n, r, p, salt, key] = stored.split('$');
  if (scheme !== 'scrypt' || salt === undefined || key === undefined) return false;
  // Parameters come from our own store; bounded all the same.
  if (Number(n) > N || Number(r) > R || Number(p) > P) return false;
  const expected = Buffer.from(key, 'base64url');
  const actual = await derive(password, Buffer.from(salt, 'base64url'), Number(n), Number(r), Number(p));
  return expected.length === actual.length && timingSafeEqual(expected, actual);
};
