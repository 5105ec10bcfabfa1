/**
 * Text that looks like a login in a payload that no decoder understands: a word for a credential with what follows it, as
 * forms, configuration files and line dialogues write it. In ASCII and in UTF-16, little endian.
 */

/** In English and German; longer words first. */
const WORDS = [
  'username',
  'userid',
  'user',
  'benutzername',
  'benutzer',
  'login',
  'logon',
  'passphrase',
  'password',
  'passwort',
  'passwd',
  'pass',
  'kennwort',
  'pwd',
  'pin',
  'credential',
  'authorization',
  'bearer',
  'apikey',
  'api_key',
  'api-key',
  'token',
  'secret',
  'sessionid',
  'cookie',
  // RFC 4954, RFC 5034: the answer follows on the same line.
  'auth plain',
  'auth login',
];
/** A character may be followed by the upper octet of UTF-16. */
const wide = (word: string): string => [...word].map((c) => `${c}\\0?`).join('');
const WORD = `(?<![a-z])(?:${WORDS.map(wide).join('|')})`;
/** `password=`, `"token": "`, `<user>`; or a word at the beginning of a line with a space after it (`USER anna`). */
const SIGN = `(?:["']\\0?)?(?:[ \\t]\\0?){0,4}[=:>]\\0?`;
const LINE = `(?<=(?:^|[\\r\\n\\0])\\0?)${WORD}[ \\t]\\0?`;
/** What follows, to the end of the line or of what can be printed. */
const REST = '(?:[\\x20-\\x7e\\xa0-\\xff]\\0?)+';
const CREDENTIAL = new RegExp(`(?:${WORD}${SIGN}|${LINE})(?:[ \\t]\\0?)*(${REST})`, 'gi');

/** Looked at in one frame; what lies beyond is longer than any link carries. */
const MAX_LOOKED_AT = 65_536;

/** A character an octet. */
const LATIN1 = new TextDecoder('latin1');

const runsOf = (text: string, start: number): { start: number; end: number }[] =>
  [...text.matchAll(CREDENTIAL)].map((match) => {
    const last = start + match.index + match[0].length;
    return { start: last - match[1]!.length, end: last };
  });

/** Where the octets of such values lie, `start` to before `end`, in order and apart. */
export const credentialRuns = (bytes: Uint8Array, start: number): { start: number; end: number }[] => {
  const end = Math.min(bytes.length, start + MAX_LOOKED_AT);
  return runsOf(LATIN1.decode(bytes.subarray(start, end)), start);
};

/** Whether a text says a credential in one of these ways: `user=anna;password=x`. */
export const saysCredential = (text: string): boolean => runsOf(text, 0).length > 0;
