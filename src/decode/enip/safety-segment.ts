/**
 * The safety network segment of a Forward Open: what both ends of a CIP Safety connection must agree on before it runs. Process data of
 * such a connection carries time stamps and checksums of its own and is not judged. Source: The CIP Networks Library Volume 5 (CIP
 * Safety), section 2-4.7; the layout was confirmed with tshark.
 */
import { hex, u16le, u32le } from '../../lib/bytes.ts';

export interface SafetySegment {
  /** 0 target, 1 router, 2 extended. Of a router's format nothing more is read. */
  readonly format: number;
  /** Configuration signature (SCCRC) and its date (SCTS, 6 octets in hexadecimal); 0 and zeros: not checked. */
  readonly configurationCrc: number;
  readonly configurationTimestamp: string;
  /** Unique node ids: safety network number (6 octets) and node address (4), in hexadecimal as on the wire. */
  readonly target: string;
  readonly originator: string;
  /** Microseconds. */
  readonly timeCorrectionEpiUs: number;
  readonly pingIntervalMultiplier: number;
  readonly timeCoordinationMultiplier: number;
  /** Microseconds that data may be old: network time expectation, in units of 128 us on the wire. */
  readonly expectedUs: number;
  readonly timeoutMultiplier: number;
  readonly maxConsumers: number;
  /** -1 where the format has none. */
  readonly maxFaults: number;
  /** CRC over the parameters of the connection. */
  readonly parametersCrc: number;
  readonly timeCorrectionId: number;
}

const TARGET = 0;
const EXTENDED = 2;
const TARGET_OCTETS = 54;
const EXTENDED_OCTETS = 60;
const UNIT_US = 128;

/** The segment's data in `start`..`end` (behind type and length); undefined when its format is not known or it is cut. */
export const readSafety = (b: Uint8Array, start: number, end: number): SafetySegment | undefined => {
  const format = b[start];
  const isExtended = format === EXTENDED;
  if (format !== TARGET && !isExtended) return undefined;
  if (end - start < (isExtended ? EXTENDED_OCTETS : TARGET_OCTETS)) return undefined;
  const tail = start + 46 + (isExtended ? 2 : 0);
  return {
    format,
    configurationCrc: u32le(b, start + 2),
    configurationTimestamp: hex(b, start + 6, start + 12),
    timeCorrectionEpiUs: u32le(b, start + 12),
    target: hex(b, start + 18, start + 28),
    originator: hex(b, start + 28, start + 38),
    pingIntervalMultiplier: u16le(b, start + 38),
    timeCoordinationMultiplier: u16le(b, start + 40),
    expectedUs: u16le(b, start + 42) * UNIT_US,
    timeoutMultiplier: b[start + 44]!,
    maxConsumers: b[start + 45]!,
    maxFaults: isExtended ? u16le(b, start + 46) : -1,
    parametersCrc: u32le(b, tail),
    timeCorrectionId: u32le(b, tail + 4),
  };
};
