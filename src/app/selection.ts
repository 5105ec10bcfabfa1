/**
 * Frames of a selection, read again from where they are kept: what two hosts said to each other, or the frames behind rows.
 * Files are walked once; only frames of the selection are looked into.
 */
import type { CaptureList, EvidenceRef, ListQuery } from '../api/index.ts';
import type { EvidenceRing } from '../capture/ring.ts';
import { enhancedPacket, interfaceDescription, sectionHeader } from '../capture/writer.ts';
import type { EndpointId, EndpointView } from '../core/endpoint.ts';
import type { Finding } from '../core/finding.ts';
import type { Source } from '../core/site.ts';
import { LINK_OK, PacketCursor, parseLink } from '../decode/index.ts';
import { ipv4Text, ipv6Parse } from '../lib/address.ts';
import { hex, u32be } from '../lib/bytes.ts';
import type { Store } from '../store/index.ts';
import type { CaptureFile, CaptureQuery } from './engine-contract.ts';
import { type FoundFrame, findFrame, isOnDisk, readSource, ringName } from './evidence.ts';
import { alerts, findings } from './query/findings.ts';
import { incidents } from './query/incidents.ts';
import { changes, commands, flows, sessions, weirds } from './query/traffic.ts';
import { evidenceRefs, type SiteView } from './query/view.ts';

/** Octets and frames of one export; what is beyond is left out. */
export const MAX_SELECTION_BYTES = 64 * 1024 * 1024;
export const MAX_SELECTION_FRAMES = 100_000;

const cursor = new PacketCursor();
const macOf = (high: number, low: number): string =>
  `${high.toString(16).padStart(6, '0')}${low.toString(16).padStart(6, '0')}`.replace(/..(?=.)/g, '$&:');

/**
 * The two hosts of a frame as text, the lower first: IP addresses, else MAC addresses (zeros where a cooked capture
 * does not say to whom); '' where there are none.
 */
export const hostsOf = (bytes: Uint8Array, linkType: number): string => {
  cursor.bytes = bytes;
  cursor.end = bytes.length;
  if (parseLink(cursor, linkType, 0) !== LINK_OK) return '';
  const { l3: at, llc, etherType, hasMac, srcHigh, srcLow, dstHigh, dstLow } = cursor;
  if (llc < 0 && etherType === 0x0800 && bytes.length >= at + 20)
    return pairOf(ipv4Text(u32be(bytes, at + 12)), ipv4Text(u32be(bytes, at + 16)));
  if (llc < 0 && etherType === 0x86dd && bytes.length >= at + 40)
    return pairOf(hex(bytes.subarray(at + 8, at + 24)), hex(bytes.subarray(at + 24, at + 40)));
  if (!hasMac) return '';
  return pairOf(macOf(srcHigh, srcLow), macOf(dstHigh, dstLow));
};
const pairOf = (a: string, b: string): string => (a < b ? `${a} ${b}` : `${b} ${a}`);

/** The pair of hosts of a conversation, in the words of `hostsOf`. */
export const hostsOfConversation = (view: EndpointView, client: EndpointId, server: EndpointId): string => {
  const host = (id: EndpointId): string => {
    let endpoint = view.get(id);
    while (endpoint.parent !== undefined) endpoint = view.get(endpoint.parent);
    if (endpoint.ip === undefined) return endpoint.mac ?? '';
    return endpoint.ip.includes(':') ? ipv6Hex(endpoint.ip) : endpoint.ip;
  };
  return pairOf(host(client), host(server));
};
const ipv6Hex = (text: string): string => {
  const octets = ipv6Parse(text);
  return octets === undefined ? text : hex(octets);
};

export interface Selection {
  /** Pairs of hosts (`hostsOf`) whose frames are wanted. */
  readonly hosts: ReadonlySet<string>;
  readonly frames: readonly EvidenceRef[];
}

/** Rows of one selection; more would be a capture of the whole plant. */
const MAX_ROWS = 10_000;

/** What the rows of a list lead to: conversations to their two hosts, everything else to the frames that prove it. */
export const selectionOf = (view: SiteView, list: CaptureList, query: CaptureQuery): Selection => {
  const hosts = new Set<string>();
  const frames: EvidenceRef[] = [];
  const isWanted = (id: string | number): boolean => query.row === undefined || String(id) === query.row;
  const asked = { limit: MAX_ROWS, ...(query.q !== undefined && { q: query.q }) };
  if (list === 'flows') {
    const ids = new Set(flows(view, asked).items.map((row) => row.id));
    for (const c of view.model.conversations())
      if (ids.has(c.id) && isWanted(c.id)) hosts.add(hostsOfConversation(view.endpoints, c.client, c.server));
  } else {
    const rows: readonly (Proved & { lastEvidence?: readonly EvidenceRef[] })[] = LISTS[list](view, asked);
    for (const row of rows) if (isWanted(row.id)) frames.push(...row.evidence, ...(row.lastEvidence ?? []));
  }
  return { hosts, frames };
};
type Proved = { readonly id: string | number; readonly evidence: readonly EvidenceRef[] };
const provedBy = (id: string, of: readonly Finding[]): Proved => ({
  id,
  evidence: of.flatMap((finding) => evidenceRefs(finding.evidence)),
});
/** Nobody is named in a capture. */
const NO_NAMES: ReadonlyMap<string, string> = new Map();
const LISTS = {
  commands: (view: SiteView, query: ListQuery) => commands(view, query).items,
  sessions: (view: SiteView, query: ListQuery) => sessions(view, query).items,
  changes: (view: SiteView, query: ListQuery) => changes(view, query).items,
  weirds: (view: SiteView, query: ListQuery) => weirds(view, query).items,
  findings: (view: SiteView, query: ListQuery) =>
    findings(view, query).items.map(({ id }) => {
      const finding = view.detection.triage.finding(id);
      return provedBy(id, finding === undefined ? [] : [finding]);
    }),
  alerts: (view: SiteView, query: ListQuery) => {
    const of = new Map(view.detection.triage.picture().alerts.map((alert) => [alert.id, alert.findings]));
    return alerts(view, query, NO_NAMES).items.map(({ id }) => provedBy(id, of.get(id) ?? []));
  },
  incidents: (view: SiteView, query: ListQuery) => {
    const of = new Map(view.detection.triage.picture().incidents.map(({ id, steps }) => [id, steps]));
    return incidents(view, query, NO_NAMES).items.map(({ id }) =>
      provedBy(
        id,
        (of.get(id) ?? []).map((step) => step.finding),
      ),
    );
  },
} as const;

export interface SelectedFrame extends FoundFrame {
  readonly source: string;
}

/**
 * Frames of the selection, source by source, in order: from the file, of a live source from what the ring still has. A source
 * whose file is gone gives what was pinned.
 */
export async function* selectedFrames(
  store: Store,
  site: string,
  sources: readonly Source[],
  selection: Selection,
  ring: EvidenceRing | undefined,
): AsyncGenerator<SelectedFrame, void, void> {
  for (const source of sources) {
    const wanted = new Set(selection.frames.filter((e) => e.source === source.id).map((e) => e.frame));
    if (isOnDisk(source) && (selection.hosts.size > 0 || wanted.size > 0)) {
      const last = selection.hosts.size > 0 ? Number.POSITIVE_INFINITY : Math.max(...wanted);
      try {
        for await (const found of readSource(
          source,
          (frame, bytes, linkType) =>
            wanted.has(frame) || (selection.hosts.size > 0 && selection.hosts.has(hostsOf(bytes, linkType))),
          last,
        )) {
          wanted.delete(found.frame);
          yield { ...found, source: source.id };
        }
      } catch {
        // The file is gone or was changed: what is pinned follows below.
      }
    }
    if (!isOnDisk(source) && ring !== undefined && selection.hosts.size > 0) {
      for await (const found of ring.frames(ringName(site, source.id))) {
        const isWanted = wanted.delete(found.frame) || selection.hosts.has(hostsOf(found.bytes, found.linkType));
        if (isWanted) yield { ...found, bytes: found.bytes.slice(), source: source.id };
      }
    }
    for (const frame of [...wanted].sort((a, b) => a - b)) {
      const found = await findFrame(store, site, source, frame, ring);
      if (found.kind === 'found') yield { ...found.frame, source: source.id };
    }
  }
}

const COMMENT = 1;

/** The frames as one pcapng file with an interface for each link type; cut at the limits, which the file itself says. */
export const asPcapng = async (
  frames: AsyncIterable<FoundFrame>,
  limits = { bytes: MAX_SELECTION_BYTES, frames: MAX_SELECTION_FRAMES },
): Promise<CaptureFile> => {
  const parts: Uint8Array[] = [];
  let isCut = false;
  const interfaces = new Map<number, number>();
  let octets = 0;
  let count = 0;
  for await (const frame of frames) {
    let id = interfaces.get(frame.linkType);
    if (id === undefined) {
      id = interfaces.size;
      interfaces.set(frame.linkType, id);
      parts.push(interfaceDescription({ linkType: frame.linkType }));
    }
    const block = enhancedPacket(frame, { interfaceId: id });
    octets += block.length;
    if (octets > limits.bytes || count >= limits.frames) {
      isCut = true;
      break;
    }
    count++;
    parts.push(block);
  }
  const text = `Only the first ${count} frames of the selection: narrow it to have the rest.`;
  parts.unshift(sectionHeader(false, isCut ? [{ code: COMMENT, value: text }] : []));
  return { bytes: Buffer.concat(parts), isCut };
};
