/** `gatehouse inspect`: a summary for people, or one list as table, CSV or NDJSON for programs. */

import { nothingIn } from '../app/inputs.ts';
import { type Inspection, type InspectRow, inspectCaptures } from '../app/inspect.ts';
import type { InspectList } from '../app/inspect-lists.ts';
import { EXIT, type WarningCode } from '../core/errors.ts';
import { csvCell } from '../server/index.ts';
import { report } from './fail.ts';
import type { Format } from './inspect-lists.ts';
import { complain, printable } from './say.ts';
import { printSummary } from './summary.ts';

export interface InspectFlags {
  readonly emit?: InspectList;
  readonly format: Format;
}

/** What is printed is not all that was recorded. */
const ENDS_EARLY: ReadonlySet<string> = new Set<WarningCode>([
  'capture.cut',
  'capture.corrupt-length',
  'capture.corrupt-block',
  'capture.compression-damaged',
]);

/** Columns of tables and CSV; NDJSON has everything. */
const COLUMNS: Readonly<Record<InspectList, readonly string[]>> = {
  assets: [
    'id',
    'name',
    'role',
    'level',
    'vendor',
    'model',
    'firmware',
    'serial',
    'os',
    'ips',
    'macs',
    'network',
    'served',
    'firstAt',
    'lastAt',
  ],
  flows: [
    'first',
    'client',
    'clientPort',
    'server',
    'serverPort',
    'transport',
    'service',
    'clientPackets',
    'clientBytes',
    'serverPackets',
    'serverBytes',
    'decodedBytes',
    'undecodedBytes',
    'tcpState',
    'communityId',
    'source',
  ],
  messages: ['frame', 'time', 'protocol', 'from', 'to', 'type', 'message', 'source'],
  observations: ['frame', 'time', 'kind', 'protocol', 'client', 'server', 'detail', 'source'],
  findings: ['firstAt', 'kind', 'impact', 'certainty', 'surprise', 'count', 'title', 'techniques', 'id'],
};
const COMMON = new Set(['kind', 'source', 'frame', 'time', 'protocol', 'client', 'server']);
/** Rows whose widths decide the widths of a table; later ones may be wider. */
const TABLE_LOOKAHEAD = 200;
const MAX_CELL = 60;

const cells = (list: InspectList, row: InspectRow): readonly unknown[] =>
  COLUMNS[list].map((name) => {
    if (name === 'message') return JSON.stringify(row.message);
    if (name !== 'detail') return row[name];
    return JSON.stringify(Object.fromEntries(Object.entries(row).filter(([key]) => !COMMON.has(key))));
  });

const text = (value: unknown): string => {
  const full = value === null || value === undefined ? '' : Array.isArray(value) ? value.join(' ') : String(value);
  const clean = printable(full);
  return clean.length > MAX_CELL ? `${clean.slice(0, MAX_CELL - 1)}\u2026` : clean;
};

/** Writes rows in one format; `drained` resolves when the reader of a pipe keeps up. */
const rowWriter = (list: InspectList, format: Format, out: NodeJS.WritableStream) => {
  let full = false;
  const write = (line: string): void => {
    full = !out.write(`${line}\n`) || full;
  };
  const waiting: string[][] = [];
  let widths: number[] | undefined;
  const tableLine = (row: readonly string[]): string =>
    row
      .map((cell, i) => cell.padEnd(widths![i] ?? 0))
      .join('  ')
      .trimEnd();
  const flushTable = (): void => {
    if (widths !== undefined) return;
    const rows = [[...COLUMNS[list]], ...waiting.splice(0)];
    widths = COLUMNS[list].map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
    for (const row of rows) write(tableLine(row));
  };
  if (format === 'csv') write(COLUMNS[list].join(','));
  return {
    row: (row: InspectRow): void => {
      if (format === 'ndjson') {
        write(JSON.stringify(row, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)));
      } else if (format === 'csv') {
        write(cells(list, row).map(csvCell).join(','));
      } else {
        const line = cells(list, row).map(text);
        if (widths !== undefined) write(tableLine(line));
        else if (waiting.push(line) >= TABLE_LOOKAHEAD) flushTable();
      }
    },
    drained: async (): Promise<void> => {
      if (!full) return;
      full = false;
      if ((out as NodeJS.WriteStream).writableNeedDrain)
        await new Promise<void>((resolve) => out.once('drain', () => resolve()));
    },
    end: (): void => {
      if (format === 'table') flushTable();
    },
  };
};

export const inspect = async (captures: readonly string[], flags: InspectFlags): Promise<number> => {
  let result: Inspection;
  if (flags.emit === undefined) {
    result = await inspectCaptures(
      captures,
      undefined,
      () => undefined,
      async () => undefined,
    );
    printSummary(result, (line) => void process.stdout.write(`${line}\n`));
  } else {
    const writer = rowWriter(flags.emit, flags.format, process.stdout);
    result = await inspectCaptures(captures, flags.emit, writer.row, writer.drained);
    writer.end();
  }
  let code: number = EXIT.ok;
  for (const { warnings, name, health } of result.sources) {
    const nothing = nothingIn(
      name,
      health.frames,
      new Map(health.unknownLinkTypes.map(({ linkType, frames }) => [linkType, frames])),
    );
    if (nothing !== undefined) code = report(nothing);
    for (const warning of warnings) {
      complain(`${name}: ${warning.text} [${warning.code}]`);
      if (ENDS_EARLY.has(warning.code)) code = EXIT.input;
    }
  }
  return code;
};
