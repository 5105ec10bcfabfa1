/** The IEC 104 message: one APDU. Source: IEC 60870-5-104:2006 clause 5, IEC 60870-5-101:2003 clause 7. */
import type { Message } from '../../core/decoder.ts';

export interface Iec104Message extends Message {
  /** 0 information transfer, 1 supervisory, 3 unnumbered control. */
  readonly format: number;
  /** Octets behind the length field: 4..253. */
  readonly length: number;
  /** N(S) and N(R), 0..32767; -1 where the format has none. */
  readonly sendSequence: number;
  readonly receiveSequence: number;
  /** First control octet of the U format (0x07 STARTDT act, 0x0B con, 0x13 STOPDT act, 0x23 con, 0x43 TESTFR act, 0x83 con); -1. */
  readonly control: number;
  readonly asdu: Asdu | undefined;
  /** What is odd about the sequence numbers, '' for nothing; `sequenceBy` APDUs. */
  readonly sequence: SequenceDefect;
  readonly sequenceBy: number;
}

/**
 * `gap`: N(S) is ahead, APDUs are missing. `repeated`: N(S) was there before. `acknowledges-unsent`: N(R) is ahead of what
 * the other side sent. `acknowledges-less`: N(R) went back.
 */
export type SequenceDefect = '' | 'gap' | 'repeated' | 'acknowledges-unsent' | 'acknowledges-less';

export interface Asdu {
  readonly typeId: number;
  /** One address followed by elements of consecutive objects. */
  readonly sq: boolean;
  /** Number of information objects or elements, 0..127. */
  readonly count: number;
  readonly cause: number;
  readonly negative: boolean;
  readonly test: boolean;
  /** Originator address; -1 where the cause has one octet. */
  readonly originator: number;
  readonly commonAddress: number;
  /** Confirms, with the address of one station, what was sent to all. */
  readonly confirmsBroadcast: boolean;
  /** Columns, one entry for each object; a column that the type does not have is empty. */
  readonly addresses: readonly number[];
  /** Normalized values are fractions -1..1; single states 0/1, double states 0..3. */
  readonly values: readonly number[];
  /** IV 0x80, NT 0x40, SB 0x20, BL 0x10, OV 0x01; of counters IV 0x80, adjusted 0x40, carry 0x20. */
  readonly qualities: readonly number[];
  /** Of packed single points, CD (7.2.6.40): a bit for each of the 16 that changed since they were told last. */
  readonly changes: readonly number[];
  /** Of step positions, bit 8 of VTI (7.2.6.5): 1 while the equipment is on its way. */
  readonly transients: readonly number[];
  /** Of counters, SQ of BCR (7.2.6.9): which reading since the counter was set, 0..31. */
  readonly readings: readonly number[];
  /** Qualifier of commands with the select bit, QOI, QCC, QRP, COI, QPM, QPA. */
  readonly qualifiers: readonly number[];
  /** Milliseconds since 1970 in the station's own time (CP56), or of the hour (CP24). */
  readonly times: readonly number[];
  /** IV 0x80 (invalid), SU 0x01 (summer time) of each time. */
  readonly timeFlags: readonly number[];
  /** CP16Time2a: milliseconds elapsed. */
  readonly elapsed: readonly number[];
  readonly file: FilePart | undefined;
  /** Octets of what is not interpreted (security and private types). */
  readonly octets: number;
  readonly defect: AsduDefect;
}

/** `length`: octets missing or beyond the objects announced. `type`: reserved. `addresses`: shorter address fields than IEC 104 has. */
export type AsduDefect = '' | 'length' | 'type' | 'cause' | 'short-fields';

export interface FilePart {
  readonly name: number;
  /** Section; -1 where there is none. */
  readonly section: number;
  /** Octets of file, section or segment; -1 where there is none. */
  readonly length: number;
  /** FRQ, SRQ, SCQ, LSQ or AFQ; -1 where there is none. */
  readonly qualifier: number;
  readonly checksum: number;
  /** Files of a directory. */
  readonly entries: readonly FileEntry[];
}
export interface FileEntry {
  readonly address: number;
  readonly name: number;
  readonly length: number;
  /** LFD 0x20 last file, FOR 0x40 subdirectory, FA 0x80 transfer under way. */
  readonly status: number;
  readonly timeMs: number;
}
