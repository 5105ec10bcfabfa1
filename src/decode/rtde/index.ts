/** RTDE of Universal Robots: what the robot reports and what is written into it, by the names of its variables. */
import { type Decoder, outcomeOf, type Probe, type Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { decodeRtde, isPackage, PACKAGE, type RtdeMessage, type RtdeState } from './wire.ts';

const PORT = 30004;

const probe = (b: Uint8Array, start: number, end: number): Probe => {
  if (end - start < 3) return (b[start] ?? 0) <= 0x40 ? 'more' : 'no';
  if (!isPackage(b, start)) return 'no';
  // The opening is unmistakable only together with the port: five octets are little.
  return 'maybe';
};

const observe = (t: Transaction<RtdeMessage>, sink: ObservationSink): void => {
  const { request, response, at } = t;
  const m = request ?? response!;
  const outcome = outcomeOf(t, response !== undefined && !response.accepted);
  switch (m.code) {
    case PACKAGE.CONTROLLER:
      if (response === undefined || response.version === '') return;
      sink.identity(at, {
        endpoint: at.server,
        attribute: 'vendor',
        value: 'Universal Robots',
        confidence: 0.9,
        via: 'RTDE',
      });
      sink.identity(at, {
        endpoint: at.server,
        attribute: 'firmware',
        value: response.version,
        confidence: 1,
        via: 'RTDE URControl version',
      });
      return;
    case PACKAGE.VERSION:
      sink.session(at, { phase: 'open', outcome, detail: `RTDE ${m.version}`.trim() });
      return;
    case PACKAGE.OUTPUTS:
    case PACKAGE.INPUTS:
      if (request === undefined) return;
      sink.command(at, {
        verb: 'subscribe',
        operation: m.code === PACKAGE.INPUTS ? 'RTDE Setup Inputs' : 'RTDE Setup Outputs',
        target: at.server,
        object: request.text.slice(0, 200),
        outcome,
      });
      return;
    case PACKAGE.DATA: {
      for (let i = 0; i < m.values.length; i++) {
        const { name, type } = m.variables[i]!;
        sink.value(at, {
          target: at.server,
          path: name,
          type,
          value: m.values[i]!,
          access: m.toRobot ? 'write' : 'read',
        });
      }
      if (m.toRobot && m.values.length > 0)
        sink.command(at, {
          verb: 'write',
          operation: 'RTDE Data Package',
          target: at.server,
          object: m.variables[0]!.name,
          value: m.values[0]!,
          outcome: 'unconfirmed',
        });
      return;
    }
    case PACKAGE.TEXT:
      return;
    default:
      if (request === undefined) return;
      sink.command(at, {
        verb: 'subscribe',
        operation: m.code === PACKAGE.START ? 'RTDE Start' : 'RTDE Pause',
        target: at.server,
        outcome,
      });
  }
};

export const rtde: Decoder<RtdeMessage, RtdeState> = {
  name: 'rtde',
  title: 'Universal Robots RTDE',
  family: 'ot',
  attach: [{ over: 'tcp', ports: [PORT] }],
  cyclic: true,
  probe,
  open: () => ({ asked: [], outputs: new Map(), inputs: new Map(), version: 1 }),
  decode: (b, start, end, context, state) => decodeRtde(b, start, end, context.toServer, state),
  pairing: {
    scope: 'flow',
    role: (m) => (m.code === PACKAGE.DATA || m.code === PACKAGE.TEXT ? 'single' : m.toRobot ? 'request' : 'response'),
    key: (m) => m.code,
    timeoutUs: 10_000_000,
  },
  observe,
};
