/** BSAP in the common vocabulary: signals read and written by name or directory address, clock and resets of controllers. */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { ObservationSink, Verb } from '../../core/observation.ts';
import { type BsapMessage, type BsapState, RDB } from './wire.ts';

/** Names by directory address, for each flow; beyond this, addresses stand alone. */
export const MAX_NAMES = 4096;

// biome-ignore format: a table
export const OPERATIONS: Readonly<Record<number, string>> = {
  [RDB.READ_SIGNAL_BY_ADDRESS]: 'Read Signal By Address', [RDB.READ_LOGICAL_BY_ADDRESS]: 'Read Logical By Address', [RDB.READ_SIGNAL_BY_NAME]: 'Read Signal By Name',
  [RDB.READ_LOGICAL_BY_NAME]: 'Read Logical By Name', [RDB.READ_SIGNAL_BY_LIST_START]: 'Read Signal By List Start', [RDB.READ_SIGNAL_BY_LIST_CONTINUE]: 'Read Signal By List Continue',
  [RDB.READ_LOGICAL_BY_LIST_START]: 'Read Logical By List Start', [RDB.READ_LOGICAL_BY_LIST_CONTINUE]: 'Read Logical By List Continue',
  [RDB.WRITE_SIGNAL_BY_ADDRESS]: 'Write Signal By Address', [RDB.WRITE_SIGNAL_BY_NAME]: 'Write Signal By Name', [RDB.WRITE_SIGNAL_BY_LIST_START]: 'Write Signal By List Start',
  [RDB.WRITE_SIGNAL_BY_LIST_CONTINUE]: 'Write Signal By List Continue',
};
export const EXTENSIONS: Readonly<Record<number, readonly [string, Verb]>> = {
  257: ['Reset System', 'restart'],
  258: ['Diagnostics Reset', 'configure'],
  513: ['Read Date And Time', 'read'],
  514: ['Read Date', 'read'],
  515: ['Read Time', 'read'],
  641: ['Write Date And Time', 'configure'],
  1024: ['Change Local Node Address', 'configure'],
};

/** Write field descriptors that need no value (D4052). */
// biome-ignore format: a table
export const DESCRIPTORS: Readonly<Record<number, string>> = {
  1: 'alarm enable', 2: 'alarm disable', 3: 'control enable', 4: 'control inhibit', 5: 'manual enable', 6: 'manual inhibit', 7: 'set quest status', 8: 'clear quest status', 9: 'on', 10: 'off',
};

export const TYPE_NAMES = ['logical', 'logical', 'analog', 'string'] as const;
/** Bits of type and inhibits: questionable data. */
const QUESTIONABLE = 0x40;

const hexAddress = (address: number): string => `MSD 0x${address.toString(16).padStart(4, '0')}`;
const nameOf = (address: number, state: BsapState): string => state.names.get(address) ?? hexAddress(address);

/** A serial address other than 0 is a node behind the line. */
const targetOf = (m: BsapMessage, server: EndpointId, answered: boolean, sink: ObservationSink): EndpointId => {
  if (m.serial === undefined) return server;
  const node = m.serial.global ? m.serial.destination : m.serial.address;
  return node <= 0 ? server : sink.child(server, 'other', `BSAP ${node}`, answered);
};

export const observeBsap = (t: Transaction<BsapMessage>, sink: ObservationSink, state: BsapState): void => {
  const { request, response, at } = t;
  const m = request ?? response;
  if (m === undefined || m.kind === 'poll') return;
  const target = targetOf(m, at.server, response !== undefined, sink);
  if (m.kind === 'other') {
    const known = EXTENSIONS[m.extension];
    if (known !== undefined)
      sink.command(at, {
        verb: known[1],
        operation: known[0],
        target,
        object: 'controller',
        outcome: outcomeOf(t, false),
        native: m,
      });
    return;
  }
  const refused = response !== undefined && response.error !== 0 && response.elements.length === 0;
  const outcome = outcomeOf(t, refused);
  const reason = refused ? { reason: `error 0x${response.error.toString(16)}` } : {};
  if (request === undefined) {
    // Which signals these are only the request says.
    for (const e of response!.elements)
      if (e.address >= 0)
        sink.value(at, {
          target,
          path: nameOf(e.address, state),
          type: TYPE_NAMES[e.type & 3]!,
          value: e.value,
          access: 'read',
        });
    return;
  }
  const operation = OPERATIONS[request.rdbFunction] ?? 'RDB function';
  if (request.rdbFunction >= 0x80) {
    for (const w of request.writes) {
      const object = w.name === '' ? nameOf(w.address, state) : w.name;
      const value = w.value ?? DESCRIPTORS[w.descriptor] ?? w.descriptor;
      sink.command(at, { verb: 'write', operation, target, object, value, outcome, native: request, ...reason });
      if (outcome === 'accepted')
        sink.value(at, {
          target,
          path: object,
          type: typeof w.value === 'number' ? 'analog' : 'logical',
          value: w.value ?? (w.descriptor === 9 ? 1 : w.descriptor === 10 ? 0 : value),
          access: 'write',
        });
    }
    if (request.writes.length === 0)
      sink.command(at, { verb: 'write', operation, target, object: 'signals', outcome, native: request, ...reason });
    return;
  }
  const asked = request.names.length > 0 ? request.names : request.addresses.map((address) => nameOf(address, state));
  const object = asked.length > 0 ? asked.join(', ') : 'signal list';
  sink.command(at, { verb: 'read', operation, target, object, outcome, native: request, ...reason });
  if (response === undefined) return;
  response.elements.forEach((e, i) => {
    const name = request.names[i];
    if (name !== undefined && e.address >= 0 && (state.names.size < MAX_NAMES || state.names.has(e.address)))
      state.names.set(e.address, name);
    const path = name ?? asked[i] ?? (e.address >= 0 ? nameOf(e.address, state) : `signal ${i}`);
    const quality = (e.type & QUESTIONABLE) !== 0 ? ({ quality: 'uncertain' } as const) : {};
    sink.value(at, { target, path, type: TYPE_NAMES[e.type & 3]!, value: e.value, access: 'read', ...quality });
  });
};
