/**
 * An asset list beside what was seen: which rows are which devices, what the list adds, where it contradicts the wire,
 * what is in the list and was not seen, what was seen and is not in the list. Observed facts are never overwritten.
 */
import type { Asset, AssetId, Fact, FactAttribute, Role } from '../core/site.ts';
import { ROLES } from '../core/site.ts';
import type { SiteModel } from '../core/site-model.ts';
import { cellValue, type ListField, type ListMapping, type ListTable, normalIp, normalMac } from './names.ts';

export interface ListConflict {
  /** Row of the file. */
  readonly line: number;
  readonly label: string;
  readonly asset: AssetId;
  readonly field: ListField;
  readonly listed: string;
  readonly observed: string;
}

export interface ListMatch {
  readonly line: number;
  /** What the row calls itself: name, else another mark, else an address. */
  readonly label: string;
  readonly asset: AssetId;
  readonly by: 'mac' | 'serial' | 'hostname' | 'ip' | 'name';
  /** What the list adds, as it will be kept. */
  readonly facts: readonly { readonly attribute: FactAttribute; readonly value: string }[];
}

export interface Reconciliation {
  readonly matches: readonly ListMatch[];
  readonly conflicts: readonly ListConflict[];
  /** A row that fits several devices, or rows that say different things of one device: never applied. */
  readonly ambiguous: readonly {
    readonly line: number;
    readonly label: string;
    readonly assets: readonly AssetId[];
    readonly reason: string;
  }[];
  /** Rows that belong to no device that spoke. `reason` tells `asked for, never spoke` ... */
  readonly notSeen: readonly {
    readonly line: number;
    readonly label: string;
    readonly ip: string;
    readonly mac: string;
    readonly reason: string;
  }[];
  /** Devices that no row speaks of; those outside of the site and sub-addresses are left out. */
  readonly notListed: readonly AssetId[];
  /** Rows with cells that could not be understood; the rest of such a row counts. */
  readonly problems: readonly { readonly line: number; readonly label: string; readonly text: string }[];
}

const ROLE_WORDS: readonly (readonly [RegExp, Role])[] = [
  [/safety|sicherheits|f-?sps|f-?cpu/, 'safety-controller'],
  [/remote ?i\/?o|dezentrale|et ?200|e\/a|i\/o/, 'remote-io'],
  [/drive|umrichter|antrieb|servo|vfd/, 'drive'],
  [/hmi|panel|bedien|visu/, 'hmi'],
  [/engineer|programmier|^pg$|\bes\b/, 'engineering-station'],
  [/histor/, 'historian'],
  [/scada|leit(system|stand|technik)|\bopc\b|prozessleit/, 'scada-server'],
  [/firewall/, 'firewall'],
  [/jump|sprung|bastion/, 'jump-host'],
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

/** Versions are written with more or fewer parts: `V3.2` is `3.2.6` told less exactly. */
const sameVersion = (a: string, b: string): boolean => {
  const parts = (x: string) => (/\d+(?:\.\d+)*/.exec(x)?.[0] ?? '').split('.').map(Number);
  const [x, y] = [parts(a), parts(b)];
  return same(a, b) || x.slice(0, y.length).join('.') === y.slice(0, x.length).join('.');
};

/** Full and short names of one host. */
const sameHost = (a: string, b: string): boolean => same(a.split('.', 1)[0]!, b.split('.', 1)[0]!);

const index = (model: SiteModel) => {
  const byMac = new Map<string, Asset>();
  const bySerial = new Map<string, Asset[]>();
  const byIp = new Map<string, Asset[]>();
  const byName = new Map<string, Asset[]>();
  const byHost = new Map<string, Asset[]>();
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
      if ((f.attribute === 'hostname' || f.attribute === 'station-name') && f.origin === 'observed') {
        put(byName, f.value.toLowerCase(), a);
        put(byHost, f.value.toLowerCase(), a);
        put(byHost, f.value.toLowerCase().split('.', 1)[0]!, a);
      }
  }
  return { byMac, bySerial, byIp, byName, byHost };
};

/** A row of the list with its cells by field, filler words left out. */
interface ListRow {
  readonly line: number;
  readonly label: string;
  readonly cell: (field: ListField) => string;
  readonly mac: string;
  readonly ip: string;
}

const rowsOf = (table: ListTable, mapping: ListMapping): ListRow[] =>
  table.rows.map((row, i) => {
    const cell = (field: ListField): string =>
      mapping[field] === undefined ? '' : cellValue(row[mapping[field]] ?? '');
    const label = ['name', 'hostname', 'plant-id', 'ip', 'mac', 'serial'].map((f) => cell(f as ListField));
    return {
      line: table.lines[i]!,
      label: label.find((text) => text !== '') ?? '',
      cell,
      mac: normalMac(cell('mac')),
      ip: normalIp(cell('ip')),
    };
  });

/** Compares; changes nothing. This is the preview of an import, and the report at any later time. */
export const reconcile = (model: SiteModel, table: ListTable, mapping: ListMapping): Reconciliation => {
  const { byMac, bySerial, byIp, byName, byHost } = index(model);
  const silent = new Set(model.mentioned().flatMap((m) => [m.ip, m.mac].filter((x) => x !== '')));
  const matches: ListMatch[] = [];
  const conflicts: ListConflict[] = [];
  const ambiguous: Reconciliation['ambiguous'][number][] = [];
  const notSeen: Reconciliation['notSeen'][number][] = [];
  const problems: Reconciliation['problems'][number][] = [];
  const listed = new Set<AssetId>();
  for (const row of rowsOf(table, mapping)) {
    const { line, label, cell, mac, ip } = row;
    const wrong: string[] = [];
    const problem = (text: string): void => void wrong.push(text);
    const told = (): void => {
      if (wrong.length > 0) problems.push({ line, label, text: wrong.join('; ') });
    };
    if (cell('mac') !== '' && mac === '') problem(`"${cell('mac')}" is not a MAC address`);
    if (cell('ip') !== '' && ip === '') problem(`"${cell('ip')}" is not an IP address`);
    if (mac === '' && ip === '' && (['name', 'hostname', 'serial'] as const).every((field) => cell(field) === '')) {
      problem('no name, address or serial number tells which device this is');
      told();
      continue;
    }
    const ipHolders = ip === '' ? [] : (byIp.get(ip) ?? []);
    const serials = cell('serial') === '' ? [] : (bySerial.get(cell('serial').toLowerCase()) ?? []);
    const hosts = cell('hostname') === '' ? [] : (byHost.get(cell('hostname').toLowerCase()) ?? []);
    const names = cell('name') === '' ? [] : (byName.get(cell('name').toLowerCase()) ?? []);
    const known = byMac.get(mac);
    // A row with a MAC that was not seen is another device than the one that holds its IP or name now.
    const found: readonly [ListMatch['by'], readonly Asset[]][] = [
      ['mac', known === undefined ? [] : [known]],
      ['serial', serials],
      ['hostname', mac === '' ? hosts : []],
      ['ip', mac === '' ? ipHolders : []],
      ['name', mac === '' ? names : []],
    ];
    const hit = found.find(([, assets]) => assets.length === 1);
    if (hit === undefined) {
      told();
      const several = found.find(([, assets]) => assets.length > 1);
      if (several !== undefined) {
        const [by, assets] = several;
        const what = by === 'ip' ? `use ${ip}` : `have this ${by === 'serial' ? 'serial number' : 'name'}`;
        const reason = `${assets.length} devices ${what}: give the MAC address to tell them apart`;
        ambiguous.push({ line, label, assets: assets.map((a) => a.id), reason });
        for (const asset of assets) listed.add(asset.id);
        continue;
      }
      const reason =
        ipHolders.length > 0
          ? `${ip} is used by another MAC address (${ipHolders[0]!.macs.join(', ') || 'behind a router'})`
          : silent.has(ip) || silent.has(mac)
            ? 'asked for or spoken about, never spoke'
            : ip === '' && mac === '' && cell('serial') === ''
              ? 'the row has no address, and no device of that name was seen'
              : 'not on the wire';
      notSeen.push({ line, label, ip, mac, reason });
      continue;
    }
    const [by, [asset]] = hit as [ListMatch['by'], [Asset]];
    listed.add(asset.id);
    const seen = model.facts(asset.id).filter((f) => f.origin === 'observed' || f.origin === 'derived');
    const conflict = (field: ListField, given: string, observed: string): void => {
      conflicts.push({ line, label, asset: asset.id, field, listed: given, observed });
    };
    if (ip !== '' && asset.ips.length > 0 && !asset.ips.includes(ip)) conflict('ip', ip, asset.ips.join(', '));
    if (mac !== '' && asset.macs.length > 0 && !asset.macs.includes(mac)) conflict('mac', mac, asset.macs.join(', '));
    // A name of the plant beside a name of the network is no contradiction, unless another device calls itself so: they changed places.
    const own = seen.filter((f) => f.attribute === 'hostname' || f.attribute === 'station-name').map((f) => f.value);
    const namesakes = byHost.get(cell('name').toLowerCase()) ?? [];
    if (own.length > 0 && !own.some((n) => sameHost(n, cell('name'))) && namesakes.some((a) => a.id !== asset.id))
      conflict('name', cell('name'), own[0]!);
    matches.push({ line, label, asset: asset.id, by, facts: factsOfRow(cell, seen, asset, conflict, problem) });
    told();
  }
  const clashing = clashes(matches);
  for (const { line, label, asset } of clashing.values()) {
    const lines = [...clashing.values()].filter((m) => m.asset === asset).map((m) => m.line);
    const reason = `lines ${lines.slice(0, 5).join(', ')} say different things of the same device`;
    ambiguous.push({ line, label, assets: [asset], reason });
  }
  const notListed = model
    .assets()
    .filter((a) => a.kind === 'device' && a.role.value !== 'external' && !listed.has(a.id))
    .map((a) => a.id);
  return {
    matches: matches.filter((m) => !clashing.has(m.line)),
    conflicts: conflicts.filter((c) => !clashing.has(c.line)),
    ambiguous,
    notSeen,
    notListed,
    problems,
  };
};

/** Rows of one device that give an attribute different values, by line. Several addresses of one device are no clash. */
const clashes = (matches: readonly ListMatch[]): Map<number, ListMatch> => {
  const byAsset = new Map<AssetId, ListMatch[]>();
  for (const match of matches) {
    const list = byAsset.get(match.asset);
    if (list === undefined) byAsset.set(match.asset, [match]);
    else list.push(match);
  }
  const clashing = new Map<number, ListMatch>();
  for (const rows of byAsset.values()) {
    const said = new Map<string, string>();
    const differ = rows.some((row) =>
      row.facts.some(({ attribute, value }) => {
        const before = said.get(attribute) ?? value;
        said.set(attribute, before);
        return before !== value;
      }),
    );
    if (differ) for (const row of rows) clashing.set(row.line, row);
  }
  return clashing;
};

/** Fields that are kept as they stand, under the same name. */
const PLAIN_FIELDS = [
  'name',
  'hostname',
  'vendor',
  'model',
  'order-number',
  'firmware',
  'serial',
  'location',
  'plant-id',
  'description',
] as const;

/** What of them the wire can contradict, and by which attributes. */
const COMPARED: {
  readonly [F in (typeof PLAIN_FIELDS)[number]]?: {
    readonly with: readonly FactAttribute[];
    readonly equal: (a: string, b: string) => boolean;
  };
} = {
  hostname: { with: ['hostname', 'station-name'], equal: sameHost },
  vendor: { with: ['vendor'], equal: sameVendor },
  model: { with: ['model', 'order-number'], equal: same },
  'order-number': { with: ['order-number', 'model'], equal: same },
  firmware: { with: ['firmware'], equal: sameVersion },
  serial: { with: ['serial'], equal: same },
  'plant-id': { with: ['plant-id'], equal: same },
};

const factsOfRow = (
  cell: (field: ListField) => string,
  seen: readonly Fact[],
  asset: Asset,
  conflict: (field: ListField, given: string, observed: string) => void,
  problem: (text: string) => void,
): { attribute: FactAttribute; value: string }[] => {
  const out: { attribute: FactAttribute; value: string }[] = [];
  const contradicts = (
    field: ListField,
    attributes: readonly FactAttribute[],
    equal: (a: string, b: string) => boolean,
  ): void => {
    const observed = seen.filter((f) => attributes.includes(f.attribute) && f.confidence >= 0.6).map((f) => f.value);
    if (observed.length > 0 && !observed.some((value) => equal(value, cell(field))))
      conflict(field, cell(field), observed[0]!);
  };
  for (const field of PLAIN_FIELDS) {
    if (cell(field) === '') continue;
    const compared = COMPARED[field];
    if (compared !== undefined) contradicts(field, compared.with, compared.equal);
    out.push({ attribute: field, value: cell(field) });
  }
  const contact = [cell('contact'), cell('phone')].filter((part) => part !== '').join(', ');
  if (contact !== '') out.push({ attribute: 'contact', value: contact });
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

/** The mark of a list's facts. */
export const listVia = (listName: string): string => `asset list ${listName}`;

/** Keeps what the list adds as imported facts, in place of those of an earlier import under the same name. */
export const applyList = (model: SiteModel, report: Reconciliation, listName: string): { readonly facts: number } => {
  model.removeImport(listVia(listName));
  return completeList(model, report, listName);
};

/** Adds what is not kept yet of a list that was applied: for devices that were seen since. */
export const completeList = (
  model: SiteModel,
  report: Reconciliation,
  listName: string,
): { readonly facts: number } => {
  const via = listVia(listName);
  let facts = 0;
  for (const match of report.matches)
    for (const f of match.facts) {
      model.importFact(match.asset, f.attribute, f.value, via);
      facts++;
    }
  return { facts };
};
