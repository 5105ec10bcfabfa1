/** tshark's enip.* and cip.* columns. In answers tshark repeats the path of the request. */
import type { EnipMessage } from '../../../../src/decode/enip/index.ts';
import { type Cell, frameMap, type Seen, type SeenCapture } from '../../types.ts';
import { hex, padded } from '../text.ts';
import { allOf, sizeOf } from './cip-attributes.ts';

/** I/O on UDP 2222: a sequenced address and a connected data item. */
interface Io {
  readonly type: 'CIP I/O';
  readonly connectionId: number;
  readonly sequence: number;
}
type M = Seen<EnipMessage>;
type Cip = NonNullable<EnipMessage['cip']>;
type Path = Cip['path'];

const UNCONNECTED_SEND = 0x52;
const CONNECTION_MANAGER = 0x06;
const PCCC = 0x67;
const GET_ALL = 0x01;
const GET_LIST = 0x03;
const SET_LIST = 0x04;
const FORWARD_CLOSE = 0x4e;
/** Services that every object has: tshark reads them alike, whatever the object. */
const COMMON = new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 0x0d, 0x0e, 0x10, 0x11, 0x15, 0x16, 0x18, 0x19, 0x1a, 0x1b, 0x1c]);
/** Objects whose own services have a dissector of their own: Safety Supervisor and Validator, Modbus, Connection Configuration too. */
const OWN = new Set([CONNECTION_MANAGER, PCCC, 0x39, 0x3a, 0x44, 0xf3]);

/** A CIP message with the request it answers (itself in a request). */
interface Node {
  readonly cip: Cip;
  readonly request: Cip | undefined;
  /** The request of the message that this one lies in, where an answer has none of its own (Unconnected Send). */
  readonly outer: Cip | undefined;
}

const nodes = (cip: Cip, request: Cip | undefined): Node[] => {
  if (cip.kind === 'request')
    return [{ cip, request: cip, outer: undefined }, ...cip.embedded.flatMap((e) => nodes(e, e))];
  const inner =
    request?.embedded.length === 1 && request.service === UNCONNECTED_SEND ? request.embedded[0] : undefined;
  if (inner !== undefined && cip.service !== UNCONNECTED_SEND)
    return nodes(cip, inner).map((n, i) => (i === 0 ? { ...n, outer: request } : n));
  return [{ cip, request, outer: undefined }, ...cip.embedded.flatMap((e, i) => nodes(e, request?.embedded[i]))];
};
const all = (s: M): Node[] =>
  s.message.cip === undefined
    ? []
    : nodes(s.message.cip, s.message.type === 'request' ? s.message.cip : s.transaction?.request?.message.cip);

/** An object's own dissector says once more whether this is a request. */
const directions = (n: Node): string[] => {
  const one = n.cip.kind === 'request' ? '0x00' : '0x01';
  const path = n.request?.path;
  return path && !COMMON.has(n.cip.service) && (OWN.has(path.cls) || OWN.has(path.lastClass)) ? [one, one] : [one];
};

/** Paths of the connections that were opened, by their triad. */
const opened = new WeakMap<SeenCapture, Map<string, Path>>();
const pathOfConnection = (capture: SeenCapture, f: NonNullable<Cip['forward']>): Path | undefined => {
  let paths = opened.get(capture);
  if (!paths) {
    paths = new Map();
    for (const s of capture.of<EnipMessage>('enip'))
      for (const n of all(s))
        if (n.cip.forward?.what === 'open')
          paths.set(`${n.cip.forward.vendor} ${n.cip.forward.originator} ${n.cip.forward.serial}`, n.cip.forward.path);
    opened.set(capture, paths);
  }
  return paths.get(`${f.vendor} ${f.originator} ${f.serial}`);
};

interface Opened {
  readonly index: number;
  readonly path: Path;
}
/** Paths of connections by the ids that either side sends under. */
const connected = new WeakMap<SeenCapture, Map<number, Opened[]>>();
/** Where the connection of a connected message ends, when its Forward Open was seen: tshark shows that path first. */
const pathOfCarrier = (s: M, capture: SeenCapture): Path | undefined => {
  if (s.message.connectionId < 0) return undefined;
  let ids = connected.get(capture);
  if (!ids) {
    ids = new Map();
    for (const m of capture.of<EnipMessage>('enip'))
      for (const n of all(m)) {
        if (n.cip.forward?.what !== 'opened' || !n.request?.forward) continue;
        for (const id of [n.cip.forward.otId, n.cip.forward.toId]) {
          const list = ids.get(id) ?? [];
          list.push({ index: m.index, path: n.request.forward.path });
          ids.set(id, list);
        }
      }
    connected.set(capture, ids);
  }
  return ids.get(s.message.connectionId)?.findLast((o) => o.index < s.index)?.path;
};

/** Every path that tshark shows for a message, in order. */
const paths = (n: Node, capture: SeenCapture): Path[] => {
  const out: Path[] = [];
  if (n.outer) out.push(n.outer.path);
  if (n.request) out.push(n.request.path);
  const forward = n.cip.forward ?? n.request?.forward;
  if (forward) {
    if (n.cip.kind === 'request') out.push(forward.path);
    else if (n.cip.service !== FORWARD_CLOSE && n.request?.forward) out.push(n.request.forward.path);
    if (n.cip.service === FORWARD_CLOSE) {
      const known = pathOfConnection(capture, forward);
      if (known) out.push(known);
    }
  }
  return out;
};

const values = (s: M, capture: SeenCapture, kind: Path['segments'][number]['kind']): Path['segments'][number][] =>
  [
    ...(pathOfCarrier(s, capture) ? [pathOfCarrier(s, capture)!] : []),
    ...all(s).flatMap((n) => paths(n, capture)),
  ].flatMap((p) => p.segments.filter((x) => x.kind === kind));

const word = (b: Uint8Array, o: number): number => b[o]! | (b[o + 1]! << 8);

/** Attributes named by a Get Attribute List, or found in its answer as far as their sizes are known. */
const listed = (n: Node): number[] => {
  const d = n.cip.data;
  if ((n.cip.service !== GET_LIST && n.cip.service !== SET_LIST) || d.length < 2) return [];
  const out: number[] = [];
  if (n.cip.service === SET_LIST) {
    // Values have no length on the wire: the first is certain; answers have id and status only.
    const response = n.cip.kind === 'response';
    for (let i = 0, o = 2; i < word(d, 0) && o + 2 <= d.length; i++, o += 4) {
      out.push(word(d, o));
      if (!response) break;
    }
    return out;
  }
  if (n.cip.kind === 'request') {
    for (let i = 0, o = 2; i < word(d, 0) && o + 2 <= d.length; i++, o += 2) out.push(word(d, o));
    return out;
  }
  const path = n.request?.path;
  for (let i = 0, o = 2; i < word(d, 0) && o + 4 <= d.length; i++) {
    const attribute = word(d, o);
    const failed = word(d, o + 2) !== 0;
    out.push(attribute);
    o += 4;
    if (failed) continue;
    const size = sizeOf(path?.lastClass ?? -1, path?.instance ?? -1, attribute, d, o);
    if (size === undefined) break;
    o += size;
  }
  return out;
};

/** Attributes in an answer to Get Attributes All. */
const whole = (n: Node): number[] =>
  n.cip.kind === 'response' && n.cip.service === GET_ALL && n.cip.status === 0 && n.request !== undefined
    ? allOf(n.request.path.lastClass, n.request.path.instance, n.cip.data)
    : [];

const attributes = (s: M, capture: SeenCapture): Cell =>
  all(s).flatMap((n) => [
    ...paths(n, capture).flatMap((p) => p.segments.filter((x) => x.kind === 'attribute').map((x) => x.value)),
    ...listed(n),
    ...whole(n),
  ]);

const io = (s: M): Io | undefined => (s.protocol === 'cip-io' ? (s.message as unknown as Io) : undefined);
/** Columns that an I/O packet does not have. */
const encapsulated = (columns: Record<string, (s: M, capture: SeenCapture) => Cell>) =>
  Object.fromEntries(
    Object.entries(columns).map(([name, value]) => [
      name,
      (s: M, capture: SeenCapture): Cell => (io(s) ? undefined : value(s, capture)),
    ]),
  );

const identity = (s: M) => s.message.identities;
const revision = (text: string): number => {
  const [major = 0, minor = 0] = text.split('.').map(Number);
  return major * 256 + minor;
};

/** Milliseconds of requests to the Connection Manager; of Forward Open and Close they begin the data. */
const timeouts = ({ cip }: Node): number[] => {
  if (cip.timeoutMs >= 0) return [cip.timeoutMs];
  const { what } = cip.forward ?? {};
  return what === 'open' || what === 'close' ? [(1 << (cip.data[0]! & 15)) * cip.data[1]!] : [];
};

export const tsharkEnip = frameMap<EnipMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'enip',
  of: ['enip', 'cip-io'],
  columns: {
    'enip.cpf.typeid': (s) =>
      io(s)
        ? ['0x8002', '0x00b1']
        : // Command 1 (reserved) is no command to tshark.
          s.message.command === 1
          ? undefined
          : s.message.itemTypes.map((t) => hex(t, 4)),
    'enip.cpf.sai.connid': (s) => (io(s) ? hex(io(s)!.connectionId, 8) : undefined),
    'enip.cpf.sai.seq': (s) => io(s)?.sequence,
    ...encapsulated({
      'enip.command': (s) => hex(s.message.command, 4),
      'enip.length': (s) => s.message.length,
      'enip.session': (s) => hex(s.message.session, 8),
      'enip.status': (s) => hex(s.message.status, 8),
      'enip.rs.version': (s) => (s.message.protocolVersion < 0 ? undefined : s.message.protocolVersion),
      'enip.rs.flags': (s) => (s.message.sessionOptions < 0 ? undefined : hex(s.message.sessionOptions, 4)),
      'cip.cm.timeout': (s) => all(s).flatMap(timeouts),
      'enip.cpf.cai.connid': (s) => (s.message.connectionId >= 0 ? hex(s.message.connectionId, 8) : undefined),
      'cip.sc': (s) => all(s).map((n) => hex(n.cip.service, 2)),
      'cip.rr': (s) => all(s).flatMap(directions),
      'cip.genstat': (s) => all(s).flatMap((n) => (n.cip.kind === 'response' ? [hex(n.cip.status, 2)] : [])),
      'cip.class': (s, capture) => values(s, capture, 'class').map((x) => hex(x.value, x.value > 0xff ? 4 : 2)),
      'cip.instance': (s, capture) => values(s, capture, 'instance').map((x) => hex(x.value, x.value > 0xff ? 4 : 2)),
      'cip.attribute': attributes,
      'cip.symbol': (s, capture) => values(s, capture, 'symbol').map((x) => x.text),
      'enip.lir.vendor': (s) => identity(s).map((i) => hex(i.vendorId, 4)),
      'enip.lir.devtype': (s) => identity(s).map((i) => i.deviceTypeId),
      'enip.lir.prodcode': (s) => identity(s).map((i) => i.productCode),
      'enip.lir.revision': (s) => identity(s).map((i) => revision(i.revision)),
      'enip.lir.serial': (s) => identity(s).map((i) => i.serial),
    }),
    'enip.lir.name': {
      value: (s) => (io(s) ? undefined : identity(s).map((i) => i.productName)),
      whole: true,
      same: padded,
    },
  },
});
