/**
 * What a person should look at, from the picture alone: engineering of controllers, refusals, writers, contradictions,
 * credentials in clear, talk with the outside. Each says what happened, compared with what, the innocent explanation and
 * what to check. Rules, not learned: detectors that learn come with later stages.
 */
import { type Attention, ENGINEERING_VERBS, type EvidenceRef, PRIORITIES } from '../../api/index.ts';
import type { CommandRecord } from '../../core/site.ts';
import { contradictionsOf } from './assets.ts';
import { assetAddress, assetParty, evidenceRefs, maybeTime, partyOf, type SiteView } from './view.ts';

const ENGINEERING = new Set<string>(ENGINEERING_VERBS);
/** Verbs that stop or reprogram: the first thing to look at. */
const GRAVE = new Set<string>(['mode-change', 'program-download', 'firmware-update', 'restart', 'delete', 'force']);
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
    const group = groups.get(key(row)) ?? { commands: [], count: 0, firstUs: row.firstUs, lastUs: 0 };
    groups.set(key(row), group);
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
      title: `${client.name} did "${verb}" on ${target.name}`,
      what: `${operations.slice(0, 5).join(', ')} by ${first.protocol}, ${times(group.count)}${done ? '' : '; no acceptance was seen'}.`,
      comparedWith: 'Controllers are normally only read and written; engineering happens in planned work.',
      innocent: 'Planned maintenance or commissioning from this station.',
      check: 'Ask who worked on this controller at that time, and compare its program with the last approved backup.',
      parties: [client, target],
      count: group.count,
      firstAt: maybeTime(group.firstUs),
      lastAt: maybeTime(group.lastUs),
      evidence: framesOf(group),
      link: `commands?q=verb:${verb} asset:${target.id === '' ? `"${target.address}"` : target.id}`,
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
        what: `${times(group.count)} by ${first.protocol}${reasons.length === 0 ? '' : `: ${reasons.slice(0, 4).join(', ')}`}.`,
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
      what: `${session.protocol} carries a credential that anybody on the wire can read.`,
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
      link: `flows?q=asset:${inside.id}`,
    });
  }
  return [...found.values()];
};

/** Most urgent first, then newest. */
export const attentionOf = (view: SiteView): Attention[] =>
  [...engineering(view), ...refused(view), ...contradictions(view), ...clearCredentials(view), ...external(view)].sort(
    (a, b) =>
      PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority) || (b.lastAt ?? '').localeCompare(a.lastAt ?? ''),
  );
