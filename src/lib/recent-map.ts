/**
 * A map in order of last use, for what is bounded by letting the one longest unused go. A built-in map keeps the place of every
 * key that was deleted until it is built anew, so that deleting and setting a key for each use costs a new table again and
 * again; here a use moves three links.
 */
interface Node<K, V> {
  readonly key: K;
  value: V;
  older: Node<K, V> | undefined;
  newer: Node<K, V> | undefined;
}

export class RecentMap<K, V> {
  readonly #nodes = new Map<K, Node<K, V>>();
  #oldest: Node<K, V> | undefined;
  #newest: Node<K, V> | undefined;

  get size(): number {
    return this.#nodes.size;
  }

  /** Does not count as a use. */
  get(key: K): V | undefined {
    return this.#nodes.get(key)?.value;
  }

  /** Uses the key: it is the newest from now on. */
  set(key: K, value: V): void {
    let node = this.#nodes.get(key);
    if (node === undefined) {
      node = { key, value, older: undefined, newer: undefined };
      this.#nodes.set(key, node);
    } else {
      node.value = value;
      if (node === this.#newest) return;
      this.#unlink(node);
    }
    this.#append(node);
  }

  /** `get` that counts as a use: of a key that is there, `set` with the value it has. */
  use(key: K): V | undefined {
    const node = this.#nodes.get(key);
    if (node === undefined) return undefined;
    if (node !== this.#newest) {
      this.#unlink(node);
      this.#append(node);
    }
    return node.value;
  }

  #append(node: Node<K, V>): void {
    node.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = node;
    else this.#newest.newer = node;
    this.#newest = node;
  }

  delete(key: K): void {
    const node = this.#nodes.get(key);
    if (node === undefined) return;
    this.#nodes.delete(key);
    this.#unlink(node);
  }

  /** The one that was not used for longest. */
  get oldest(): [K, V] | undefined {
    return this.#oldest === undefined ? undefined : [this.#oldest.key, this.#oldest.value];
  }

  /** Lets the one go that was not used for longest. */
  deleteOldest(): void {
    if (this.#oldest !== undefined) this.delete(this.#oldest.key);
  }

  clear(): void {
    this.#nodes.clear();
    this.#oldest = undefined;
    this.#newest = undefined;
  }

  /** Keys with their values, the one longest unused first. Deleting the one in hand ends the walk. */
  *[Symbol.iterator](): Generator<[K, V]> {
    for (let node = this.#oldest; node !== undefined; node = node.newer) yield [node.key, node.value];
  }

  #unlink(node: Node<K, V>): void {
    const { older, newer } = node;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    node.older = undefined;
    node.newer = undefined;
  }
}
