/** Numbers that are written to points, whichever of the two observations says so, with an integer for each point's name. */
import type { DetectorContext, Hearing, Statement } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { At } from '../../core/observation.ts';
import { Interner } from '../../lib/interner.ts';
import { isControl } from './learning.ts';
import { amount, who, words } from './parts.ts';

/** Names of points and areas; points with further names are not heard of. */
export const MAX_NAMES = 65_536;
/** Outputs of a controller to its own stations, many times a second: words of bits, no set points that somebody writes. */
const CYCLIC = 'cip-io';
/** Spaces of named points follow those of the areas. */
const NAMED = 1_000_000;

/** One written number; `space` and `address` name the point within its target. */
export type HearWritten = (at: At, target: EndpointId, space: number, address: number, value: number) => void;

/** The number that a statement is about: its place, and the value that was written there. */
export type Place = readonly [target: EndpointId, space: number, address: number, value: number];

export class Written {
  readonly names = new Interner(MAX_NAMES);
  readonly #context: DetectorContext;
  constructor(context: DetectorContext) {
    this.#context = context;
  }

  /** Hears writes by control protocols. `begins` is told of each, also of bits and texts, `hear` of every number in it. */
  hearing(
    hear: HearWritten,
    begins?: (at: At, target: EndpointId) => void,
  ): Required<Pick<Hearing, 'values' | 'value'>> {
    const isWrite = (at: At, access: 'read' | 'write'): boolean =>
      access === 'write' && at.client > 0 && at.protocol !== CYCLIC && isControl(this.#context, at.protocol);
    return {
      values: (at, block) => {
        if (!isWrite(at, block.access)) return;
        begins?.(at, block.target);
        // Bits have no size.
        if (block.area === 'coil' || block.area === 'discrete') return;
        const space = this.names.id(block.area);
        if (space < 0) return;
        for (let i = 0; i < block.count; i++) hear(at, block.target, space, block.start + i, block.values[i]!);
      },
      value: (at, item) => {
        if (!isWrite(at, item.access)) return;
        begins?.(at, item.target);
        if (typeof item.value !== 'number') return;
        const name = this.names.id(item.path.slice(0, 256));
        if (name >= 0) hear(at, item.target, NAMED + name, 0, item.value);
      },
    };
  }

  /** States something of a number that was written, who wrote it and where; `more` says the rest. */
  state(
    kind: FindingKind,
    at: At,
    [target, space, address, value]: Place,
    more: Pick<Statement, 'surprise' | 'parts'> & Partial<Statement>,
  ): void {
    const point = this.pointOf(target, at.protocol, space, address);
    this.#context.state({
      kind,
      key: `${this.#context.host(target)} ${space} ${address}`,
      actor: at.client,
      target,
      ...(point > 0 ? { point } : {}),
      protocol: at.protocol,
      verb: 'write',
      tsUs: at.tsUs,
      certainty: 'certain',
      frames: [at.requestFrame, at.frame],
      ...more,
      parts: {
        client: who(at.client),
        server: who(target),
        object: words(this.nameOf(space, address)),
        value: amount(value),
        ...more.parts,
      },
    });
  }

  /** As it is told to people: `holding 40`, `DB1.DBD0`. */
  nameOf(space: number, address: number): string {
    return space >= NAMED ? this.names.texts[space - NAMED]! : `${this.names.texts[space]!} ${address}`;
  }
  /** Number of the point in the site model, 0 where it has none. */
  pointOf(target: EndpointId, protocol: string, space: number, address: number): number {
    return space >= NAMED
      ? this.#context.pointOf(target, protocol, '', this.names.texts[space - NAMED]!)
      : this.#context.pointOf(target, protocol, this.names.texts[space]!, address);
  }
  /** Space and address of a name as it was told, the likelier one first. */
  placesOf(name: string): readonly (readonly [space: number, address: number])[] {
    const block = /^(\w+) (\d+)$/.exec(name);
    const named = [NAMED + this.names.id(name.slice(0, 256)), 0] as const;
    return block === null ? [named] : [[this.names.id(block[1]!), Number(block[2])], named];
  }
}
