/**
 * Ways between office, plant and outside that should not be: office hosts that talk to controllers directly, and devices of
 * the plant that talk to the internet. Source: IEC 62443-3-3:2013 SR 5.1 and SR 5.2; NIST SP 800-82r3 (2023) section 5.2.3.
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { At } from '../../core/observation.ts';
import { DOUBTED, Known, type KnownRows, USUAL } from '../../learn/network/known.ts';
import { Interner } from '../../lib/interner.ts';
import { subnetOf } from '../../lib/ip-scope.ts';
import { PairCache } from '../../lib/pair-cache.ts';
import { isControl, isController, isOffice, isPlant, isTalk, needsNone } from '../shared/learning.ts';
import { byProtocol, protocolIn, who, words } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';

export const OFFICE_TO_CONTROLLER: FindingKind = {
  code: 'office-to-controller',
  family: 'policy',
  title: '{client} of the office talks directly to {server}',
  what: '{client} (level {from}) talks to {server} (level {to}) by {protocol}, past the industrial DMZ.',
  comparedWith: 'Traffic between office and plant belongs through the DMZ (level 3.5); this way was {state}.',
  innocent:
    'The network is not divided yet, or the device is not an office device: correct its level in the inventory.',
  check: [
    'Are the levels of both devices right?',
    'What is it for, and can it go through a server in the DMZ?',
    'Does {client} write anything?',
  ],
  severity: 'uptime',
  techniques: ['T0886', 'T0866'],
  needsLearning: false,
};
export const PLANT_TO_OUTSIDE: FindingKind = {
  code: 'plant-to-outside',
  family: 'policy',
  title: '{client} of the plant talks to {server} outside',
  what: '{client} ({role}) talks to {server} on the internet by {protocol}.',
  comparedWith: 'Devices of this kind have no business outside; this way was {state}.',
  innocent: 'A cloud service of the vendor, a clock or a name service that was never set to an internal one.',
  check: [
    'Which program on {client} does this, and is the service agreed?',
    'How much goes out?',
    'Can a server in the DMZ do it instead?',
  ],
  severity: 'regulatory',
  techniques: ['T0883', 'T0885'],
  needsLearning: false,
};
export const OUTSIDE_TO_PLANT: FindingKind = {
  code: 'outside-to-plant',
  family: 'policy',
  title: '{client} from outside reaches {server} in the plant',
  what: '{client} on the internet has a connection to {server} ({role}) by {protocol}.',
  comparedWith: 'Nothing from outside may reach the plant directly; this way was {state}.',
  innocent: 'A port forwarding that somebody set up for remote service.',
  check: [
    'Close it at the firewall after asking who needs it.',
    'What was done through it?',
    'Which other devices can be reached the same way?',
  ],
  severity: 'uptime',
  techniques: ['T0883', 'T0819', 'T1133'],
  needsLearning: false,
};
/** Ways remembered; beyond it further ones are told each time. */
export const MAX_WAYS = 50_000;
const TELL_EVERY_US = 3_600_000_000;

const create = (context: DetectorContext): RunningDetector => {
  const known = new Known(MAX_WAYS);
  const protocols = new Interner(4096);
  /** On one network: a workstation that stands among the controllers is no host of the office, whatever its level says. */
  const neighbours = new PairCache(12);
  const areNeighbours = (a: number, b: number): boolean => {
    const known = neighbours.get(a, b);
    if (known >= 0) return known === 1;
    const are = shareNetwork(a, b);
    neighbours.set(a, b, are ? 1 : 0);
    return are;
  };
  const shareNetwork = (a: number, b: number): boolean => {
    const [x, y] = [context.endpoints.get(a), context.endpoints.get(b)];
    const subnet = subnetOf(x.ip ?? '');
    return subnet !== '' && x.segment === y.segment && x.vlan === y.vlan && subnet === subnetOf(y.ip ?? '');
  };
  const see = (at: At, client: number, server: number, protocol: string): void => {
    if (client <= 0 || server <= 0 || context.isGroup(server) || context.isGroup(client)) return;
    const out = context.isOutside(server);
    const from = context.isOutside(client);
    let kind: FindingKind;
    if (out && !from) kind = PLANT_TO_OUTSIDE;
    else if (from && !out && isPlant(context, server)) kind = OUTSIDE_TO_PLANT;
    else if (
      !out &&
      !from &&
      (isController(context, server) || context.level(server) <= 2) &&
      !areNeighbours(client, server)
    )
      kind = OFFICE_TO_CONTROLLER;
    else return;
    const p = protocols.id(protocol);
    // Remembered before it is known where the client belongs: roles and levels settle later than ways are used.
    const row = known.see(from ? 0 : context.host(client), out ? 0 : context.host(server), p, 0, at.tsUs, DOUBTED);
    if (known.state(row) === USUAL) return;
    if (kind === OFFICE_TO_CONTROLLER && !isOffice(context, client)) return;
    if (kind === PLANT_TO_OUTSIDE && !isPlant(context, client)) return;
    const before = known.firstUs(row) < at.tsUs - 3_600_000_000;
    const times = known.due(row, at.tsUs, TELL_EVERY_US);
    if (times === 0) return;
    const device = from ? server : client;
    const first = context.phase === 'watching' && !before;
    context.state({
      kind,
      key: `${known.part(row, 0)} ${known.part(row, 1)} ${protocol}`,
      actor: client,
      target: server,
      protocol: at.protocol,
      tsUs: at.tsUs,
      times,
      // A way that is there from the beginning is a weakness, told while learning and then for the record; one that appears is
      // an event.
      surprise:
        kind === OUTSIDE_TO_PLANT
          ? 0.85
          : (first ? 0.7 : context.phase === 'watching' ? 0.4 : 0.5) + (isControl(context, protocol, false) ? 0.1 : 0),
      certainty: 'likely',
      frames: [at.requestFrame, at.frame],
      quietUs: 24 * 3_600_000_000,
      parts: {
        client: who(client),
        server: who(server),
        from: words(levelText(context.level(client))),
        to: words(levelText(context.level(server))),
        role: words(context.role(device)),
        protocol: byProtocol(protocol),
        state: words(before || context.phase === 'learning' ? 'used before' : 'never used before'),
      },
    });
  };
  return {
    command(at) {
      see(at, at.client, at.server, at.protocol);
    },
    flow(at, f) {
      if (f.transport === 'ethernet' || !isTalk(f)) return;
      see(at, f.client, f.server, f.service === '' ? `${f.transport} port ${f.serverPort}` : f.service);
    },
    learning: () => needsNone,
    accept(finding) {
      const kinds = [OFFICE_TO_CONTROLLER.code, PLANT_TO_OUTSIDE.code, OUTSIDE_TO_PLANT.code];
      const told = protocolIn(finding.parts.protocol);
      if (!kinds.includes(finding.kind) || told === undefined) return false;
      const place = (e: number): number => (context.isOutside(e) ? 0 : context.host(e));
      const row = known.find(
        place(finding.actor),
        place(finding.target),
        protocols.id(finding.protocol === '' ? '' : told),
        0,
      );
      if (row < 0) return false;
      known.setState(row, USUAL);
      return true;
    },
    save: () => toText({ rows: known.save(), protocols: protocols.texts }),
    load(text) {
      const saved = fromText(text) as { readonly rows: KnownRows; readonly protocols: readonly string[] };
      known.load(saved.rows);
      protocols.load(saved.protocols);
    },
  };
};

const levelText = (level: number): string => (Number.isNaN(level) ? 'not known' : String(level));

export const crossing: Detector = {
  name: 'crossing',
  card: {
    notices:
      'Office hosts that talk to controllers directly, devices of the plant that talk outside, outside hosts that reach the plant.',
    worksWhen: 'The inventory knows roles and levels; both ends are seen with their own addresses.',
    failsWhen:
      'Levels are not known or wrong (correct them by hand); a proxy or address translation hides the true end.',
    cost: 'Constant per flow report and per command; at most 50,000 ways.',
    source: 'IEC 62443-3-3:2013 SR 5.1, SR 5.2; NIST SP 800-82r3 (2023) section 5.2.3',
  },
  kinds: [OFFICE_TO_CONTROLLER, PLANT_TO_OUTSIDE, OUTSIDE_TO_PLANT],
  create,
};
