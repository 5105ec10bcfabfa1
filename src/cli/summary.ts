/** The summary of `gatehouse inspect`: what a person wants to know of a capture first, most important first. */
import type { Inspection } from '../app/inspect.ts';
import { printable } from './say.ts';

/** Lines of each part; the rest is counted. */
const MAX_LINES = 25;

const number = (value: number): string => value.toLocaleString('en-US');
const percent = (part: number, whole: number): string => (whole === 0 ? '-' : `${Math.round((100 * part) / whole)} %`);

const table = (rows: readonly (readonly string[])[], print: (line: string) => void): void => {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]!.length))) ?? [];
  for (const row of rows)
    print(
      `  ${row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd()}`,
    );
};

type Listed = Inspection['assets'][number];
/** Controllers first, then who operates them; what is of no level before the office and what lies outside. */
const LEVEL_ORDER: readonly (number | null)[] = [1, 2, 0, 3, 3.5, null, 4, 5];
const placeOf = (asset: Listed): number => LEVEL_ORDER.indexOf(asset.level);
/** Controllers and what stands with them; also what nobody could say anything about. */
const isOfThePlant = (asset: Listed | undefined): boolean =>
  asset === undefined || asset.role === 'unknown' || (asset.level !== null && asset.level <= 2);

export const printSummary = (result: Inspection, print: (line: string) => void): void => {
  const line = (text = ''): void => print(printable(text));
  const section = (title: string, rows: readonly (readonly string[])[]): void => {
    if (rows.length === 0) return;
    line();
    line(title);
    table(rows.slice(0, MAX_LINES), line);
    if (rows.length > MAX_LINES) line(`  ... and ${number(rows.length - MAX_LINES)} more`);
  };
  for (const { name, health: h } of result.sources) {
    // Recordings that were joined, or a clock that was set: the last frame is not the latest.
    const isInOrder = h.backwardSteps === 0 && h.lastUs >= h.firstUs;
    const span = isInOrder ? `${number(Math.round((h.lastUs - h.firstUs) / 1e6))} s ` : '';
    const from = h.firstUs > 0 ? new Date(h.firstUs / 1000).toISOString() : '-';
    line(
      `${name}: ${number(h.frames)} ${h.frames === 1 ? 'frame' : 'frames'}, ${number(h.bytes)} octets, ${span}from ${from}`,
    );
  }
  line();
  line(result.now.state === 'empty' ? 'Nothing that is understood was seen.' : result.now.posture);
  if (result.now.visible !== null) line(`Payload visible: ${Math.floor(result.now.visible * 100)} %.`);
  section(
    'Capture',
    result.verdicts.map((verdict) => [verdict.title, verdict.detail]),
  );
  section(
    'Incidents',
    result.now.incidents.map((item) => [item.priority, item.title, `${number(item.findings)} findings`]),
  );
  section(
    'Findings that need a person, most important first',
    result.now.alerts.map((item) => [
      item.priority,
      item.title,
      item.findings > 1 ? `${number(item.findings)} episodes` : '',
    ]),
  );
  section(
    'Beside findings',
    result.now.attention.map((item) => [item.priority, item.title, item.what]),
  );
  const holders = new Map<string, number>();
  for (const { ips } of result.assets) for (const ip of ips) holders.set(ip, (holders.get(ip) ?? 0) + 1);
  /** Machine cells repeat addresses: then the network card tells which one it is. */
  const address = ({ ips: [ip], macs: [mac = ''] }: (typeof result.assets)[number]): string =>
    ip === undefined ? mac : (holders.get(ip) ?? 0) > 1 && mac !== '' ? `${ip} at ${mac}` : ip;
  section(
    `Devices (${number(result.assets.length)})`,
    [...result.assets]
      .sort((a, b) => placeOf(a) - placeOf(b))
      .map((asset) => [
        asset.name,
        asset.role,
        address(asset) === asset.name ? '' : address(asset),
        [asset.vendor, asset.model].filter((part) => part !== '').join(' '),
        asset.firmware === '' ? '' : `firmware ${asset.firmware}`,
        asset.served.slice(0, 4).join(' '),
      ]),
  );
  const assetOf = new Map(result.assets.map((asset) => [asset.id, asset]));
  const changes = result.model.control();
  const inPlant = changes.filter(({ target }) => isOfThePlant(assetOf.get(target)));
  section(
    'Who changes what in which controller',
    inPlant.map((relation) => [
      assetOf.get(relation.client)?.name ?? relation.client,
      '->',
      assetOf.get(relation.target)?.name ?? relation.target,
      Object.entries(relation.verbs)
        .map(([verb, count]) => `${verb} ${number(count)}`)
        .join(', '),
      relation.refused > 0 ? `${number(relation.refused)} refused` : '',
    ]),
  );
  if (changes.length > inPlant.length) {
    line();
    line(
      `Beside these, ${number(changes.length - inPlant.length)} pairs change something in servers and other devices of the office.`,
    );
  }
  const protocols = result.sources.flatMap((source) => source.health.protocols);
  section(
    'Protocols',
    [...protocols]
      .sort((a, b) => b.messages - a.messages)
      .map((p) => [
        p.protocol,
        `${number(p.messages)} messages`,
        p.malformed > 0 ? `${number(p.malformed)} malformed` : '',
      ]),
  );
  const undecoded = result.sources.flatMap((source) => source.health.undecoded);
  section(
    'Not understood',
    undecoded
      .slice(0, 10)
      .map((u) => [
        `${u.transport} ${u.port < 0 ? 'others' : u.port}`,
        `${number(u.packets)} packets`,
        `${number(u.bytes)} octets`,
      ]),
  );
  line();
  const { counts } = result.now;
  line(
    `${number(counts.conversations)} conversations, ${number(counts.commands)} commands, ${number(counts.points)} process variables; ` +
      `${result.now.visible === null ? 'no payload' : `${percent(result.now.visible, 1)} of the payload understood`}.`,
  );
};
