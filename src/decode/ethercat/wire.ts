/**
 * EtherCAT frames: octets to datagrams. Source: IEC 61158-4-12 section 5 (EtherCAT DLPDU), ETG.1000.4. All numbers are
 * little-endian. A frame passes through every slave and comes back: the working counter says how many did something.
 */
import type { Probe } from '../../core/decoder.ts';
import { u16le, u32le } from '../../lib/bytes.ts';
import { OctetSlab } from '../shared/octet-slab.ts';
import { OctetWriter } from '../shared/octet-writer.ts';

export const ETHERTYPE = 0x88a4;
/** UDP port of EtherCAT behind routers. */
export const PORT = 0x88a4;
/** More datagrams do not fit into an Ethernet frame; what comes behind is `malformed`. */
export const MAX_DATAGRAMS = 128;
/** Command, index, address, length, interrupt. */
const HEADER = 10;
const SLAB_OCTETS = 64 * 1024;

/** Commands (5.4.1.2). */
export const CMD = {
  NOP: 0,
  APRD: 1,
  APWR: 2,
  APRW: 3,
  FPRD: 4,
  FPWR: 5,
  FPRW: 6,
  BRD: 7,
  BWR: 8,
  BRW: 9,
  LRD: 10,
  LWR: 11,
  LRW: 12,
  ARMW: 13,
  FRMW: 14,
} as const;
export const COMMANDS: readonly string[] = [
  'NOP',
  'APRD',
  'APWR',
  'APRW',
  'FPRD',
  'FPWR',
  'FPRW',
  'BRD',
  'BWR',
  'BRW',
  'LRD',
  'LWR',
  'LRW',
  'ARMW',
  'FRMW',
];

export interface Datagram {
  readonly command: number;
  readonly index: number;
  /** Position (minus), station or broadcast address; -1 where the address is logical. */
  readonly adp: number;
  /** Register or memory offset in the slave; -1 where the address is logical. */
  readonly ado: number;
  /** Logical address; -1 elsewhere. */
  readonly logical: number;
  readonly length: number;
  readonly circulating: boolean;
  readonly interrupt: number;
  readonly data: Uint8Array;
  readonly workingCounter: number;
}

export interface EcatMessage {
  readonly type: 'EtherCAT datagrams' | 'EtherCAT network variables' | 'EtherCAT mailbox gateway' | 'EtherCAT frame';
  /** 1 datagrams, 4 network variables, 5 mailbox. */
  readonly frameType: number;
  readonly datagrams: readonly Datagram[];
  /** A slave has worked on it: the frame is on its way back. */
  readonly isProcessed: boolean;
  /** Only what comes in every cycle: logical data, broadcast status, distribution of time. */
  readonly isCyclic: boolean;
}

const isLogical = (command: number): boolean => command >= CMD.LRD && command <= CMD.LRW;
/** Registers of every cycle: AL status, system time. */
const isCyclicRegister = (command: number, ado: number): boolean =>
  (command === CMD.BRD && (ado === 0x0130 || ado === 0x0300)) ||
  ((command === CMD.FRMW || command === CMD.ARMW || command === CMD.FPRD) && ado >= 0x0900 && ado < 0x0930);

const slab = new OctetSlab(SLAB_OCTETS);

/** Frame header and first datagram are consistent. `sure` where both agree on a length; EtherType or port are a hint. */
export const probeEcat = (b: Uint8Array, start: number, end: number): Probe => {
  if (end - start < 2) return 'no';
  const head = u16le(b, start);
  const length = head & 0x7ff;
  const type = head >> 12;
  if (start + 2 + length > end || (type !== 1 && type !== 4 && type !== 5)) return 'no';
  if (type !== 1) return 'maybe';
  if (length < HEADER + 2 || b[start + 2]! > CMD.FRMW) return 'no';
  const size = u16le(b, start + 8) & 0x7ff;
  return HEADER + size + 2 <= length ? 'maybe' : 'no';
};

/** Why a frame could not be read; constant strings. */
export type EcatFault = 'ethercat.short' | 'ethercat.length' | 'ethercat.command' | 'ethercat.datagram';

const NONE: readonly Datagram[] = [];

/** A frame from its header on; octets behind its length are padding. */
export const decodeEcat = (b: Uint8Array, start: number, end: number): EcatMessage | EcatFault => {
  if (end - start < 2) return 'ethercat.short';
  const head = u16le(b, start);
  const frameType = head >> 12;
  const stop = start + 2 + (head & 0x7ff);
  if (stop > end) return 'ethercat.length';
  if (frameType !== 1) {
    const type =
      frameType === 4 ? 'EtherCAT network variables' : frameType === 5 ? 'EtherCAT mailbox gateway' : 'EtherCAT frame';
    return { type, frameType, datagrams: NONE, isProcessed: false, isCyclic: false };
  }
  const datagrams: Datagram[] = [];
  let isProcessed = false;
  let isCyclic = true;
  let o = start + 2;
  for (let more = true; more; ) {
    if (o + HEADER + 2 > stop || datagrams.length >= MAX_DATAGRAMS) return 'ethercat.datagram';
    const command = b[o]!;
    if (command > CMD.FRMW) return 'ethercat.command';
    const field = u16le(b, o + 6);
    const length = field & 0x7ff;
    const from = o + HEADER;
    if (from + length + 2 > stop) return 'ethercat.datagram';
    const logical = isLogical(command);
    const ado = logical ? -1 : u16le(b, o + 4);
    const workingCounter = u16le(b, from + length);
    if (workingCounter > 0) isProcessed = true;
    if (!logical && command !== CMD.NOP && !isCyclicRegister(command, ado)) isCyclic = false;
    datagrams.push({
      command,
      index: b[o + 1]!,
      adp: logical ? -1 : u16le(b, o + 2),
      ado,
      logical: logical ? u32le(b, o + 2) : -1,
      length,
      circulating: (field & 0x4000) !== 0,
      interrupt: u16le(b, o + 8),
      data: slab.copy(b, from, from + length),
      workingCounter,
    });
    more = (field & 0x8000) !== 0;
    o = from + length + 2;
  }
  return { type: 'EtherCAT datagrams', frameType, datagrams, isProcessed, isCyclic };
};

/** Equal for a frame and its return: command, index and offset of each datagram; slaves change the position they count. */
export const keyOf = (m: EcatMessage): number => {
  let h = m.datagrams.length;
  for (const d of m.datagrams)
    h = (Math.imul(h, 31) + d.command * 65536 + d.index * 256 + (d.ado < 0 ? d.logical : d.ado)) | 0;
  return h;
};

export interface EcatFields {
  readonly command: number;
  readonly index?: number;
  readonly adp?: number;
  readonly ado?: number;
  readonly logical?: number;
  readonly data: ArrayLike<number>;
  readonly workingCounter?: number;
}
/** A frame of datagrams. */
export const encodeEcat = (datagrams: readonly EcatFields[]): Uint8Array => {
  const body = new OctetWriter();
  datagrams.forEach((d, i) => {
    body.u8(d.command, d.index ?? 0);
    if (d.logical !== undefined) body.u32le(d.logical);
    else body.u16le(d.adp ?? 0).u16le(d.ado ?? 0);
    body
      .u16le(d.data.length | (i < datagrams.length - 1 ? 0x8000 : 0))
      .u16le(0)
      .bytes(d.data)
      .u16le(d.workingCounter ?? 0);
  });
  const octets = body.done();
  return new OctetWriter()
    .u16le(octets.length | 0x1000)
    .bytes(octets)
    .done();
};
