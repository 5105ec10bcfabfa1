/**
 * Configuration frames: which channels a data frame holds. Source: IEEE C37.118.2-2011 section 6.4 (CFG-1, CFG-2) and 6.5
 * (CFG-3).
 */
import { ascii, f32be, hex, u16be, u32be, utf8 } from '../../lib/bytes.ts';

/** FORMAT word. */
export const FORMAT = { POLAR: 1, PHASOR_FLOAT: 2, ANALOG_FLOAT: 4, FREQ_FLOAT: 8 } as const;

/** PMUs of one stream; a configuration that claims more is refused. */
export const MAX_PMUS = 1024;
/** Channel names of one configuration frame, all PMUs together. */
const MAX_NAMES = 16_384;

/** PHUNIT (CFG-1, -2) or PHSCALE (CFG-3). */
export interface PhasorUnit {
  /** 0 voltage, 1 current. */
  readonly kind: number;
  /** PHUNIT: units of 10^-5 V or A per bit of 16-bit phasors; 0 with PHSCALE. */
  readonly factor: number;
  /** PHSCALE: modifications applied (16 bits), phasor type and user octets, scale and angle offset; 0 with PHUNIT. */
  readonly flags: number;
  readonly component: number;
  readonly user: number;
  readonly scale: number;
  readonly angle: number;
}
/** ANUNIT (CFG-1, -2) or ANSCALE (CFG-3). */
export interface AnalogUnit {
  /** 0 single point on wave, 1 RMS, 2 peak; 5..64 reserved, 65..255 user defined; 0 with ANSCALE. */
  readonly kind: number;
  /** ANUNIT: signed 24 bits, user's scaling; 0 with ANSCALE. */
  readonly factor: number;
  readonly scale: number;
  readonly offset: number;
}
export interface DigitalUnit {
  readonly normal: number;
  readonly valid: number;
}

export interface PmuConfiguration {
  readonly station: string;
  readonly idcode: number;
  /** CFG-3: 16 octets as hexadecimal; '' elsewhere. */
  readonly globalId: string;
  readonly format: number;
  readonly phasorNames: readonly string[];
  readonly analogNames: readonly string[];
  /** 16 labels for each digital status word. */
  readonly digitalNames: readonly string[];
  readonly digitals: number;
  readonly phasorUnits: readonly PhasorUnit[];
  readonly analogUnits: readonly AnalogUnit[];
  readonly digitalUnits: readonly DigitalUnit[];
  /** CFG-3; degrees and metres, infinite where unspecified. 0 elsewhere. */
  readonly latitude: number;
  readonly longitude: number;
  readonly elevation: number;
  /** CFG-3: `M` or `P`; '' elsewhere. */
  readonly serviceClass: string;
  /** CFG-3, microseconds. */
  readonly window: number;
  readonly groupDelay: number;
  /** Bit 0: 1 is 50 Hz, 0 is 60 Hz. */
  readonly fnom: number;
  readonly cfgcnt: number;
  /** Octets of this PMU in a data frame. */
  readonly octets: number;
}

export interface Configuration {
  /** Resolution of the fraction of second. */
  readonly timeBase: number;
  /** NUM_PMU as sent. */
  readonly numPmu: number;
  readonly pmus: readonly PmuConfiguration[];
  /** Frames a second; negative: seconds per frame. */
  readonly dataRate: number;
}

/** Nominal frequency in Hz. */
export const nominalOf = (pmu: PmuConfiguration): number => ((pmu.fnom & 1) === 1 ? 50 : 60);

const octetsOf = (format: number, phasors: number, analogs: number, digitals: number): number =>
  2 +
  phasors * ((format & FORMAT.PHASOR_FLOAT) !== 0 ? 8 : 4) +
  ((format & FORMAT.FREQ_FLOAT) !== 0 ? 8 : 4) +
  analogs * ((format & FORMAT.ANALOG_FLOAT) !== 0 ? 4 : 2) +
  digitals * 2;

/** Names of 16 octets are padded with blanks (and, against the standard, zeros). */
const fixedName = (b: Uint8Array, o: number): string => {
  let end = o + 16;
  while (end > o && (b[end - 1] === 0x20 || b[end - 1] === 0)) end--;
  return ascii(b, o, end);
};

let at = 0;
let left = 0;

const fixedNames = (b: Uint8Array, count: number): string[] => {
  const out: string[] = [];
  for (let i = 0; i < count; i++, at += 16) out.push(fixedName(b, at));
  return out;
};

const i24 = (word: number): number => (word << 8) >> 8;

const phasorUnit = (word: number): PhasorUnit => ({
  kind: word >>> 24,
  factor: word & 0xffffff,
  flags: 0,
  component: 0,
  user: 0,
  scale: 0,
  angle: 0,
});

/** One PMU of CFG-1 or CFG-2 at `at`; undefined when the frame ends before it does. */
const fixedPmu = (b: Uint8Array, end: number): PmuConfiguration | undefined => {
  if (at + 26 > end) return undefined;
  const station = fixedName(b, at);
  const idcode = u16be(b, at + 16);
  const format = u16be(b, at + 18);
  const phasors = u16be(b, at + 20);
  const analogs = u16be(b, at + 22);
  const digitals = u16be(b, at + 24);
  at += 26;
  const names = phasors + analogs + 16 * digitals;
  left -= names;
  if (left < 0 || at + 16 * names + 4 * (phasors + analogs + digitals) + 4 > end) return undefined;
  const phasorNames = fixedNames(b, phasors);
  const analogNames = fixedNames(b, analogs);
  const digitalNames = fixedNames(b, 16 * digitals);
  const phasorUnits: PhasorUnit[] = [];
  for (let i = 0; i < phasors; i++, at += 4) phasorUnits.push(phasorUnit(u32be(b, at)));
  const analogUnits: AnalogUnit[] = [];
  for (let i = 0; i < analogs; i++, at += 4)
    analogUnits.push({ kind: b[at]!, factor: i24(u32be(b, at) & 0xffffff), scale: 0, offset: 0 });
  const digitalUnits = masks(b, digitals);
  at += 4;
  return {
    station,
    idcode,
    globalId: '',
    format,
    phasorNames,
    analogNames,
    digitalNames,
    digitals,
    phasorUnits,
    analogUnits,
    digitalUnits,
    latitude: 0,
    longitude: 0,
    elevation: 0,
    serviceClass: '',
    window: 0,
    groupDelay: 0,
    fnom: u16be(b, at - 4),
    cfgcnt: u16be(b, at - 2),
    octets: octetsOf(format, phasors, analogs, digitals),
  };
};

const masks = (b: Uint8Array, count: number): DigitalUnit[] => {
  const out: DigitalUnit[] = [];
  for (let i = 0; i < count; i++, at += 4) out.push({ normal: u16be(b, at), valid: u16be(b, at + 2) });
  return out;
};

/** Names of CFG-3: one octet of length, then UTF-8. */
const shortName = (b: Uint8Array, end: number): string | undefined => {
  if (at >= end || at + 1 + b[at]! > end) return undefined;
  const text = utf8(b, at + 1, at + 1 + b[at]!).trim();
  at += 1 + b[at]!;
  return text;
};
const shortNames = (b: Uint8Array, count: number, end: number): string[] | undefined => {
  const out: string[] = [];
  for (let i = 0; i < count; i++) {
    const name = shortName(b, end);
    if (name === undefined || left-- <= 0) return undefined;
    out.push(name);
  }
  return out;
};

/** One PMU of CFG-3 at `at`. */
const variablePmu = (b: Uint8Array, end: number): PmuConfiguration | undefined => {
  const station = shortName(b, end);
  if (station === undefined || at + 26 > end) return undefined;
  const idcode = u16be(b, at);
  const globalId = hex(b, at + 2, at + 18);
  const format = u16be(b, at + 18);
  const phasors = u16be(b, at + 20);
  const analogs = u16be(b, at + 22);
  const digitals = u16be(b, at + 24);
  at += 26;
  const phasorNames = shortNames(b, phasors, end);
  const analogNames = shortNames(b, analogs, end);
  const digitalNames = shortNames(b, 16 * digitals, end);
  if (phasorNames === undefined || analogNames === undefined || digitalNames === undefined) return undefined;
  if (at + 12 * phasors + 8 * analogs + 4 * digitals + 25 > end) return undefined;
  const phasorUnits: PhasorUnit[] = [];
  for (let i = 0; i < phasors; i++, at += 12)
    phasorUnits.push({
      kind: (b[at + 2]! >> 3) & 1,
      factor: 0,
      flags: u16be(b, at),
      component: b[at + 2]!,
      user: b[at + 3]!,
      scale: f32be(b, at + 4),
      angle: f32be(b, at + 8),
    });
  const analogUnits: AnalogUnit[] = [];
  for (let i = 0; i < analogs; i++, at += 8)
    analogUnits.push({ kind: 0, factor: 0, scale: f32be(b, at), offset: f32be(b, at + 4) });
  const digitalUnits = masks(b, digitals);
  const p = at;
  at += 25;
  return {
    station,
    idcode,
    globalId,
    format,
    phasorNames,
    analogNames,
    digitalNames,
    digitals,
    phasorUnits,
    analogUnits,
    digitalUnits,
    latitude: f32be(b, p),
    longitude: f32be(b, p + 4),
    elevation: f32be(b, p + 8),
    serviceClass: ascii(b, p + 12, p + 13),
    window: u32be(b, p + 13),
    groupDelay: u32be(b, p + 17),
    fnom: u16be(b, p + 21),
    cfgcnt: u16be(b, p + 23),
    octets: octetsOf(format, phasors, analogs, digitals),
  };
};

/**
 * The body of a configuration frame `start`..`end` (from TIME_BASE on, CHK excluded); `version3` for CFG-3. Undefined when
 * it contradicts itself.
 */
export const readConfiguration = (
  b: Uint8Array,
  start: number,
  end: number,
  version3: boolean,
): Configuration | undefined => {
  if (start + 8 > end) return undefined;
  const timeBase = u32be(b, start) & 0xffffff;
  const numPmu = u16be(b, start + 4);
  at = start + 6;
  left = MAX_NAMES;
  if (numPmu > MAX_PMUS) return undefined;
  const pmus: PmuConfiguration[] = [];
  for (let i = 0; i < numPmu; i++) {
    const pmu = version3 ? variablePmu(b, end) : fixedPmu(b, end);
    if (pmu === undefined) return undefined;
    pmus.push(pmu);
  }
  if (at + 2 > end) return undefined;
  return { timeBase, numPmu, pmus, dataRate: (u16be(b, at) << 16) >> 16 };
};
