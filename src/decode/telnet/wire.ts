/**
 * Telnet: commands and option negotiation (RFC 854, RFC 855), terminal type (RFC 1091). What is typed is looked at only
 * to find a login; it is never kept.
 */
import type { Message } from '../../core/decoder.ts';

export const IAC = 255;
export const SB = 250;
export const SE = 240;
export const WILL = 251;
export const DONT = 254;
/** A subnegotiation longer than this is cut. */
export const MAX_SUB = 512;

export interface TelnetLogin extends Message {
  readonly type: 'Telnet login';
  readonly user: string;
  readonly accepted: boolean | undefined;
}
export interface TelnetBanner extends Message {
  readonly type: 'Telnet banner';
  readonly text: string;
}
export interface TelnetOptions extends Message {
  readonly type: 'Telnet options';
}
export type TelnetMessage = TelnetLogin | TelnetBanner | TelnetOptions;

/** Octets of the command at `o` (which holds IAC), or 0 when it is not all there yet. */
export const commandLength = (b: Uint8Array, o: number, end: number): number => {
  if (o + 1 >= end) return 0;
  const command = b[o + 1]!;
  if (command >= WILL && command <= DONT) return o + 2 < end ? 3 : 0;
  if (command !== SB) return 2;
  for (let i = o + 2; i + 1 < end; i++) {
    if (b[i] === IAC && b[i + 1] === SE) return i + 2 - o;
    if (b[i] === IAC && b[i + 1] === IAC) i++;
    if (i - o > MAX_SUB) return i - o;
  }
  return end - o > MAX_SUB ? end - o : 0;
};
