/** What a message shows: looking for words in it, and leaving out octets that nobody put into words; the same in console and server. */

export interface Worded {
  readonly type: string;
  readonly title: string;
  readonly fields: readonly { readonly value: string; readonly meaning: string }[];
}

/** A message that holds all the words, in its name or in what it carries; capitals do not count. No word: every message. */
export const holdsWords = (message: Worded, words: string): boolean => {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return true;
  const { type, title, fields } = message;
  const text = `${type} ${title} ${fields.map((f) => `${f.value} ${f.meaning}`).join(' ')}`.toLowerCase();
  return wanted.every((word) => text.includes(word));
};

/** Two octets in hexadecimal or more, `04 51`; several such runs stand between commas. A list of numbers has no such pair. */
const OCTETS = /^[0-9a-f]{2}( [0-9a-f]{2})*(, [0-9a-f]{2}( [0-9a-f]{2})*)*( \(masked\)|\.\.\.)?$/;
const TWO_OCTETS = /[0-9a-f]{2} [0-9a-f]{2}/;
/** Whether the value of a field is octets as they were on the wire: there may be anything in them, also a password. */
export const isOctets = (value: string): boolean => OCTETS.test(value) && TWO_OCTETS.test(value);
/** In the place of such octets, for those who may not see the evidence. */
export const OCTETS_HIDDEN = '(octets, not shown)';
