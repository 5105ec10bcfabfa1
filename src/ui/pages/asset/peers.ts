/** Whom an asset talks to, a line each; ports that somebody tried without saying anything are one line, for a scan tries many. */
import type { PeerRow } from '../../../api/assets.ts';

export interface PeerLine extends PeerRow {
  /** `tcp/102`; of tries without a word all of them. */
  readonly ports: readonly string[];
}

const portOf = ({ transport, port }: PeerRow): string => (port > 0 ? `${transport}/${port}` : transport);
const earlier = (a: string | null, b: string | null): string | null => (a === null || (b !== null && b < a) ? b : a);
const later = (a: string | null, b: string | null): string | null => (a === null || (b !== null && b > a) ? b : a);

/** In the order of the rows. */
export const peerLines = (rows: readonly PeerRow[]): readonly PeerLine[] => {
  const tried = new Map<string, number>();
  const lines: PeerLine[] = [];
  for (const row of rows) {
    const port = portOf(row);
    const key = `${row.peer.id || row.peer.address} ${row.side}`;
    const at = row.hasPayload || row.protocol !== '' ? undefined : tried.get(key);
    const line = at === undefined ? undefined : lines[at];
    if (at === undefined || line === undefined) {
      if (!row.hasPayload && row.protocol === '') tried.set(key, lines.length);
      lines.push({ ...row, ports: [port] });
      continue;
    }
    lines[at] = {
      ...line,
      ports: line.ports.includes(port) ? line.ports : [...line.ports, port],
      bytesIn: line.bytesIn + row.bytesIn,
      bytesOut: line.bytesOut + row.bytesOut,
      oneWay: line.oneWay && row.oneWay,
      firstAt: earlier(line.firstAt, row.firstAt),
      lastAt: later(line.lastAt, row.lastAt),
    };
  }
  return lines;
};
