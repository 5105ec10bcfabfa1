/**
 * F-parameters of PROFIsafe, which a controller writes to a safety submodule at start-up. The index of the record is the
 * maker's choice, but the record ends with a CRC over itself. Source: IEC 61784-3-3 section 8.1 (F-Parameters, F_Par_CRC);
 * the order of the CRC's input was confirmed on captures of three makers' devices.
 */
import { u16be, u32be } from '../../lib/bytes.ts';

/** F_Prm_Flag1 and 2, source, destination, watchdog time, perhaps F_iPar_CRC, then the CRC. */
const SHORT = 10;
const WITH_IPAR = 14;

/** The 16-bit CRC of PROFIsafe: polynomial 0x4eab, most significant bit first. */
const crc16 = (b: Uint8Array, start: number, end: number, init: number): number => {
  let crc = init;
  for (let i = start; i < end; i++) {
    crc ^= b[i]! << 8;
    for (let k = 0; k < 8; k++) crc = (crc & 0x8000) !== 0 ? ((crc << 1) ^ 0x4eab) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
};

export interface FParameters {
  /** SIL (bits 2 and 3 of F_Prm_Flag1): 0 SIL1, 1 SIL2, 2 SIL3, 3 no SIL. */
  readonly sil: number;
  readonly sourceAddress: number;
  readonly destinationAddress: number;
  /** Milliseconds. */
  readonly watchdogTime: number;
  /** CRC of the individual parameters; undefined where the record has none. */
  readonly iParCrc: number | undefined;
  /** Octets of the CRC behind the data of each cycle (F_CRC_Length, F_Par_Version): 2 in version 1, 3 or 4 since. */
  readonly crcOctets: number;
}

/** F-parameters when the record has their length, addresses and the right CRC; otherwise undefined. */
export const readFParameters = (b: Uint8Array): FParameters | undefined => {
  if (b.length !== SHORT && b.length !== WITH_IPAR) return undefined;
  const sourceAddress = u16be(b, 2);
  const destinationAddress = u16be(b, 4);
  const watchdogTime = u16be(b, 6);
  if (sourceAddress === 0 || destinationAddress === 0 || watchdogTime === 0) return undefined;
  // F_iPar_CRC goes first, although it stands behind the others.
  const seed = b.length === WITH_IPAR ? crc16(b, 8, 12, 0) : 0;
  if (crc16(b, 0, 8, seed) !== u16be(b, b.length - 2)) return undefined;
  return {
    sil: (b[0]! >> 2) & 3,
    sourceAddress,
    destinationAddress,
    watchdogTime,
    iParCrc: b.length === WITH_IPAR ? u32be(b, 8) : undefined,
    crcOctets: b[1]! >> 6 === 0 ? 2 : ((b[0]! >> 4) & 3) === 2 ? 4 : 3,
  };
};
