/** Where the console may listen: on this machine's own addresses as it likes, on others only with TLS. */
import { OperatingError } from '../core/errors.ts';

export const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/** Throws `usage` for an address that other machines can reach, without TLS. */
export const checkHost = (host: string, secure: boolean): void => {
  if (LOOPBACK.has(host) || secure) return;
  throw new OperatingError('usage', {
    detail: `Listening on ${host}, which other machines can reach, needs TLS: give --tls-key and --tls-cert`,
  });
};
