/** FANUC robots that a computer moves through the Remote Motion Interface: who connects, what it reads and sets, where it sends the arm. */
import { type Decoder, outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { ObservationSink, Value } from '../../core/observation.ts';
import { tableOf } from '../../lib/table.ts';
import { decodeRmi, PACKETS, probeRmi, type RmiCount, type RmiField, type RmiMessage } from './wire.ts';

export type { RmiMessage } from './wire.ts';

const PORT = 16_001;

/** What a packet is about: the word before the number, and the field that holds it. */
const OBJECTS = tableOf<readonly [area: string, field: string]>({
  FRC_ReadAIN: ['AI', 'PortNumber'],
  FRC_ReadDIN: ['DI', 'PortNumber'],
  FRC_ReadGIN: ['GI', 'PortNumber'],
  FRC_ReadPositionRegister: ['PR', 'RegisterNumber'],
  FRC_ReadUFrameData: ['UFRAME', 'FrameNumber'],
  FRC_ReadUToolData: ['UTOOL', 'ToolNumber'],
  FRC_WaitDIN: ['DI', 'PortNumber'],
  FRC_WriteAOUT: ['AO', 'PortNumber'],
  FRC_WriteDOUT: ['DO', 'PortNumber'],
  FRC_WriteGOUT: ['GO', 'PortNumber'],
  FRC_WritePositionRegister: ['PR', 'RegisterNumber'],
  FRC_WriteUFrameData: ['UFRAME', 'FrameNumber'],
  FRC_WriteUToolData: ['UTOOL', 'ToolNumber'],
});
/** Fields that say which, not what. */
const WHICH = new Set(['PortNumber', 'RegisterNumber', 'FrameNumber', 'ToolNumber', 'Group', 'TimeTag', 'MotionGroup']);

const fieldOf = (m: RmiMessage | undefined, path: string): Value | undefined =>
  m?.fields.find((f) => f.path === path)?.value;

/** `DO[3]`, `PR[1]`, the name of a program that is called. */
const objectOf = (request: RmiMessage): string | undefined => {
  if (request.operation === 'FRC_Call') return String(fieldOf(request, 'ProgramName') ?? '');
  const of = OBJECTS[request.operation];
  const number = of && fieldOf(request, of[1]);
  if (of !== undefined && number !== undefined) return `${of[0]}[${number}]`;
  return request.operation === 'FRC packet' ? request.name : undefined;
};

/** `DO[3]`, `PR[1].X`, `Position.X`: a part of a register is named without the word between. */
const pathOf = ({ path }: RmiField, object: string | undefined): string => {
  if (object === undefined) return path;
  if (path === 'PortValue') return object;
  return `${object}.${path.replace(/^(?:Position|Frame|Configuration)\./, '')}`;
};

const VIA = 'Remote Motion Interface';

const observe = (t: Transaction<RmiMessage>, sink: ObservationSink, state: RmiState): void => {
  const { request, response, at } = t;
  const m = request ?? response!;
  const refused = response !== undefined && response.errorId > 0;
  const outcome = outcomeOf(t, refused);
  const reason = refused ? `error ${response.errorId}` : undefined;
  if (response !== undefined && !state.isKnown) {
    state.isKnown = true;
    sink.identity(at, { endpoint: at.server, attribute: 'vendor', value: 'FANUC', confidence: 0.9, via: VIA });
  }
  if (m.kind === 'Communication') {
    const major = fieldOf(response, 'MajorVersion');
    if (major !== undefined)
      sink.identity(at, {
        endpoint: at.server,
        attribute: 'software',
        value: `RMI ${major}.${fieldOf(response, 'MinorVersion') ?? 0}`,
        confidence: 1,
        via: 'FRC_Connect',
      });
    if (m.operation === 'FRC_Connect') sink.session(at, { phase: 'open', outcome, detail: VIA });
    else if (m.operation !== 'FRC packet' && m.operation !== 'FRC_SystemFault')
      sink.session(at, { phase: 'close', outcome, detail: m.operation });
    return;
  }
  if (request === undefined) return;
  const object = objectOf(request);
  const verb = PACKETS[request.operation] ?? 'invoke';
  const written = verb === 'write' ? request.fields.filter((f) => !WHICH.has(f.path)) : [];
  sink.command(at, {
    verb,
    operation: request.operation,
    target: at.server,
    object,
    value: written.length === 1 ? written[0]!.value : undefined,
    outcome,
    reason,
    native: request,
  });
  if (refused) return;
  for (const f of verb === 'read' ? (response?.fields ?? []) : written)
    if (!WHICH.has(f.path))
      sink.value(at, {
        target: at.server,
        path: pathOf(f, object),
        type: 'RMI',
        value: f.value,
        access: verb === 'read' ? 'read' : 'write',
      });
};

interface RmiState extends RmiCount {
  isKnown: boolean;
}

export const fanucRmi: Decoder<RmiMessage, RmiState> = {
  name: 'fanuc-rmi',
  title: 'FANUC Remote Motion Interface',
  family: 'ot',
  attach: [{ over: 'tcp', ports: [PORT] }],
  probe: probeRmi,
  open: () => ({ asked: 0, answered: 0, isKnown: false }),
  decode: (b, start, end, context, state) => decodeRmi(b, start, end, context.toServer, state),
  pairing: {
    scope: 'flow',
    role: (m) => (m.toRobot ? 'request' : m.errorId < 0 ? 'single' : 'response'),
    // An instruction is answered when it was carried out: others have been answered by then.
    key: (m) => (m.kind === 'Instruction' ? m.sequenceId * 2 + 1 : m.number * 2),
    timeoutUs: 600_000_000,
  },
  observe,
};
