/**
 * An asset list beside what was seen: which rows are which devices, what the list adds, where it contradicts the wire,
 * what is in the list and was not seen, what was seen and is not in the list. Observed facts are never overwritten.
 */
import type { Asset, AssetId, Fact, FactAttribute, Role } from '../core/site.ts';
import { ROLES } from '../core/site.ts';
import type { SiteModel } from '../core/site-model.ts';
import { type ListField, type ListMapping, type ListTable, normalMac } from './names.ts';

export interface ListConflict {
  /** Row of the file. */
  readonly line: number;
  readonly asset: AssetId;
  readonly field: ListField;
  readonly listed: string;
  readonly observed: string;
}

export interface ListMatch {
  readonly line: number;
  readonly asset: AssetId;
  readonly by: 'mac' | 'serial' | 'ip' | 'name';
  /** What the list adds, as it will be kept. */
  readonly facts: readonly { readonly attribute: FactAttribute; readonly value: string }[];
}

export interface Reconciliation {
  readonly matches: readonly ListMatch[];
  readonly conflicts: readonly ListConflict[];
  /** Rows that belong to no device that spoke. `reason` tells `asked for, never spoke`, `several devices use this address` ... */
  readonly notSeen: readonly {
    readonly line: number;
    readonly name: string;
    readonly ip: string;
    readonly mac: string;
    readonly reason: string;
  }[];
  /** Devices that no row speaks of; those outside of the site and sub-addresses are left out. */
  readonly notListed: readonly AssetId[];
  /** Cells that could not be understood. */
  readonly problems: readonly { readonly line: number; readonly text: string }[];
}

/** Problems kept in a report. */
const MAX_PROBLEMS = 200;

const ROLE_WORDS: readonly (readonly [RegExp, Role])[] = [
  [/safety|sicherheits|f-?sps|f-?cpu/, 'safety-controller'],
  [/remote ?i\/?o|dezentrale|et ?200|e\/a|i\/o/, 'remote-io'],
  [/drive|umrichter|antrieb|servo|vfd/, 'drive'],
  [/hmi|panel|bedien|visu/, 'hmi'],
  [/engineer|programmier|^pg$|\bes\b/, 'engineering-station'],
  [/histor/, 'historian'],
  [/scada|leit(system|stand|technik)|\bopc\b|prozessleit/, 'scada-server'],
  [/firewall/, 'firewall'],
  [/router/, 'router'],
  [/switch/, 'switch'],
  [/iot|edge/, 'iiot-gateway'],
  [/gateway|koppler|converter/, 'field-gateway'],
  [/printer|drucker/, 'printer'],
  [/camera|kamera/, 'camera'],
  [/phone|telefon/, 'phone'],
  [/building|geb(ä|ae)ude|\bddc\b|hvac|klima/, 'building-controller'],
  [/sensor|actuator|aktor|messger|instrument|field ?device|feldger/, 'field-device'],
  [/plc|sps|\bcpu\b|controller|steuerung|\brtu\b/, 'plc'],
  [/server/, 'server'],
  [/workstation|\bpc\b|laptop|notebook|arbeitsplatz|client/, 'workstation'],
];

/** The role that a word of a list means; '' when none. */
export const roleOfWord = (text: string): Role | '' => {
  const word = text.trim().toLowerCase();
  if ((ROLES as readonly string[]).includes(word)) return word as Role;
  return ROLE_WORDS.find(([pattern]) => pattern.test(word))?.[1] ?? '';
};

const same = (a: string, b: string): boolean => {
  const plain = (x: string) => x.toLowerCase().replace(/[^a-z0-9]/g, '');
  const [x, y] = [plain(a), plain(b)];
  return x === y || (x.length >= 3 && y.includes(x)) || (y.length >= 3 && x.includes(y));
};

/** Vendors are written in many ways: one common first word of three letters or more is the same maker. */
const sameVendor = (a: string, b: string): boolean =>
  same(a, b) || (a.length >= 3 && same(a.split(/[\s/,]/, 1)[0]!, b.split(/[\s/,]/, 1)[0]!));

const index = (model: SiteModel) => {
  const byMac = new Map<string, Asset>();
  const bySerial = new Map<string, Asset[]>();
  const byIp = new Map<string, Asset[]>();
  const byName = new Map<string, Asset[]>();
  const put = (map: Map<string, Asset[]>, key: string, asset: Asset): void => {
    const list = map.get(key) ?? [];
    if (!list.includes(asset)) list.push(asset);
    map.set(key, list);
  };
  for (const a of model.assets()) {
    for (const mac of a.macs) byMac.set(mac, a);
    if (a.serial !== '') put(bySerial, a.serial.toLowerCase(), a);
    for (const ip of a.ips) put(byIp, ip, a);
    put(byName, a.name.toLowerCase(), a);
    for (const f of model.facts(a.id))
      if ((f.attribute === 'hostname' || f.attribute === 'station-name') && f.origin === 'observed')
        put(byName, f.value.toLowerCase(), a);
  }
  return { byMac, bySerial, byIp, byName };
};

/** Compares; changes nothing. This is the preview of an import, and the report at any later time. */
export const reconcile = (model: SiteModel, table: ListTable, mapping: ListMapping): Reconciliation => {
  const { byMac, bySerial, byIp, byName } = index(model);
  const silent = new Set(model.mentioned().flatMap((m) => [m.ip, m.mac].filter((x) => x !== '')));
  const matches: ListMatch[] = [];
  const conflicts: ListConflict[] = [];
  const notSeen: Reconciliation['notSeen'][number][] = [];
  const problems: { line: number; text: string }[] = [];
  const listed = new Set<AssetId>();
  for (const [i, row] of table.rows.entries()) {
    const line = table.lines[i]!;
    const cell = (field: ListField): string => (mapping[field] === undefined ? '' : (row[mapping[field]] ?? ''));
    const problem = (text: string): void => {
      if (problems.length < MAX_PROBLEMS) problems.push({ line, text });
    };
    const mac = normalMac(cell('mac'));
    if (cell('mac') !== '' && mac === '') problem(`"${cell('mac')}" is not a MAC address`);
    const ip = cell('ip').split(/[/\s]/, 1)[0]!;
    const ipHolders = byIp.get(ip) ?? [];
    const serials = cell('serial') === '' ? [] : (bySerial.get(cell('serial').toLowerCase()) ?? []);
    const names = cell('name') === '' ? [] : (byName.get(cell('name').toLowerCase()) ?? []);
    const found: readonly [ListMatch['by'], Asset | undefined][] = [
      ['mac', byMac.get(mac)],
      ['serial', serials.length === 1 ? serials[0] : undefined],
      // A row with a MAC that was not seen is another device than the one that holds its IP now.
      ['ip', mac === '' && ipHolders.length === 1 ? ipHolders[0] : undefined],
      ['name', mac === '' && names.length === 1 ? names[0] : undefined],
    ];
    const hit = found.find(([, asset]) => asset !== undefined);
    if (hit === undefined) {
      const reason =
        ipHolders.length > 1
          ? `${ipHolders.length} devices use ${ip}: give the MAC address to tell them apart`
          : ipHolders.length === 1 && mac !== ''
            ? `${ip} is used by another MAC address (${ipHolders[0]!.macs.join(', ') || 'behind a router'})`
            : silent.has(ip) || silent.has(mac)
              ? 'asked for or spoken about, never spoke'
              : ip === '' && mac === '' && cell('serial') === ''
                ? 'the row has no address, and no device of that name was seen'
                : 'not on the wire';
      notSeen.push({ line, name: cell('name'), ip, mac, reason });
      continue;
    }
    const [by, asset] = hit as [ListMatch['by'], Asset];
    listed.add(asset.id);
    const seen = model.facts(asset.id).filter((f) => f.origin === 'observed' || f.origin === 'derived');
    const conflict = (field: ListField, given: string, observed: string): void => {
      conflicts.push({ line, asset: asset.id, field, listed: given, observed });
    };
    if (ip !== '' && asset.ips.length > 0 && !asset.ips.includes(ip)) conflict('ip', ip, asset.ips.join(', '));
    if (mac !== '' && asset.macs.length > 0 && !asset.macs.includes(mac)) conflict('mac', mac, asset.macs.join(', '));
    matches.push({ line, asset: asset.id, by, facts: factsOfRow(cell, seen, asset, conflict, problem) });
  }
  const notListed = model
    .assets()
    .filter((a) => a.kind === 'device' && a.role.value !== 'external' && !listed.has(a.id))
    .map((a) => a.id);
  return { matches, conflicts, notSeen, notListed, problems };
};

const factsOfRow = (
  cell: (field: ListField) => string,
  seen: readonly Fact[],
  asset: Asset,
  conflict: (field: ListField, given: string, observed: string) => void,
  problem: (text: string) => void,
): { attribute: FactAttribute; value: string }[] => {
  const out: { attribute: FactAttribute; value: string }[] = [];
  const contradicts = (field: ListField, attributes: readonly FactAttribute[], equal = same): void => {
    const observed = seen.filter((f) => attributes.includes(f.attribute) && f.confidence >= 0.6).map((f) => f.value);
    if (observed.length > 0 && !observed.some((value) => equal(value, cell(field))))
      conflict(field, cell(field), observed[0]!);
  };
  for (const field of ['name', 'vendor', 'model', 'serial', 'location', 'comment'] as const) {
    if (cell(field) === '') continue;
    if (field === 'vendor') contradicts(field, ['vendor'], sameVendor);
    if (field === 'model') contradicts(field, ['model', 'order-number']);
    if (field === 'serial') contradicts(field, ['serial']);
    if (field === 'name') contradicts(field, ['hostname', 'station-name']);
    out.push({ attribute: field, value: cell(field) });
  }
  if (cell('role') !== '') {
    const role = roleOfWord(cell('role'));
    if (role === '') problem(`"${cell('role')}" is no role that is known`);
    else {
      if (asset.role.value !== role && asset.role.value !== 'unknown' && asset.role.confidence >= 0.7)
        conflict('role', cell('role'), asset.role.value);
      out.push({ attribute: 'role', value: role });
    }
  }
  if (cell('level') !== '') {
    const level = /^(?:level|ebene|l)?\s*([0-5](?:[.,]5)?)$/i.exec(cell('level'))?.[1]?.replace(',', '.');
    if (level === undefined || !['0', '1', '2', '3', '3.5', '4', '5'].includes(level))
      problem(`"${cell('level')}" is no Purdue level`);
    else out.push({ attribute: 'level', value: level });
  }
  return out;
};

/** Keeps what the list adds as imported facts, in place of those of an earlier import under the same name. */
export const applyList = (model: SiteModel, report: Reconciliation, listName: string): { readonly facts: number } => {
  const via = `asset list ${listName}`;
  model.removeImport(via);
  let facts = 0;
  for (const match of report.matches)
    for (const f of match.facts) {
      model.importFact(match.asset, f.attribute, f.value, via);
      facts++;
    }
  return { facts };
};
