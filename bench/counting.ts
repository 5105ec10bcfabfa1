/**
 * A sink that counts every kind of observation, hashes what it was told, and passes it on: whoever decodes less, or
 * something else, shows it. The hash takes every number and the length of every text of the vocabulary (reading a text would flatten it, a cost that is
 * not the decoder's), so it
 * costs a few nanoseconds an observation; `verify` in `phases.ts` hashes everything.
 */
import { type At, SILENT, type Value } from '../src/core/observation.ts';
import type { SiteSink } from '../src/core/site-model.ts';

const KINDS = [
  'command',
  'values',
  'value',
  'identity',
  'module',
  'name',
  'session',
  'weird',
  'flow',
  'alias',
] as const;
export type Kind = (typeof KINDS)[number];

export class Counter {
  readonly counts: Record<Kind, number> = {
    command: 0,
    values: 0,
    value: 0,
    identity: 0,
    module: 0,
    name: 0,
    session: 0,
    weird: 0,
    flow: 0,
    alias: 0,
  };
  /** Values emitted: those of blocks one by one, and named ones. */
  values = 0;
  private hash = 0x811c9dc5;

  get checksum(): string {
    return (this.hash >>> 0).toString(16).padStart(8, '0');
  }

  number(n: number): void {
    // Doubles beyond 32 bits give both halves.
    const low = n | 0;
    this.hash = Math.imul(this.hash ^ low, 0x01000193) ^ (this.hash >>> 15);
    if (low !== n) this.hash = Math.imul(this.hash ^ ((n - low) / 4294967296), 0x85ebca6b);
  }

  text(s: string | undefined): void {
    const n = s === undefined ? -7 : s.length;
    this.hash = Math.imul(this.hash ^ n, 0x01000193) ^ (this.hash >>> 15);
  }

  value(v: Value | undefined): void {
    if (typeof v === 'number') this.number(v);
    else if (typeof v === 'bigint') this.number(Number(v));
    else if (typeof v === 'boolean') this.number(v ? 1 : 2);
    else this.text(v);
  }

  at(at: At): void {
    this.number(at.frame);
    this.number(at.requestFrame);
    this.number(at.tsUs);
    this.number(at.flow);
    this.number((at.client << 16) ^ at.server);
    this.number((at.sender << 16) ^ at.receiver);
    this.text(at.protocol);
  }
}

/** `target` with everything counted on the way. */
export const counting = <S extends SiteSink>(target: S, c: Counter): S => {
  const sink: SiteSink = {
    command(at, x) {
      c.counts.command++;
      c.at(at);
      c.text(x.verb);
      c.text(x.operation);
      c.number(x.target);
      c.text(x.object);
      c.value(x.value);
      c.text(x.outcome);
      c.text(x.reason);
      c.text(x.user);
      target.command(at, x);
    },
    values(at, x) {
      c.counts.values++;
      c.values += x.count;
      c.at(at);
      c.number(x.target);
      c.text(x.area);
      c.number(x.start);
      c.text(x.access);
      for (let i = 0; i < x.count; i++) c.number(x.values[i]!);
      target.values(at, x);
    },
    value(at, x) {
      c.counts.value++;
      c.values++;
      c.at(at);
      c.number(x.target);
      c.text(x.path);
      c.text(x.type);
      c.value(x.value);
      c.text(x.quality);
      c.text(x.access);
      target.value(at, x);
    },
    identity(at, x) {
      c.counts.identity++;
      c.at(at);
      c.number(x.endpoint);
      c.text(x.attribute);
      c.text(x.value);
      c.text(x.via);
      target.identity(at, x);
    },
    module(at, x) {
      c.counts.module++;
      c.at(at);
      c.number(x.endpoint);
      c.text(x.slot);
      c.text(x.orderNumber);
      c.text(x.serial);
      target.module(at, x);
    },
    name(at, x) {
      c.counts.name++;
      c.at(at);
      c.number(x.endpoint);
      c.text(x.kind);
      c.text(x.name);
      c.text(x.via);
      target.name(at, x);
    },
    session(at, x) {
      c.counts.session++;
      c.at(at);
      c.text(x.phase);
      c.text(x.outcome);
      c.text(x.user);
      c.text(x.detail);
      target.session(at, x);
    },
    weird(at, x) {
      c.counts.weird++;
      c.at(at);
      c.text(x.code);
      c.text(x.detail);
      target.weird(at, x);
    },
    flow(at, x) {
      c.counts.flow++;
      c.at(at);
      c.number((x.clientPort << 16) | x.serverPort);
      c.text(x.service);
      c.text(x.communityId);
      c.number(x.firstUs);
      c.number(x.clientPackets);
      c.number(x.clientBytes);
      c.number(x.serverPackets);
      c.number(x.serverBytes);
      c.number(x.decodedBytes);
      c.number(x.undecodedBytes);
      c.number(x.missingBytes);
      c.text(x.tcpState);
      target.flow(at, x);
    },
    alias(at, x) {
      c.counts.alias++;
      c.number(x.flow);
      c.number(x.ofFlow);
      target.alias(at, x);
    },
    tick: (t) => target.tick(t),
  };
  return Object.assign(Object.create(target) as S, sink);
};

/** Says nothing to nobody. */
export const nullSink = (): SiteSink => ({ ...SILENT, alias() {} });
