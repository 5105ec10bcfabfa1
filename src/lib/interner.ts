/** Strings as small integers, dense from 0, up to a limit. For texts of the wire that are compared and kept often. */

export class Interner {
  readonly texts: string[] = [];
  readonly #ids = new Map<string, number>();
  readonly #limit: number;
  #lastText: string | undefined;
  #lastId = -1;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The text's number; -1 for a new text when the table is full. The same string object again costs a comparison. */
  id(text: string): number {
    if (text === this.#lastText) return this.#lastId;
    let id = this.#ids.get(text);
    if (id === undefined) {
      if (this.texts.length >= this.#limit) return -1;
      id = this.texts.push(text) - 1;
      this.#ids.set(text, id);
    }
    this.#lastText = text;
    this.#lastId = id;
    return id;
  }

  load(texts: readonly string[]): void {
    this.texts.length = 0;
    this.#ids.clear();
    this.#lastText = undefined;
    for (const text of texts.slice(0, this.#limit)) this.#ids.set(text, this.texts.push(text) - 1);
  }
}
