/**
 * What the capturing programs are told and what they answer: arguments of tcpdump and dumpcap, and the lines of their
 * standard error as events. Starting them is the work of `app/live-capture.ts`; this file only knows their language.
 * Source: the manual pages tcpdump(1) and dumpcap(1); message texts of tcpdump 4.9-5.0, libpcap 1.9-1.10, dumpcap 3-4.
 */
import { OperatingError } from '../core/errors.ts';

export type CaptureTool = 'tcpdump' | 'dumpcap';
export const CAPTURE_TOOLS: readonly CaptureTool[] = ['tcpdump', 'dumpcap'];

/**
 * Kernel buffer, MiB. 64 hold half a second of a busy gigabit link while the reader is away, or some 5 s of 50,000 small
 * frames a second; after a start the site is read back and code is not compiled yet, which takes longer than that. So
 * where the machine has memory it is a 64th part of it, up to 256.
 */
export const MIN_BUFFER_MIB = 64;
export const MAX_BUFFER_MIB = 256;
const BUFFER_PART = 64;
export const bufferMib = (memoryBytes: number): number =>
  Math.round(Math.min(MAX_BUFFER_MIB, Math.max(MIN_BUFFER_MIB, memoryBytes / 2 ** 20 / BUFFER_PART)));
/** Longest line of standard error that is looked at. */
const MAX_LINE_CHARACTERS = 1000;

export interface LiveRequest {
  readonly tool: CaptureTool;
  /** As the system calls it; never begins with `-`. */
  readonly interface: string;
  /** pcap-filter(7) expression. */
  readonly filter?: string;
  /** Kernel buffer; MIN_BUFFER_MIB unless given. */
  readonly bufferMib?: number;
}

/**
 * Program and arguments for a capture to standard output (tcpdump: pcap, dumpcap: pcapng). To be started without a
 * shell. Throws `capture.unknown-interface` for a name and `capture.bad-filter` for a filter that would be an option.
 */
export const liveCommand = (request: LiveRequest): { readonly file: string; readonly args: readonly string[] } => {
  const { tool, filter, bufferMib: mib = MIN_BUFFER_MIB } = request;
  if (request.interface === '' || request.interface.startsWith('-'))
    throw new OperatingError('capture.unknown-interface', { interface: request.interface });
  if (filter?.trimStart().startsWith('-') === true)
    throw new OperatingError('capture.bad-filter', { detail: 'it begins with "-"' });
  const expression = filter === undefined || filter.trim() === '' ? [] : [filter];
  if (tool === 'tcpdump') {
    // -n: no names are looked up (watching never sends). -U: each frame is handed on when it arrives.
    const args = ['-n', '-B', String(mib * 1024), '-U', '-s', '0', '-i', request.interface, '-w', '-'];
    return { file: 'tcpdump', args: [...args, ...expression] };
  }
  const args = ['-B', String(mib), '-s', '0', '-i', request.interface];
  return { file: 'dumpcap', args: [...args, ...expression.flatMap((e) => ['-f', e]), '-q', '-w', '-'] };
};

/** What a line of standard error means. Counters are totals since the start. */
export type StderrEvent =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'counters';
      readonly received?: number;
      readonly droppedByKernel?: number;
      readonly droppedByInterface?: number;
    }
  | { readonly kind: 'error'; readonly error: OperatingError }
  | { readonly kind: 'other'; readonly text: string };

const number = (text: string | undefined): number => Number(text ?? 0);

/** Reads one line that tcpdump or dumpcap wrote to standard error. Never throws; unknown lines are `other`. */
export const parseCaptureStderr = (raw: string, request: LiveRequest): StderrEvent => {
  const line = raw.slice(0, MAX_LINE_CHARACTERS).trim();
  const details = { interface: request.interface, tool: request.tool };
  if (/listening on /i.test(line) || /^File: /.test(line)) return { kind: 'ready' };

  // tcpdump at its end (and on SIGUSR1).
  let m = /^(\d+) packets? received by filter/.exec(line);
  if (m) return { kind: 'counters', received: number(m[1]) };
  m = /^(\d+) packets? dropped by kernel/.exec(line);
  if (m) return { kind: 'counters', droppedByKernel: number(m[1]) };
  m = /^(\d+) packets? dropped by interface/.exec(line);
  if (m) return { kind: 'counters', droppedByInterface: number(m[1]) };
  // tcpdump -w on a signal: "1 packet captured, 2 packets received by filter, 0 packets dropped by kernel".
  m = /(\d+) packets? received by filter, (\d+) packets? dropped by kernel/.exec(line);
  if (m) return { kind: 'counters', received: number(m[1]), droppedByKernel: number(m[2]) };
  // dumpcap at its end: received/dropped (pcap:kernel/dumpcap:own queue/flushed/interface).
  m =
    /^Packets received\/dropped on interface .*: (\d+)\/(\d+) \(pcap:(\d+)\/dumpcap:(\d+)\/flushed:(\d+)\/ps_ifdrop:(\d+)\)/.exec(
      line,
    );
  if (m)
    return {
      kind: 'counters',
      received: number(m[1]),
      droppedByKernel: number(m[3]) + number(m[4]) + number(m[5]),
      droppedByInterface: number(m[6]),
    };

  const error = (code: ConstructorParameters<typeof OperatingError>[0], detail = line): StderrEvent => ({
    kind: 'error',
    error: new OperatingError(code, { ...details, detail }),
  });
  if (
    /No such device|doesn't exist|does not exist|No such interface|Unknown interface|There is no (interface|device)/i.test(
      line,
    )
  )
    return error('capture.unknown-interface');
  if (/permission|not permitted|Couldn't run .*dumpcap|access denied/i.test(line)) return error('capture.no-rights');
  if (/interface disappeared/i.test(line)) return error('capture.interface-gone');
  if (/is not up|Network is down|interface (.* )?went down/i.test(line)) return error('capture.interface-down');
  m =
    /(syntax error.*|expression rejects all packets|.*isn't a valid capture filter.*|Invalid capture filter.*|parse error.*)/i.exec(
      line,
    );
  if (m) return error('capture.bad-filter', m[1] ?? line);
  return { kind: 'other', text: line };
};
