/** Looking for words in what a message shows, the same in the console and in Gatehouse itself. */

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
