/** tshark's dcerpc.* and pn_io.* columns of context management. A field occurs once for each block that holds it. */
import type { CmMessage } from '../../../../src/decode/profinet-cm/index.ts';
import type { RtMessage } from '../../../../src/decode/profinet-rt/wire.ts';
import { type Cell, frameMap, type Seen } from '../../types.ts';
import { hex } from '../text.ts';

type M = Seen<CmMessage>;
/** Alarms of the real-time channel have the columns of the same dissector. */
type Any = Seen<CmMessage | RtMessage>;
const isRt = (s: Any): s is Seen<RtMessage> => s.protocol === 'profinet-rt';
const cm = (value: (s: M) => Cell) => (s: Any) => (isRt(s) ? undefined : value(s as M));
const either = (value: (s: M) => Cell, alarm: (m: RtMessage) => Cell) => (s: Any) =>
  isRt(s) ? alarm(s.message) : value(s as M);
const place = (n: number): Cell => (n < 0 ? undefined : hex(n, 4));
const alarmStatus = (m: RtMessage): boolean =>
  m.rta !== undefined && (m.rta.pdu === 'error' || m.rta.isAcknowledgement);

/** Every value of a field in a tree of blocks, in the order of the wire. */
const walk = (tree: unknown, name: string, out: unknown[] = []): unknown[] => {
  if (tree === null || typeof tree !== 'object' || tree instanceof Uint8Array) return out;
  for (const [key, value] of Object.entries(tree)) {
    if (key === name) out.push(value);
    else walk(value, name, out);
  }
  return out;
};
const numbers = (s: M, name: string): number[] => walk(s.message.blocks, name) as number[];
const RESPONSE = 2;
const errorOctets = (s: M, shift: number): number[] => {
  const own = s.message.status;
  const all = numbers(s, 'pnioStatus').map((v) => (v >>> shift) & 255);
  if (own !== undefined) all.unshift(shift === 24 ? own.errorCode : own.errorCode1);
  return all;
};

export const tsharkProfinetCm = frameMap<CmMessage | RtMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'profinet-cm',
  of: ['profinet-cm', 'profinet-rt'],
  layers: /udp:dcerpc|pn_/,
  columns: {
    'dcerpc.pkt_type': cm((s) => s.message.header.packetType),
    'dcerpc.opnum': cm((s) => s.message.header.opnum),
    'dcerpc.dg_seqnum': cm((s) => s.message.header.sequence),
    // Only of calls that are whole.
    'pn_io.opnum': cm((s) => (s.message.argsLength < 0 ? undefined : s.message.header.opnum)),
    // Of requests tshark has another field for the type.
    'pn_io.ar_type': cm((s) =>
      s.message.header.packetType === RESPONSE ? numbers(s, 'arType').map((v) => hex(v, 4)) : undefined,
    ),
    'pn_io.cminitiator_station_name': cm((s) => [
      ...(walk(s.message.blocks, 'cmInitiatorStationName') as string[]),
      ...(walk(s.message.blocks, 'cmResponderStationName') as string[]),
    ]),
    'pn_io.index': cm((s) => numbers(s, 'index').map((v) => hex(v, 4))),
    'pn_io.slot_nr': either(
      (s) => numbers(s, 'slotNumber').map((v) => hex(v, 4)),
      (m) => place(m.slot),
    ),
    'pn_io.subslot_nr': either(
      (s) => numbers(s, 'subslotNumber').map((v) => hex(v, 4)),
      (m) => place(m.subslot),
    ),
    'pn_io.ar_uuid': {
      value: cm((s) => (walk(s.message.blocks, 'arUuid') as string[]).join(',')),
      whole: true,
      // tshark repeats the UUID of a relation that it knows from earlier frames.
      same: (ours, theirs) => [...new Set(ours.split(','))].join() === [...new Set(theirs.split(','))].join(),
    },
    'pn_io.error_code': either(
      (s) => errorOctets(s, 24).map((v) => hex(v, 2)),
      (m) => (alarmStatus(m) ? hex(m.rta!.status >>> 24, 2) : undefined),
    ),
    'pn_io.error_code1': either(
      (s) => errorOctets(s, 8),
      (m) => (alarmStatus(m) ? (m.rta!.status >>> 8) & 255 : undefined),
    ),
  },
});
