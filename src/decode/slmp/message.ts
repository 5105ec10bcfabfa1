/** One SLMP or MC protocol message, whatever frame it came in. */
import type { Message } from '../../core/decoder.ts';

export type SlmpFrame = '1E' | '3E' | '4E' | '6E';

export interface SlmpMessage extends Message {
  /** `6E`: the frame with extended station numbers of CC-Link IE TSN. */
  readonly frame: SlmpFrame;
  readonly ascii: boolean;
  readonly response: boolean;
  /** Of 4E and 6E frames; -1 in others. */
  readonly serial: number;
  readonly network: number;
  readonly station: number;
  /** Request destination module I/O number: 0x03FF is the CPU of the station. */
  readonly module: number;
  readonly multidrop: number;
  /** Monitoring timer in units of 250 ms; -1 in answers. */
  readonly timer: number;
  /** -1 in requests; 0 is success. */
  readonly endCode: number;
  /** -1 in answers, which do not repeat it (6E frames and errors do). 1E: the subheader. */
  readonly command: number;
  readonly subcommand: number;
  /** Octets behind the header as sent (of 1E in ASCII coding: in binary); credentials blanked, empty there. */
  readonly data: Uint8Array;
  readonly detail: SlmpDetail | undefined;
  readonly defect: '' | 'length';
}

export interface SlmpPoint {
  readonly code: number;
  readonly number: number;
}

export interface SlmpBlock {
  readonly point: SlmpPoint;
  readonly count: number;
  /** Bits (one number each) or words. */
  readonly bits: boolean;
}

export type SlmpDetail =
  /** Batch read and write; values empty in reads. */
  | { readonly kind: 'range'; readonly block: SlmpBlock; readonly values: readonly number[] }
  /** Several ranges: blocks. */
  | { readonly kind: 'blocks'; readonly blocks: readonly SlmpBlock[]; readonly values: readonly (readonly number[])[] }
  /** Single points: words, double words, bits; values empty in reads. */
  | {
      readonly kind: 'random';
      readonly words: readonly SlmpPoint[];
      readonly doubles: readonly SlmpPoint[];
      readonly bits: readonly SlmpPoint[];
      readonly values: readonly number[];
    }
  | { readonly kind: 'memory'; readonly address: number; readonly count: number; readonly module: number }
  | { readonly kind: 'mode'; readonly force: boolean; readonly clear: number }
  | { readonly kind: 'password'; readonly password: '(masked)' }
  | { readonly kind: 'labels'; readonly names: readonly string[] }
  | { readonly kind: 'file'; readonly name: string; readonly handle: number }
  | {
      readonly kind: 'node';
      readonly mac: string;
      readonly ip: string;
      readonly netmask: string;
      readonly gateway: string;
      readonly hostname: string;
      readonly vendorCode: number;
      readonly modelCode: number;
      readonly version: number;
    }
  | {
      readonly kind: 'cyclic';
      readonly master: string;
      readonly group: number;
      readonly sequence: number;
      readonly slaves: readonly string[];
    };
