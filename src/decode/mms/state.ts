/** What is kept for one association; every part is bounded where it is filled. */
import type { EndpointId } from '../../core/endpoint.ts';
import { ListCache, nameText } from './access.ts';
import type { ObjectName, TypeSpecification } from './message.ts';

/** Data sets whose members are known; beyond this no further ones are learned. */
export const MAX_DATA_SETS = 512;
/** Variables whose type is known. */
export const MAX_TYPES = 1024;
/** Files, domains and transfer sets in use at the same time. */
export const MAX_OPEN = 64;

export class MmsState {
  readonly cache = new ListCache();
  /** Members by the list's name as text. */
  readonly dataSets = new Map<string, readonly ObjectName[]>();
  readonly types = new Map<string, TypeSpecification>();
  /** Grows with `types`: paths built before are stale. */
  typesStamp = 0;
  /** Names of files by frsmID, domains by ulsmID (`u` before the number) and in download (`d` before the name). */
  readonly open = new Map<string, string>();
  /** Names of TASE.2 transfer sets that were handed out. */
  readonly transferSets = new Set<string>();
  /** What was said of a server, so that it is said once: bit 0 TASE.2, bit 1 IEC 61850. Both ends may be servers. */
  readonly #said = new Map<EndpointId, number>();
  isConcluded = false;

  hasSaid(server: EndpointId, bits: number): boolean {
    return ((this.#said.get(server) ?? 0) & bits) === bits;
  }
  /** An association has two ends. */
  say(server: EndpointId, bit: number): void {
    this.#said.set(server, (this.#said.get(server) ?? 0) | bit);
  }

  learnDataSet(name: ObjectName, members: readonly ObjectName[]): void {
    const key = nameText(name);
    if (this.dataSets.size < MAX_DATA_SETS || this.dataSets.has(key)) this.dataSets.set(key, members);
  }

  learnType(name: ObjectName, type: TypeSpecification): void {
    const key = nameText(name);
    if (this.types.size >= MAX_TYPES && !this.types.has(key)) return;
    this.types.set(key, type);
    this.typesStamp++;
  }

  remember(key: string, value: string): void {
    if (this.open.size >= MAX_OPEN && !this.open.has(key)) this.open.clear();
    this.open.set(key, value);
  }

  /** The type of a variable, from its own description or that of a structure it is a member of. */
  typeOf(name: ObjectName): TypeSpecification | undefined {
    if (this.types.size === 0) return undefined;
    let key = nameText(name);
    const parts: string[] = [];
    for (let i = 0; i < 8; i++) {
      let type = this.types.get(key);
      if (type !== undefined) {
        for (const part of parts) type = type?.items.find((item) => item.name === part);
        return type;
      }
      const cut = key.lastIndexOf('$');
      if (cut < 0) return undefined;
      parts.unshift(key.slice(cut + 1));
      key = key.slice(0, cut);
    }
    return undefined;
  }
}
