/**
 * What a person should look at, from the picture alone: engineering of controllers, refusals, writers, contradictions,
 * credentials in clear, talk with the outside. Each says what happened, compared with what, the innocent explanation and
 * what to check. Rules, not learned: detectors that learn come with later stages.
 */
import { type Attention, ENGINEERING_VERBS, type EvidenceRef, type Party, PRIORITIES } from '../../api/index.ts';
import type { CommandRecord } from '../../core/site.ts';
import { tableOf } from '../../lib/table.ts';
import { contradictionsOf } from './assets.ts';
import { protocolTitle } from './protocol-title.ts';
import { assetAddress, assetParty, evidenceRefs, maybeTime, partyOf, type SiteView } from './view.ts';

const ENGINEERING = new Set<string>(ENGINEERING_VERBS);
/** Verbs that stop or reprogram: the first thing to look at. */
const GRAVE = new Set<string>(['mode-change', 'program-download', 'firmware-update', 'restart', 'delete', 'force']);
const DOES: Readonly<Record<string, string>> = tableOf({
  'mode-change': 'changes the operating mode of',
  'program-download': 'puts a program into',
  'program-upload': 'reads the program out of',
  'firmware-update': 'replaces the firmware of',
  restart: 'restarts',
  delete: 'deletes something on',
  configure: 'changes settings of',
  force: 'forces a value in',
} satisfies Record<(typeof ENGINEERING_VERBS)[number], string>);
const MAX_EVIDENCE = 8;
/** Refused attempts of one pair before it is worth a look. */
const MANY_REFUSED = 3;

interface Group {
  readonly commands: CommandRecord[];
  count: number;
  firstUs: number;
  lastUs: number;
}

const grouped = (rows: readonly CommandRecord[], key: (row: CommandRecord) => string): Group[] => {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const name = key(row);
    const group = groups.get(name) ?? { commands: [], count: 0, firstUs: row.firstUs, lastUs: 0 };
    groups.set(name, group);
    group.commands.push(row);
    group.count += row.count;
    group.firstUs = Math.min(group.firstUs, row.firstUs);
    group.lastUs = Math.max(group.lastUs, row.lastUs);
  }
  return [...groups.values()];
};

const framesOf = (group: Group): EvidenceRef[] =>
  group.commands.flatMap((row) => evidenceRefs(row.evidence)).slice(0, MAX_EVIDENCE);

const times = (n: number): string => (n === 1 ? 'once' : `${n.toLocaleString('en-US')} times`);

const engineering = (view: SiteView): Attention[] =>
  grouped(
    view.model.commands().filter((row) => ENGINEERING.has(row.verb) && row.outcome !== 'refused'),
    (row) => `${row.client} ${row.target} ${row.verb}`,
  ).map((group) => {
    const first = group.commands[0]!;
    const client = partyOf(view, first.client);
    const target = partyOf(view, first.target);
    const { verb } = first;
    const operations = [...new Set(group.commands.map((row) => row.operation))];
    const done = group.commands.some((row) => row.outcome === 'accepted');
    return {
      id: `engineering-${first.client}-${first.target}-${verb}`,
      kind: 'engineering',
      priority: GRAVE.has(verb) ? 'high' : 'medium',
      impact: GRAVE.has(verb) ? 'uptime' : 'none',
      title: `${client.name} ${DOES[verb]} ${target.name}`,
      what: `${operations.slice(0, 5).join(', ')} by ${protocolTitle(first.protocol)}, ${times(group.count)}${done ? '' : '; no acceptance was seen'}.`,
      comparedWith: 'Controllers are normally only read and written; engineering happens in planned work.',
      innocent: 'Planned maintenance or commissioning from this station.',
      check: 'Ask who worked on this controller at that time, and compare its program with the last approved backup.',
      parties: [client, target],
      count: group.count,
      firstAt: maybeTime(group.firstUs),
      lastAt: maybeTime(group.lastUs),
      evidence: framesOf(group),
      link: `commands?q=verb:${verb} asset:=${target.id === '' ? `"${target.address}"` : target.id}`,
    };
  });

const refused = (view: SiteView): Attention[] =>
  grouped(
    view.model.commands().filter((row) => row.outcome === 'refused'),
    (row) => `${row.client} ${row.target}`,
  )
    .filter((group) => group.count >= MANY_REFUSED)
    .map((group) => {
      const first = group.commands[0]!;
      const client = partyOf(view, first.client);
      const target = partyOf(view, first.target);
      const reasons = [...new Set(group.commands.map((row) => row.reason).filter((reason) => reason !== ''))];
      const grave = group.commands.some((row) => ENGINEERING.has(row.verb));
      return {
        id: `refused-${first.client}-${first.target}`,
        kind: 'refused',
        priority: grave ? 'high' : 'medium',
        impact: 'none',
        title: `${target.name} refused ${client.name}`,
        what: `${times(group.count)} by ${protocolTitle(first.protocol)}${reasons.length === 0 ? '' : `: ${reasons.slice(0, 4).join(', ')}`}.`,
        comparedWith: 'Programs that are set up correctly ask for what exists and what they may.',
        innocent: 'A wrong address in a configuration, or a tool that tries what a device supports.',
        check: 'Look at what was asked for: one wrong address is a configuration, many different ones are a search.',
        parties: [client, target],
        count: group.count,
        firstAt: maybeTime(group.firstUs),
        lastAt: maybeTime(group.lastUs),
        evidence: framesOf(group),
        link: 'commands?q=outcome:refused',
      };
    });

const contradictions = (view: SiteView): Attention[] =>
  view.model
    .assets()
    .filter((asset) => contradictionsOf(view, asset) > 0)
    .map((asset) => ({
      id: `contradiction-${asset.id}`,
      kind: 'contradiction',
      priority: 'medium',
      impact: 'none',
      title: `What ${asset.name} says of itself does not agree`,
      what: 'Two sure statements about the same attribute differ; both are kept.',
      comparedWith: 'A device has one firmware, one serial number, one model at a time.',
      innocent: 'It was updated or replaced while being watched, or two devices share an address.',
      check: 'Look at both facts, their times and frames; split the asset if these are two devices.',
      parties: [assetParty(asset, assetAddress(asset))],
      count: 1,
      firstAt: maybeTime(asset.firstUs),
      lastAt: maybeTime(asset.lastUs),
      evidence: [],
      link: `assets/${asset.id}`,
    }));

const clearCredentials = (view: SiteView): Attention[] => {
  const found = new Map<string, Attention>();
  for (const session of view.model.sessions()) {
    if (!session.clearCredential) continue;
    const key = `${session.server} ${session.protocol}`;
    const known = found.get(key);
    if (known !== undefined) {
      known.count += session.count;
      continue;
    }
    const server = partyOf(view, session.server);
    found.set(key, {
      id: `clear-credential-${session.server}-${session.protocol}`,
      kind: 'clear-credential',
      priority: 'medium',
      impact: 'none',
      title: `Passwords travel in clear to ${server.name}`,
      what: `${protocolTitle(session.protocol)} carries a credential that anybody on the wire can read.`,
      comparedWith: 'Encrypted logins (SSH, HTTPS, SNMPv3) keep it secret.',
      innocent: 'Old devices often know nothing else.',
      check: 'Turn on the encrypted form where the device has one; change the credential if it is used elsewhere too.',
      parties: [partyOf(view, session.client), server],
      count: session.count,
      firstAt: maybeTime(session.firstUs),
      lastAt: maybeTime(session.lastUs),
      evidence: evidenceRefs(session.evidence).slice(0, MAX_EVIDENCE),
      link: 'commands?q=clear:true',
    });
  }
  return [...found.values()];
};

const external = (view: SiteView): Attention[] => {
  const found = new Map<string, Attention>();
  for (const c of view.model.conversations()) {
    const client = partyOf(view, c.client);
    const server = partyOf(view, c.server);
    if ((client.role === 'external') === (server.role === 'external')) continue;
    const inside = client.role === 'external' ? server : client;
    if (inside.kind !== 'asset' || inside.level === null || inside.level > 2) continue;
    const outside = client.role === 'external' ? client : server;
    const known = found.get(inside.id);
    if (known !== undefined) {
      known.count++;
      continue;
    }
    found.set(inside.id, {
      id: `external-${inside.id}`,
      kind: 'external',
      priority: 'high',
      impact: 'uptime',
      title: `${inside.name} talks with the outside`,
      what: `A device of level ${inside.level} exchanges traffic with ${outside.name}, which lies outside of the plant's networks.`,
      comparedWith: 'Devices of levels 0 to 2 talk with level 3 at most (IEC 62443 zones).',
      innocent: "A vendor's remote service, or public addresses used inside of the plant.",
      check: 'Find out who operates the other end, and route it through the industrial DMZ.',
      parties: [inside, outside],
      count: 1,
      firstAt: maybeTime(c.firstUs),
      lastAt: maybeTime(c.lastUs),
      evidence: [],
      link: `flows?q=asset:=${inside.id}`,
    });
  }
  return [...found.values()];
};

/** Matters of one kind that stay apart; more are folded into one, so that a few lines say what a hundred would. */
const FEW = 3;
const MAX_PARTIES = 100;

interface Fold {
  /** What the matters have in common: equal keys fold. */
  readonly key: (item: Attention) => string;
  readonly title: (items: readonly Attention[]) => string;
  readonly link: (items: readonly Attention[]) => string;
}

const partyKey = (item: Attention, index: number): string => {
  const party = item.parties[index];
  return party === undefined ? '' : `${party.id} ${party.address}`;
};
const distinct = (items: readonly Attention[], index: number): number =>
  new Set(items.map((item) => partyKey(item, index))).size;
const devices = (n: number): string => (n === 1 ? 'one device' : `${n.toLocaleString('en-US')} devices`);
const verbOf = (item: Attention): string => item.id.split('-').slice(3).join('-');

/** First by who did it, then by what was done. */
const FOLDS: Readonly<Partial<Record<Attention['kind'], readonly Fold[]>>> = {
  engineering: [
    {
      key: (item) => `${verbOf(item)}-${partyKey(item, 0)}`,
      title: (items) => `${items[0]!.parties[0]!.name} ${DOES[verbOf(items[0]!)]} ${devices(distinct(items, 1))}`,
      link: (items) => `commands?q=verb:${verbOf(items[0]!)} asset:=${items[0]!.parties[0]!.id}`,
    },
    {
      key: verbOf,
      title: (items) =>
        `One of ${distinct(items, 0)} stations ${DOES[verbOf(items[0]!)]} each of ${devices(distinct(items, 1))}`,
      link: (items) => `commands?q=verb:${verbOf(items[0]!)}`,
    },
  ],
  refused: [
    {
      key: (item) => `${item.priority}-${partyKey(item, 0)}`,
      title: (items) => `${devices(distinct(items, 1))} refused ${items[0]!.parties[0]!.name}`,
      link: (items) => `commands?q=outcome:refused asset:=${items[0]!.parties[0]!.id}`,
    },
    {
      key: (item) => item.priority,
      title: (items) => `${devices(distinct(items, 1))} refused ${distinct(items, 0)} stations`,
      link: () => 'commands?q=outcome:refused',
    },
  ],
  contradiction: [
    {
      key: () => '',
      title: (items) => `What ${devices(items.length)} say of themselves does not agree`,
      link: () => 'assets?q=contradictions:>0',
    },
  ],
  'clear-credential': [
    {
      key: (item) => item.id.slice(item.id.lastIndexOf('-') + 1),
      title: (items) =>
        `Passwords travel in clear to ${devices(distinct(items, 1))} by ${protocolTitle(items[0]!.id.slice(items[0]!.id.lastIndexOf('-') + 1))}`,
      link: () => 'commands?q=clear:true',
    },
  ],
  external: [
    {
      key: () => '',
      title: (items) => `${devices(items.length)} of levels 0 to 2 talk with the outside`,
      link: () => 'assets?q=role:external',
    },
  ],
};

const folded = (kind: Attention['kind'], level: number, items: readonly Attention[], fold: Fold): Attention => {
  const first = items[0]!;
  const parties = new Map(
    items.flatMap((item) => item.parties).map((party) => [`${party.id} ${party.address}`, party]),
  );
  const firsts = items.map((item) => item.firstAt).filter((at) => at !== null);
  const lasts = items.map((item) => item.lastAt).filter((at) => at !== null);
  const what = [...new Set(items.map((item) => item.what))];
  return {
    ...first,
    id: `${kind}-all-${level}-${fold.key(first)}`,
    title: fold.title(items),
    what: what.length === 1 ? what[0]! : `${what.slice(0, FEW).join(' ')}${what.length > FEW ? ' And others.' : ''}`,
    parties: [...parties.values()].slice(0, MAX_PARTIES),
    count: items.reduce((sum, item) => sum + item.count, 0),
    firstAt: firsts.length === 0 ? null : firsts.reduce((a, b) => (a < b ? a : b)),
    lastAt: lasts.length === 0 ? null : lasts.reduce((a, b) => (a > b ? a : b)),
    evidence: items.flatMap((item) => item.evidence.slice(0, 1)).slice(0, MAX_EVIDENCE),
    link: fold.link(items),
  };
};

/** Few lines, each a matter for one decision: what many devices have in common stands once, with their number. */
const foldAll = (items: readonly Attention[]): Attention[] => {
  const kinds = [...new Set(items.map((item) => item.kind))];
  return kinds.flatMap((kind) => {
    let rows = items.filter((item) => item.kind === kind);
    for (const [level, fold] of (FOLDS[kind] ?? []).entries()) {
      const groups = new Map<string, Attention[]>();
      for (const row of rows) {
        const key = row.id.startsWith(`${kind}-all-`) ? row.id : fold.key(row);
        const group = groups.get(key);
        if (group === undefined) groups.set(key, [row]);
        else group.push(row);
      }
      rows = [...groups.values()].flatMap((group) => (group.length > FEW ? [folded(kind, level, group, fold)] : group));
    }
    return rows;
  });
};

/** Every single matter, for whoever asks which devices are concerned. */
export const mattersOf = (view: SiteView): readonly Attention[] => {
  const { cache } = view;
  if (cache.matters !== undefined) return cache.matters;
  const found = [
    ...engineering(view),
    ...refused(view),
    ...contradictions(view),
    ...clearCredentials(view),
    ...external(view),
  ];
  if (cache.isStill) cache.matters = found;
  return found;
};

/** Detectors whose findings say what a matter of this kind says, with more. */
const SAID_BY: Readonly<Partial<Record<Attention['kind'], readonly string[]>>> = {
  engineering: ['engineering', 'safety', 'ransomware'],
  refused: ['refused', 'scan'],
  'clear-credential': ['credentials'],
  external: ['crossing', 'remote-access'],
};

/** What never spoke is no asset: its address stands for it. */
const keyOf = ({ id, address }: Party): string => id || address;

/** Leaves out what a finding says about the same device: nothing is told twice. */
export const notTold = (view: SiteView, items: readonly Attention[]): Attention[] => {
  const told = new Set<string>();
  for (const finding of view.detection.triage.findings())
    for (const endpoint of [finding.target, finding.actor])
      if (endpoint > 0) told.add(`${finding.detector} ${keyOf(partyOf(view, endpoint))}`);
  return items.filter((item) => {
    const detectors = SAID_BY[item.kind] ?? [];
    // What is done to a device is told of the device; of talk with the outside the inside end is.
    const about = item.kind === 'external' ? item.parties[0] : (item.parties[1] ?? item.parties[0]);
    return !detectors.some((detector) => about !== undefined && told.has(`${detector} ${keyOf(about)}`));
  });
};

/** What a person should look at beside findings: folded, most urgent first, then newest. */
export const attentionOf = (view: SiteView, matters: readonly Attention[] = mattersOf(view)): Attention[] =>
  foldAll(matters).sort(
    (a, b) =>
      PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority) || (b.lastAt ?? '').localeCompare(a.lastAt ?? ''),
  );
