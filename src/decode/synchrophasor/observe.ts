/**
 * Synchrophasors in the common vocabulary: who measures what, commands, and each second the measurements (they come up to
 * 120 times a second). Source: IEEE C37.118.2-2011 sections 6.3 (STAT), 6.6 (commands).
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { At, ObservationSink, Verb } from '../../core/observation.ts';
import { type Configuration, FORMAT, nominalOf, type PmuConfiguration } from './configuration.ts';
import { COMMAND, FRAME, type PmuData, Streams, type SynchrophasorMessage } from './wire.ts';

/** Measurements are said this often. */
const WINDOW_US = 1_000_000;
/** PMUs of one stream that are said as devices of their own. */
const MAX_CHILDREN = 256;

interface Pmu {
  readonly target: EndpointId;
  readonly phasorPaths: readonly string[];
  readonly analogPaths: readonly string[];
  readonly digitalPaths: readonly string[];
  readonly frequencyPath: string;
  readonly rocofPath: string;
  readonly statPath: string;
  stat: number;
}
interface Said {
  configuration: Configuration;
  pmus: Pmu[];
  nextUs: number;
}

export class SynchrophasorState {
  readonly streams = new Streams();
  /** What was said of a stream, by its configuration. */
  readonly said = new WeakMap<Configuration, Said>();
  unchecked = 0;
}

const COMMANDS: Readonly<Record<number, readonly [string, Verb]>> = {
  [COMMAND.OFF]: ['Turn off transmission', 'subscribe'],
  [COMMAND.ON]: ['Turn on transmission', 'subscribe'],
  [COMMAND.HEADER]: ['Send HDR', 'read'],
  [COMMAND.CFG1]: ['Send CFG-1', 'read'],
  [COMMAND.CFG2]: ['Send CFG-2', 'read'],
  [COMMAND.CFG3]: ['Send CFG-3', 'read'],
  [COMMAND.EXTENDED]: ['Extended frame', 'control'],
};

/** `Send CFG-2`; undefined where the standard has no such command. */
export const commandText = (command: number): string | undefined => COMMANDS[command]?.[0];

/** STAT bits 15-14 (section 6.3). */
const isBad = (stat: number): boolean => stat >= 0x4000;

export const observeSynchrophasor = (
  t: Transaction<SynchrophasorMessage>,
  sink: ObservationSink,
  state: SynchrophasorState,
): void => {
  const { request, response, at } = t;
  if (request !== undefined) check(at, request, sink);
  if (response !== undefined) check(at, response, sink);
  const asked = request?.frameType === FRAME.COMMAND ? request : undefined;
  const said = response ?? (asked === undefined ? request : undefined);
  if (asked !== undefined) {
    const [operation, verb] = COMMANDS[asked.command] ?? ['User command', 'control'];
    sink.command(at, {
      verb,
      operation,
      target: t.state === 'single' ? at.receiver : at.server,
      object: `stream ${asked.idcode}`,
      outcome: outcomeOf(t, false),
      native: asked,
      value: asked.extension === '' ? undefined : asked.extension,
    });
  }
  if (said === undefined) return;
  if (said.frameType === FRAME.DATA) measurements(at, said, sink, state);
  else if (said.frameType === FRAME.HEADER) header(at, said, sink);
  else if (said.configuration !== undefined) introduce(at, said.configuration, sink, state);
};

const check = (at: At, m: SynchrophasorMessage, sink: ObservationSink): void => {
  if (!m.isChecked) sink.weird(at, { code: 'synchrophasor.checksum', detail: m.type });
  if (m.defect !== '') sink.weird(at, { code: `synchrophasor.${m.defect}`, detail: `stream ${m.idcode}` });
};

const header = (at: At, m: SynchrophasorMessage, sink: ObservationSink): void => {
  const value = m.text.trim();
  if (value !== '')
    sink.identity(at, {
      endpoint: at.sender,
      attribute: 'description',
      value: value.slice(0, 200),
      confidence: 0.8,
      via: 'C37.118 header frame',
    });
};

/** A stream of one PMU is the sender itself; in one of several each is a device behind a concentrator. */
const introduce = (at: At, c: Configuration, sink: ObservationSink, state: SynchrophasorState): void => {
  if (state.said.has(c)) return;
  const via = 'C37.118 configuration';
  const endpoint = at.sender;
  const one = c.pmus.length === 1;
  sink.identity(at, {
    endpoint,
    attribute: 'device-type',
    value: one ? 'phasor measurement unit' : 'phasor data concentrator',
    confidence: 0.9,
    via,
  });
  const pmus: Pmu[] = [];
  for (const pmu of c.pmus) {
    const target =
      one || pmus.length >= MAX_CHILDREN ? endpoint : sink.child(endpoint, 'other', `PMU ${pmu.idcode}`, true);
    if (pmu.station !== '')
      sink.identity(at, { endpoint: target, attribute: 'station-name', value: pmu.station, confidence: 0.9, via });
    if (!one)
      sink.identity(at, {
        endpoint: target,
        attribute: 'device-type',
        value: 'phasor measurement unit',
        confidence: 0.9,
        via,
      });
    if (Number.isFinite(pmu.latitude) && (pmu.latitude !== 0 || pmu.longitude !== 0))
      sink.identity(at, {
        endpoint: target,
        attribute: 'location',
        value: `${pmu.latitude.toFixed(5)}, ${pmu.longitude.toFixed(5)}`,
        confidence: 0.9,
        via,
      });
    pmus.push(pathsOf(pmu, target));
  }
  state.said.set(c, { configuration: c, pmus, nextUs: 0 });
};

const pathsOf = (pmu: PmuConfiguration, target: EndpointId): Pmu => {
  const station = pmu.station === '' ? `PMU ${pmu.idcode}` : pmu.station;
  const polar = (pmu.format & FORMAT.POLAR) !== 0;
  return {
    target,
    phasorPaths: pmu.phasorNames.flatMap((name) =>
      polar
        ? [`${station} ${name} magnitude`, `${station} ${name} angle`]
        : [`${station} ${name} real`, `${station} ${name} imaginary`],
    ),
    analogPaths: pmu.analogNames.map((name) => `${station} ${name}`),
    digitalPaths: pmu.digitalUnits.map((_, i) => `${station} digital ${i + 1}`),
    frequencyPath: `${station} frequency`,
    rocofPath: `${station} ROCOF`,
    statPath: `${station} STAT`,
    stat: -1,
  };
};

const measurements = (at: At, m: SynchrophasorMessage, sink: ObservationSink, state: SynchrophasorState): void => {
  if (m.pmus.length === 0) return;
  const c = state.streams.configuration(m.idcode);
  if (c === undefined) return;
  let said = state.said.get(c);
  if (said === undefined) {
    introduce(at, c, sink, state);
    said = state.said.get(c)!;
  }
  const due = at.tsUs >= said.nextUs || at.tsUs < said.nextUs - WINDOW_US;
  if (due) said.nextUs = at.tsUs + WINDOW_US;
  for (let i = 0; i < m.pmus.length && i < said.pmus.length; i++) {
    const data = m.pmus[i]!;
    const pmu = said.pmus[i]!;
    if (data.stat !== pmu.stat) {
      pmu.stat = data.stat;
      sink.value(at, { target: pmu.target, path: pmu.statPath, type: 'STAT', value: data.stat, access: 'read' });
    }
    if (due) say(at, data, pmu, c.pmus[i]!, sink);
  }
};

const say = (at: At, data: PmuData, pmu: Pmu, c: PmuConfiguration, sink: ObservationSink): void => {
  const quality = isBad(data.stat) ? 'bad' : (data.stat & 0x2000) !== 0 ? 'uncertain' : 'good';
  const { target } = pmu;
  const put = (path: string, type: string, value: number) => {
    sink.value(at, { target, path, type, value, quality, access: 'read' });
  };
  const isFloat = (c.format & FORMAT.PHASOR_FLOAT) !== 0;
  const polar = (c.format & FORMAT.POLAR) !== 0;
  for (let i = 0; i < data.phasors.length; i++) {
    let value = data.phasors[i]!;
    // 16-bit phasors: PHUNIT in 10^-5 V or A per bit; angles in 10^-4 rad.
    if (!isFloat) {
      const unit = c.phasorUnits[i >> 1]!;
      value *= polar && (i & 1) === 1 ? 1e-4 : unit.scale !== 0 ? unit.scale : unit.factor * 1e-5;
    }
    put(pmu.phasorPaths[i]!, 'phasor', value);
  }
  const floats = (c.format & FORMAT.FREQ_FLOAT) !== 0;
  put(pmu.frequencyPath, 'FREQ', floats ? data.freq : nominalOf(c) + data.freq / 1000);
  put(pmu.rocofPath, 'DFREQ', floats ? data.dfreq : data.dfreq / 100);
  for (let i = 0; i < data.analogs.length; i++) put(pmu.analogPaths[i]!, 'analog', data.analogs[i]!);
  for (let i = 0; i < data.digitals.length; i++) put(pmu.digitalPaths[i]!, 'digital', data.digitals[i]!);
};
