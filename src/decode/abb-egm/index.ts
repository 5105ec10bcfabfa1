/** ABB robots that a computer guides: where the arm is, and where somebody else sends it many times a second. */
import type { Decoder, Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { decodeEgm, type EgmMessage, MTYPE, probeEgm } from './wire.ts';

export type { EgmMessage } from './wire.ts';

/** Values are told this far apart at least: cycles of 4 ms repeat. */
const EVERY_US = 100_000;
const VIA = 'Externally Guided Motion';
const MOTORS = ['', 'motors on', 'motors off'];

interface EgmState {
  isKnown: boolean;
  isGuided: boolean;
  motors: number;
  /** When values were told last, by the type of the message. */
  readonly told: Map<number, number>;
}

const observe = (t: Transaction<EgmMessage>, sink: ObservationSink, state: EgmState): void => {
  const m = t.request;
  if (m === undefined) return;
  const { at } = t;
  const isRobot = m.mtype === MTYPE.DATA;
  const robot = isRobot ? at.sender : at.receiver;
  if (isRobot && !state.isKnown) {
    state.isKnown = true;
    sink.identity(at, { endpoint: robot, attribute: 'vendor', value: 'ABB', confidence: 0.8, via: VIA });
  }
  if (!isRobot && !state.isGuided) {
    state.isGuided = true;
    sink.session(at, { phase: 'open', outcome: 'unconfirmed', detail: `${m.type} of a robot (${VIA})` });
    sink.command(at, { verb: 'control', operation: m.type, target: robot, outcome: 'unconfirmed', native: m });
  }
  const motors = isRobot ? m.fields.find((f) => f.path === 'motorState')?.value : undefined;
  if (motors !== undefined && motors !== state.motors) {
    state.motors = motors;
    const value = MOTORS[motors];
    if (value) sink.identity(at, { endpoint: robot, attribute: 'mode', value, confidence: 0.9, via: VIA });
  }
  if (at.tsUs - (state.told.get(m.mtype) ?? Number.NEGATIVE_INFINITY) < EVERY_US) return;
  state.told.set(m.mtype, at.tsUs);
  for (const { path, value } of m.fields)
    sink.value(at, { target: robot, path, type: 'EGM', value, access: isRobot ? 'read' : 'write' });
};

export const abbEgm: Decoder<EgmMessage, EgmState> = {
  name: 'abb-egm',
  title: 'ABB Externally Guided Motion',
  family: 'ot',
  // 6510 is what the examples of the manual use.
  attach: [{ over: 'udp', ports: [6510] }],
  probe: probeEgm,
  open: () => ({ isKnown: false, isGuided: false, motors: -1, told: new Map() }),
  decode: (b, start, end) => decodeEgm(b, start, end),
  pairing: { scope: 'flow', role: () => 'single', key: () => 0 },
  observe,
  cyclic: true,
};
