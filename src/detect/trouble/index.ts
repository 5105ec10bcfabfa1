/**
 * What a device says about its own condition: trouble, a restart, lost events, a mode it never was in. No model, the device
 * says it; what is learned is which devices always say so. DNP3 says it in the internal indications of every answer, Modbus
 * by exception 4, others in the state that they tell with their identity. Sources: IEEE 1815-2012, 4.2.2.6 (internal
 * indications); Modbus Application Protocol V1.1b3, section 7.
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { At, Verb } from '../../core/observation.ts';
import { RecentMap } from '../../lib/recent-map.ts';
import { tableOf } from '../../lib/table.ts';
import { siteLearning } from '../shared/learning.ts';
import { byProtocol, count, often, watchedFor, who, words, wordsAll } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';
import { DEVICE_RESTARTED, DEVICE_TROUBLE, EVENTS_LOST, MODE_REPORTED, RESTARTS_OFTEN } from './kinds.ts';

/** Devices that said something of their condition; further ones are not judged, and learning says so. */
export const MAX_DEVICES = 20_000;
/** Modes of one device that are known; one that says more of them is not judged by mode. */
export const MAX_MODES = 16;
const DAY_US = 86_400_000_000;
/** Restarts within a day from which on it restarts again and again. */
const OFTEN = 3;
/** A command explains what the device says for so long: a controller takes minutes to come back. */
const EXPLAINS_US = 600_000_000;
/** Trouble that is not said any more is over after so long. */
const QUIET_US = 24 * 3_600_000_000;
const ASKED = 0.6;
const RECORD = 0.45;

const COMMANDS: ReadonlySet<Verb> = new Set<Verb>([
  'restart',
  'mode-change',
  'program-download',
  'firmware-update',
  'configure',
]);
/** Internal indications of DNP3 as the decoder names them, in the words of people. */
const TROUBLE = tableOf<string>({
  DEVICE_TROUBLE: 'something is wrong with the device',
  CONFIG_CORRUPT: 'its configuration is corrupt',
});
const RESTART = 'DEVICE_RESTART';
const OVERFLOW = 'EVENT_BUFFER_OVERFLOW';
/** Reason of a refusal of Modbus: exception 4. */
const FAILED = 'server device failure (4)';
/** A mode that says itself that something is wrong. */
const FAULT = /fault|error|fail|defect|halt|inoperable/i;
/** Physical status of a virtual manufacturing device (ISO 9506-2, 10.3), as the decoder of MMS names it. */
const VMD_STATUS = 'vmdPhysicalStatus';

const kindOf = (what: string): string =>
  what === RESTART ? DEVICE_RESTARTED.code : what === OVERFLOW ? EVENTS_LOST.code : DEVICE_TROUBLE.code;

interface Device {
  /** What it says at the moment, as it said it. */
  saying: string[];
  /** How often it began to say each thing, and what of it is usual: it did so while it was learned, or a person accepted it. */
  readonly said: Map<string, number>;
  readonly usual: Set<string>;
  /** Times of the latest restarts, at most OFTEN. */
  restarts: number[];
  readonly modes: Set<string>;
}
interface Saved {
  readonly devices: readonly (readonly [
    EndpointId,
    {
      readonly saying: readonly string[];
      readonly said: readonly (readonly [string, number])[];
      readonly usual: readonly string[];
      readonly restarts: readonly number[];
      readonly modes: readonly string[];
    },
  ])[];
  readonly commanded: readonly (readonly [string, number])[];
  readonly overflow: number;
}

const create = (context: DetectorContext): RunningDetector => {
  const devices = new Map<EndpointId, Device>();
  /** Latest command that may explain what a device says; of MAX_DEVICES the oldest gives way. */
  const commandedUs = new RecentMap<EndpointId | string, number>();
  let overflow = 0;

  const deviceOf = (host: EndpointId): Device | undefined => {
    let device = devices.get(host);
    if (device !== undefined) return device;
    if (devices.size >= MAX_DEVICES) {
      overflow++;
      return undefined;
    }
    device = {
      saying: [],
      said: new Map(),
      usual: new Set(),
      restarts: [],
      modes: new Set(),
    };
    devices.set(host, device);
    return device;
  };
  /** By host and by network card: who asks may stand on another side of a router, or hear it below IP. */
  const keysOf = (endpoint: EndpointId): (EndpointId | string)[] => {
    const mac = context.endpoints.get(endpoint).mac ?? '';
    return mac === '' ? [context.host(endpoint)] : [context.host(endpoint), mac];
  };
  const explains = (endpoint: EndpointId, tsUs: number): void => {
    for (const key of keysOf(endpoint)) {
      commandedUs.set(key, tsUs);
      if (commandedUs.size > MAX_DEVICES) commandedUs.deleteOldest();
    }
  };
  const commanded = (target: EndpointId, tsUs: number): void => {
    const sides = context.sides(target);
    if (!sides.includes(target)) explains(target, tsUs);
    for (const side of sides) explains(side, tsUs);
  };
  const isCommanded = (endpoint: EndpointId, tsUs: number): boolean =>
    keysOf(endpoint).some((key) => {
      const us = commandedUs.get(key);
      return us !== undefined && tsUs >= us && tsUs - us <= EXPLAINS_US;
    });

  const state = (
    at: At,
    target: EndpointId,
    kind: FindingKind,
    what: string,
    surprise: number,
    parts: Record<string, ReturnType<typeof words>>,
  ): void =>
    context.state({
      kind,
      key: `${context.host(target)} ${what}`,
      target,
      protocol: at.protocol,
      tsUs: at.tsUs,
      // While it learns nobody is asked: whether it always says so is not known yet.
      surprise: context.phase === 'learning' ? RECORD : surprise,
      certainty: 'certain',
      frames: [at.frame],
      quietUs: QUIET_US,
      parts: {
        device: who(target),
        asker: who(at.client),
        protocol: byProtocol(at.protocol),
        watched: watchedFor(context.watchedUs),
        ...parts,
      },
    });

  /** The device began to say `what`. */
  const begins = (at: At, target: EndpointId, device: Device, what: string): void => {
    const before = device.said.get(what) ?? 0;
    device.said.set(what, before + 1);
    if (context.phase === 'learning') device.usual.add(what);
    const asked = device.usual.has(what) ? RECORD : ASKED;
    if (what === RESTART) {
      const explained = isCommanded(target, at.tsUs);
      device.restarts = [...device.restarts.filter((us) => at.tsUs - us < DAY_US), at.tsUs].slice(-OFTEN);
      const command = words(explained ? 'a command was sent to it before' : 'no command to do so was seen');
      state(at, target, DEVICE_RESTARTED, what, explained ? RECORD : asked, { command, before: often(before) });
      if (device.restarts.length >= OFTEN)
        state(at, target, RESTARTS_OFTEN, what, explained || device.usual.has(RESTART) ? RECORD : ASKED, {
          number: count(device.restarts.length),
          before: often(before),
        });
    } else if (what === OVERFLOW) state(at, target, EVENTS_LOST, what, asked, { before: often(before) });
    else state(at, target, DEVICE_TROUBLE, what, asked, { what: words(TROUBLE[what] ?? what), before: often(before) });
  };

  const indications = (at: At, target: EndpointId, names: readonly string[]): void => {
    const told = names.filter((name) => name === RESTART || name === OVERFLOW || TROUBLE[name] !== undefined);
    const host = context.host(target);
    if (told.length === 0 && !devices.has(host)) return;
    const device = deviceOf(host);
    if (device === undefined) return;
    for (const name of told) if (!device.saying.includes(name)) begins(at, target, device, name);
    for (const name of device.saying)
      if (TROUBLE[name] !== undefined && !told.includes(name)) context.end(DEVICE_TROUBLE, `${host} ${name}`, at.tsUs);
    device.saying = told;
  };

  const mode = (at: At, endpoint: EndpointId, value: string, via: string): void => {
    const device = deviceOf(context.host(endpoint));
    if (device === undefined || device.modes.has(value)) return;
    // What a device says for the first time, and of which many modes are known, is no change.
    const isFirst = device.modes.size === 0;
    const known = [...device.modes];
    if (context.phase === 'learning' || isFirst || device.modes.size >= MAX_MODES) {
      if (device.modes.size < MAX_MODES) device.modes.add(value);
      return;
    }
    const explained = isCommanded(endpoint, at.tsUs);
    state(at, endpoint, MODE_REPORTED, value, explained ? RECORD : FAULT.test(value) ? 0.75 : ASKED, {
      mode: words(value),
      via: words(via),
      usual: wordsAll(known),
      command: words(
        explained
          ? 'A command that can have this effect was sent to it before.'
          : 'No command that can have this effect was seen in the ten minutes before.',
      ),
    });
  };

  return {
    value(at, item) {
      if (item.type === 'IIN' && at.protocol === 'dnp3' && typeof item.value === 'string' && item.target > 0)
        indications(at, item.target, item.value === '' ? [] : item.value.split(', '));
      else if (item.type === 'status' && at.protocol === 'mms' && item.path === VMD_STATUS && item.target > 0)
        mode(at, item.target, String(item.value), 'status of the virtual device');
    },
    command(at, c) {
      if (c.target <= 0 || context.isGroup(c.target)) return;
      if (COMMANDS.has(c.verb) && c.outcome !== 'refused') commanded(c.target, at.tsUs);
      if (c.outcome !== 'refused' || c.reason !== FAILED || at.protocol !== 'modbus') return;
      const device = deviceOf(context.host(c.target));
      if (device === undefined) return;
      if (context.phase === 'learning') device.usual.add(FAILED);
      const before = device.said.get(FAILED) ?? 0;
      device.said.set(FAILED, before + 1);
      state(at, c.target, DEVICE_TROUBLE, FAILED, device.usual.has(FAILED) ? RECORD : ASKED, {
        what: words(`it could not do what was asked (${c.operation}: ${FAILED})`),
        before: often(before),
      });
    },
    identity(at, i) {
      if (i.attribute === 'mode' && i.endpoint > 0 && !context.isGroup(i.endpoint))
        mode(at, i.endpoint, i.value, i.via);
    },
    learning: () => siteLearning(context, overflow > 0 ? `the table of ${MAX_DEVICES} devices is full` : ''),
    accept(finding) {
      const device = devices.get(context.host(finding.target));
      if (device === undefined) return false;
      if (finding.kind === MODE_REPORTED.code) {
        const mode = finding.parts.mode;
        if (mode?.kind !== 'text' || device.modes.size >= MAX_MODES) return false;
        device.modes.add(mode.text);
        return true;
      }
      // As it was said last: a device has few troubles at a time.
      for (const what of device.said.keys()) if (kindOf(what) === finding.kind) device.usual.add(what);
      if (finding.kind === RESTARTS_OFTEN.code) device.usual.add(RESTART);
      return true;
    },
    save: () =>
      toText({
        devices: [...devices].map(
          ([id, d]) => [id, { ...d, said: [...d.said], usual: [...d.usual], modes: [...d.modes] }] as const,
        ),
        commanded: [...commandedUs].map(([key, us]) => [String(key), us] as const),
        overflow,
      } satisfies Saved),
    load(text) {
      const saved = fromText(text) as Saved;
      overflow = saved.overflow;
      for (const [id, d] of saved.devices)
        devices.set(id, {
          saying: [...d.saying],
          said: new Map(d.said),
          usual: new Set(d.usual),
          restarts: [...d.restarts],
          modes: new Set(d.modes),
        });
      // A MAC address has colons.
      for (const [key, us] of saved.commanded) commandedUs.set(key.includes(':') ? key : Number(key), us);
    },
  };
};

export const trouble: Detector = {
  name: 'trouble',
  card: {
    notices:
      'What a device says of its own condition: trouble, a corrupt configuration, a restart, lost events, a mode it never was in.',
    worksWhen:
      'The protocol carries it: the internal indications of DNP3, exception 4 of Modbus, the state that S7, CIP, ADS, OPC UA, ' +
      'FINS, PROFINET and others tell with their identity, the status of MMS, where somebody asks for it.',
    failsWhen:
      'Nobody asks the device, or what it says is forged with the rest of its answers. A device that says the same all the time ' +
      'while it is learned is kept below what asks a person, also when the cause is another one later. Of Modbus it is not told ' +
      'when the failure is over. A mode is told from the answer of the device: up to one poll late.',
    cost: 'Nothing per value but a comparison; some 200 octets per device that said something, at most 20,000.',
    source:
      'IEEE 1815-2012 (DNP3), 4.2.2.6; Modbus Application Protocol V1.1b3, section 7; MITRE ATT&CK for ICS T0858, T0816',
  },
  kinds: [DEVICE_TROUBLE, DEVICE_RESTARTED, RESTARTS_OFTEN, EVENTS_LOST, MODE_REPORTED],
  create,
};
