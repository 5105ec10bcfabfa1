/**
 * Asset lists that people keep: CSV and XLSX read into a table, and a guess which column says what (English and German
 * headers, then the content). CSV as in RFC 4180 with the separators that spreadsheets write; XLSX is ECMA-376.
 */
import { Buffer } from 'node:buffer';
import { LIST_FIELDS, type ListField } from '../core/asset-list.ts';
import { zipProblem } from './zip-guard.ts';

/** What is read of a list; more is refused (octets) or left out and said (rows, columns, characters). */
export const LIST_LIMITS = {
  bytes: 20 * 1024 * 1024,
  /** 50,000 rows of ten cells; twice as much takes 7 s and 600 MiB. */
  unpackedBytes: 32 * 1024 * 1024,
  rows: 50_000,
  columns: 64,
  cell: 500,
} as const;

export { LIST_FIELDS, type ListField };

export interface ListTable {
  readonly columns: readonly string[];
  /** Cells as text, trimmed, one per column; empty rows are left out. */
  readonly rows: readonly (readonly string[])[];
  /** Row of the file for each row, from 1, as spreadsheets number them. */
  readonly lines: readonly number[];
  /** Rows beyond the limit. */
  readonly left: number;
}
export type ListResult =
  | { readonly kind: 'table'; readonly table: ListTable }
  | { readonly kind: 'refused'; readonly reason: string };

/** Column number by field. */
export type ListMapping = Partial<Record<ListField, number>>;

const refused = (reason: string): ListResult => ({ kind: 'refused', reason });

/** Reads a list. The content decides what it is; the file's name does not matter. Never throws on bad content. */
export const readList = async (bytes: Uint8Array): Promise<ListResult> => {
  if (bytes.length > LIST_LIMITS.bytes)
    return refused(`The list is larger than ${LIST_LIMITS.bytes / 1048576} MB: save only the sheet with the devices.`);
  if (bytes.length === 0) return refused('The list is empty.');
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return readWorkbook(bytes);
  if (bytes[0] === 0xd0 && bytes[1] === 0xcf)
    return refused('This is an old workbook (.xls): save it as .xlsx or .csv first.');
  return readCsv(bytes);
};

const readWorkbook = async (bytes: Uint8Array): Promise<ListResult> => {
  const problem = zipProblem(bytes, LIST_LIMITS.unpackedBytes);
  if (problem !== '') return refused(`The workbook cannot be read: ${problem}.`);
  try {
    // Both readers are loaded when a list comes, which on most days is never.
    const { readSheet } = await import('read-excel-file/node');
    const rows = await readSheet(Buffer.from(bytes));
    return tableOf(rows.map((row) => row.map(cellText)));
  } catch (error) {
    // What is nested or joined too often for its reader ends as an overflow, which says nothing to anybody.
    if (error instanceof RangeError)
      return refused('The workbook is too large to be read: save the sheet with the devices as CSV.');
    return refused(`The workbook cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
};

const cellText = (cell: unknown): string =>
  cell === null || cell === undefined ? '' : cell instanceof Date ? cell.toISOString().slice(0, 10) : String(cell);

const readCsv = async (bytes: Uint8Array): Promise<ListResult> => {
  const text = decodeText(bytes);
  if (text.includes('\0')) return refused('This is neither CSV nor XLSX: it holds binary data.');
  const head = text.slice(0, 10_000).split(/\r?\n/, 5);
  // The separator that occurs most often in the same number on the first lines.
  const counts = [',', ';', '\t', '|'].map((s) => ({
    s,
    n: Math.min(...head.filter((l) => l !== '').map((l) => l.split(s).length)),
  }));
  const delimiter = counts.sort((a, b) => b.n - a.n)[0]!.s;
  try {
    const { parse } = await import('csv-parse/sync');
    const rows = parse(text, {
      delimiter,
      bom: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: false,
      to: LIST_LIMITS.rows + 2,
      max_record_size: 1_000_000,
    }) as string[][];
    return tableOf(rows);
  } catch (error) {
    return refused(`The list cannot be read as CSV: ${error instanceof Error ? error.message : String(error)}.`);
  }
};

/** UTF-8, UTF-16 with a mark, or Windows-1252 as spreadsheets in Europe write it. */
const decodeText = (bytes: Uint8Array): string => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
};

const CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g;
const clean = (cell: string): string => cell.replace(CONTROL, ' ').trim().slice(0, LIST_LIMITS.cell);

const tableOf = (raw: readonly (readonly string[])[]): ListResult => {
  const all = raw.map((row) => row.slice(0, LIST_LIMITS.columns).map(clean));
  // Titles may stand above the header: it is the first row with at least two cells of which one is a known word.
  let header = all.findIndex(
    (row) => row.filter((c) => c !== '').length >= 2 && row.some((c) => fieldOf(c) !== undefined),
  );
  if (header < 0 || header > 20) header = all.findIndex((row) => row.some((c) => c !== ''));
  if (header < 0) return refused('The list is empty.');
  const width = Math.max(...all.slice(header, header + 1000).map((r) => r.length));
  const columns = Array.from({ length: width }, (_, i) => all[header]![i] || `column ${i + 1}`);
  const rows: string[][] = [];
  const lines: number[] = [];
  let left = 0;
  for (let i = header + 1; i < all.length; i++) {
    const row = all[i]!;
    if (row.every((c) => c === '')) continue;
    if (rows.length >= LIST_LIMITS.rows) {
      left++;
      continue;
    }
    rows.push(columns.map((_, c) => row[c] ?? ''));
    lines.push(i + 1);
  }
  return { kind: 'table', table: { columns, rows, lines, left } };
};

/** Words in headers, whole ones first; the order of fields decides where two match. */
const WORDS: Readonly<Record<ListField, RegExp>> = {
  mac: /\bmac\b|mac[-_ ]?(addr|adresse)|hardware ?address|physikalische adresse|ethernet address/,
  ip: /\bip\b|\bipv?4\b|ip[-_ ]?(addr|adresse)|^address$|^adresse$/,
  hostname: /host ?-?name|^host$|rechnername|computer ?name|netzwerkname|\bfqdn\b|\bdns\b|profinet ?-?name/,
  serial: /serial|serien ?-?nr|seriennummer|s\/n|^sn$/,
  'order-number':
    /order ?-?(n|code)|bestell ?-?n|artikel|part ?-?n(o|u|r)|mlfb|catalog(ue)? ?-?n|katalognummer|typennummer/,
  firmware: /firmware|^fw\b|software ?-?(stand|version)|^version$/,
  'plant-id':
    /plant ?-?id|anlagenkenn|betriebsmittelkenn|\bakz\b|\bkks\b|\bbmk\b|inventar|inventory ?-?n|asset ?-?(id|tag|n(o|u))/,
  phone: /phone|telefon|\bmobile?\b|handy|durchwahl|\bext(ension)?\b|rufnummer/,
  contact: /contact|kontakt|owner|ansprechpartner|verantwort|zust(ä|ae)ndig|responsible/,
  vendor: /vendor|manufacturer|hersteller|fabrikat|maker|^brand$|lieferant/,
  model: /model|modell|^typ$|^type$|ger(ä|ae)tetyp|produkt|product/,
  location:
    /location|standort|^ort$|einbauort|raum|room|halle|building|geb(ä|ae)ude|site|cabinet|schrank|place|area|anlage/,
  role: /role|rolle|function|funktion|category|kategorie|device ?type|ger(ä|ae)teart|klasse|class|^art$/,
  level: /level|ebene|purdue/,
  name: /name|host|bezeichnung|asset|ger(ä|ae)t|device|tag|equipment|betriebsmittel|kennzeichen|rechner|station/,
  description: /comment|kommentar|bemerkung|remark|notes?\b|notiz|description|beschreibung|anmerkung|hinweis/,
};

const fieldOf = (header: string): ListField | undefined => {
  const text = header.toLowerCase();
  // `IP-Adresse`, `MAC-Adresse` and the like before the general words; `device type` is a role, not a name.
  for (const field of [
    'mac',
    'ip',
    'hostname',
    'serial',
    'order-number',
    'firmware',
    'plant-id',
    'phone',
    'contact',
    'vendor',
    'role',
    'model',
    'location',
    'level',
    'description',
    'name',
  ] as const)
    if (WORDS[field].test(text)) return field;
  return undefined;
};

/** What people write where they have nothing to write. */
const NOTHING = /^(-+|–|—|\?+|n\/?a|none|keine?|unknown|unbekannt|tbd|dhcp)$/i;
/** A cell without its filler words. */
export const cellValue = (text: string): string => (NOTHING.test(text.trim()) ? '' : text.trim());

const IP = /^\d{1,3}(\.\d{1,3}){3}$/;
const MAC =
  /^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$|^([0-9a-f]{2} ){5}[0-9a-f]{2}$|^([0-9a-f]{4}\.){2}[0-9a-f]{4}$|^[0-9a-f]{12}$/i;

/** Which column says what: by its header, and where no header tells the address columns, by their content. */
export const guessMapping = (table: ListTable): ListMapping => {
  const mapping: ListMapping = {};
  for (const [i, column] of table.columns.entries()) {
    const field = fieldOf(column);
    if (field !== undefined && mapping[field] === undefined) mapping[field] = i;
  }
  // A plant's own mark is what its people call the device, where no other column does.
  if (mapping.name === undefined && mapping.hostname === undefined && mapping['plant-id'] !== undefined) {
    mapping.name = mapping['plant-id'];
    delete mapping['plant-id'];
  }
  const taken = new Set(Object.values(mapping));
  const share = (i: number, pattern: RegExp): number => {
    const cells = table.rows
      .slice(0, 200)
      .map((r) => r[i]!)
      .filter((c) => c !== '');
    return cells.length === 0 ? 0 : cells.filter((c) => pattern.test(c)).length / cells.length;
  };
  for (const [field, pattern] of [
    ['ip', IP],
    ['mac', MAC],
  ] as const) {
    if (mapping[field] !== undefined && share(mapping[field], pattern) >= 0.3) continue;
    const i = table.columns.findIndex((_, c) => !taken.has(c) && share(c, pattern) >= 0.5);
    if (i >= 0) mapping[field] = i;
  }
  return mapping;
};

/** `00:11:22:33:44:55` from the usual ways to write it; '' for anything else. */
export const normalMac = (text: string): string => {
  if (!MAC.test(text.trim())) return '';
  const digits = text.toLowerCase().replace(/[^0-9a-f]/g, '');
  return digits.match(/../g)!.join(':');
};

/** The first address of a cell (`10.0.0.1/24`, `10.0.0.1, 10.0.0.2`); '' for anything else. */
export const normalIp = (text: string): string => {
  const first = text
    .trim()
    .split(/[\s,;/]/, 1)[0]!
    .toLowerCase();
  if (IP.test(first)) {
    const octets = first.split('.').map(Number);
    return octets.every((octet) => octet <= 255) ? octets.join('.') : '';
  }
  return /^[0-9a-f:]*:[0-9a-f:.]+$/.test(first) ? first : '';
};
