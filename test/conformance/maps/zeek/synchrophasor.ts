/** ICSNPP's synchrophasor logs: commands, headers, configurations, data, and one row per connection. */
import type { SynchrophasorMessage } from '../../../../src/decode/synchrophasor/index.ts';
import { type Cell, rowMap, type Seen, type SeenCapture } from '../../types.ts';

type M = Seen<SynchrophasorMessage>;
type Configuration = NonNullable<SynchrophasorMessage['configuration']>;
type Pmu = Configuration['pmus'][number];

const FRAME_TYPES = ['Data', 'Header', 'CFG1', 'CFG2', 'Command', 'CFG3'];
const COMMANDS: Record<number, string> = {
  1: 'Data off',
  2: 'Data on',
  3: 'Send HDR',
  4: 'Send CFG-1',
  5: 'Send CFG-2',
  6: 'Send CFG-3',
  8: 'Extended frame',
};
const HISTORY: Record<number, string> = { 1: 'd', 2: 'D', 3: 'h', 4: '1', 5: '2', 6: '3', 8: 'e' };

/** Zeek's doubles: six decimals, zeros at the end left out but one. */
const double = (n: number): string => {
  if (!Number.isFinite(n)) return Number.isNaN(n) ? 'nan' : n < 0 ? '-inf' : 'inf';
  return n.toFixed(6).replace(/(\.\d+?)0+$/, '$1');
};
/** The same number with fewer digits. */
const close = (ours: string, theirs: string): boolean =>
  Math.abs(Number(ours) - Number(theirs)) <= 1e-6 * Math.max(1, Math.abs(Number(theirs)));

const all = (capture: SeenCapture): readonly M[] => capture.of<SynchrophasorMessage>('synchrophasor');
const ofType = (capture: SeenCapture, ...types: readonly number[]): readonly M[] =>
  all(capture).filter((s) => types.includes(s.message.frameType));
const frameType = (s: M): string => FRAME_TYPES[s.message.frameType] ?? 'unknown';
const extension = (s: M): Cell => (s.message.extension.match(/../g) ?? []).map((x) => Number.parseInt(x, 16));

export const zeekSynchrophasorCmd = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'synchrophasor',
  log: 'synchrophasor_cmd',
  rows: (capture) => ofType(capture, 4),
  columns: {
    proto: (s) => s.carrier,
    frame_type: frameType,
    frame_size: (s) => s.message.frameSize,
    command: (s) => COMMANDS[s.message.command] ?? 'unknown',
    extframe: { value: extension, list: true },
  },
});

export const zeekSynchrophasorHdr = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'synchrophasor',
  log: 'synchrophasor_hdr',
  rows: (capture) => ofType(capture, 1),
  columns: {
    proto: (s) => s.carrier,
    frame_type: frameType,
    frame_size: (s) => s.message.frameSize,
    data: { value: (s) => s.message.text, whole: true },
  },
});

export const zeekSynchrophasorCfg = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'synchrophasor',
  log: 'synchrophasor_cfg',
  rows: (capture) => ofType(capture, 2, 3, 5),
  columns: {
    proto: (s) => s.carrier,
    frame_type: frameType,
    frame_size: (s) => s.message.frameSize,
    cont_idx: (s) => Math.max(0, s.message.contIdx),
    pmu_count_expected: (s) => s.message.configuration?.numPmu,
    pmu_count_actual: (s) => s.message.configuration?.pmus.length,
    data_rate: (s) => s.message.configuration?.dataRate,
  },
});

interface PmuRow {
  readonly seen: M;
  readonly pmu: Pmu;
  readonly index: number;
}
const bit = (mask: number) => (r: PmuRow) => r.pmu.phasorUnits.map((u) => (u.flags & mask) !== 0);
const isVersion3 = (r: PmuRow): boolean => r.seen.message.frameType === 5;
const list = (value: (r: PmuRow) => Cell) => ({ value, list: true });
const doubles = (value: (r: PmuRow) => readonly number[]) => ({
  value: (r: PmuRow) => value(r).map(double),
  list: true,
  same: close,
});
const one = (value: (r: PmuRow) => number) => ({ value: (r: PmuRow) => double(value(r)), same: close });

export const zeekSynchrophasorCfgDetail = rowMap<PmuRow>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'synchrophasor',
  log: 'synchrophasor_cfg_detail',
  rows: (capture) =>
    ofType(capture, 2, 3, 5).flatMap((seen) =>
      (seen.message.configuration?.pmus ?? []).map((pmu, index) => ({ seen, pmu, index })),
    ),
  columns: {
    proto: (r) => r.seen.carrier,
    frame_type: (r) => frameType(r.seen),
    pmu_idx: (r) => r.index,
    svc_class: (r) => r.pmu.serviceClass,
    station_name: { value: (r) => r.pmu.station, whole: true },
    data_source_id: (r) => r.pmu.idcode,
    global_pmuid: (r) => r.pmu.globalId,
    phasor_shape: (r) => (r.pmu.format & 1) !== 0,
    phasor_format: (r) => (r.pmu.format & 2) !== 0,
    analog_format: (r) => (r.pmu.format & 4) !== 0,
    freq_format: (r) => (r.pmu.format & 8) !== 0,
    phnmr: (r) => r.pmu.phasorNames.length,
    annmr: (r) => r.pmu.analogNames.length,
    dgnmr: (r) => r.pmu.digitals,
    phnam: list((r) => r.pmu.phasorNames),
    annam: list((r) => r.pmu.analogNames),
    dgnam: list((r) => r.pmu.digitalNames),
    // The plug-in reads the words of PHUNIT and ANUNIT from the other end: the unit as the lowest octet, the factor above.
    phasor_conv_phunit: list((r) => r.pmu.phasorUnits.map((u) => u.factor & 0xff)),
    phasor_conv_phvalue: list((r) => r.pmu.phasorUnits.map((u) => u.kind * 0x10000 + (u.factor >> 8))),
    phasor_conv_upsampled_interpolation: list(bit(0x0002)),
    phasor_conv_upsampled_extrapolation: list(bit(0x0004)),
    phasor_conv_downsampled_reselection: list(bit(0x0008)),
    phasor_conv_downsampled_fir_filter: list(bit(0x0010)),
    phasor_conv_downsampled_no_fir_filter: list(bit(0x0020)),
    phasor_conv_filtered_without_changing_sampling: list(bit(0x0040)),
    phasor_conv_calibration_mag_adj: list(bit(0x0080)),
    phasor_conv_calibration_phas_adj: list(bit(0x0100)),
    phasor_conv_rotation_phase_adj: list(bit(0x0200)),
    phasor_conv_pseudo_phasor_val: list(bit(0x0400)),
    phasor_conv_mod_appl: list(bit(0x8000)),
    phasor_conv_phasor_component: list((r) => r.pmu.phasorUnits.map((u) => u.component & 7)),
    phasor_conv_phasor_type: list((r) => r.pmu.phasorUnits.map((u) => isVersion3(r) && u.kind === 1)),
    phasor_conv_user_def: list((r) => r.pmu.phasorUnits.map((u) => u.user)),
    phasor_conv_scale_factor: doubles((r) => r.pmu.phasorUnits.map((u) => u.scale)),
    phasor_conv_angle_adj: doubles((r) => r.pmu.phasorUnits.map((u) => u.angle)),
    analog_conv_analog_flags: list((r) => r.pmu.analogUnits.map((u) => u.factor & 0xff)),
    analog_conv_user_defined_scaling: list((r) =>
      r.pmu.analogUnits.map((u) => u.kind * 0x10000 + ((u.factor & 0xffffff) >> 8)),
    ),
    analog_conv_mag_scale: doubles((r) => r.pmu.analogUnits.map((u) => u.scale)),
    analog_conv_offset: doubles((r) => r.pmu.analogUnits.map((u) => u.offset)),
    digital_conv_normal_status_mask: list((r) => r.pmu.digitalUnits.map((u) => u.normal)),
    digital_conv_valid_inputs_mask: list((r) => r.pmu.digitalUnits.map((u) => u.valid)),
    pmu_lat: one((r) => r.pmu.latitude),
    pmu_lon: one((r) => r.pmu.longitude),
    pmu_elev: one((r) => r.pmu.elevation),
    window: (r) => r.pmu.window,
    group_delay: (r) => r.pmu.groupDelay,
    fnom: (r) => r.pmu.fnom,
    cfgcnt: (r) => r.pmu.cfgcnt,
  },
});

/** Data frames that hold measurements: without a configuration the plug-in knows none. */
const measured = (capture: SeenCapture): readonly M[] => ofType(capture, 0);

export const zeekSynchrophasorData = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'synchrophasor',
  log: 'synchrophasor_data',
  rows: measured,
  columns: {
    proto: (s) => s.carrier,
    frame_type: frameType,
    frame_size: (s) => s.message.frameSize,
    pmu_count_expected: (s) => s.message.pmus.length,
    pmu_count_actual: (s) => s.message.pmus.length,
  },
});

interface DataRow {
  readonly seen: M;
  readonly data: SynchrophasorMessage['pmus'][number];
  readonly pmu: Pmu;
  readonly index: number;
}

/** The configuration a data frame was read with: the last one of its stream between the same two hosts. */
const dataRows = (capture: SeenCapture): DataRow[] => {
  const known = new Map<string, Configuration>();
  const out: DataRow[] = [];
  for (const seen of all(capture)) {
    const hosts = [seen.sender, seen.receiver].sort().join(' ');
    const key = `${hosts} ${seen.message.idcode}`;
    if (seen.message.configuration !== undefined) known.set(key, seen.message.configuration);
    const configuration = known.get(key);
    if (seen.message.frameType !== 0 || configuration === undefined) continue;
    seen.message.pmus.forEach((data, index) => {
      out.push({ seen, data, pmu: configuration.pmus[index]!, index });
    });
  }
  return out;
};

const half = (r: DataRow, odd: 0 | 1, polar: boolean): readonly string[] => {
  const fits = ((r.pmu.format & 1) !== 0) === polar;
  const isFloat = (r.pmu.format & 2) !== 0;
  return r.data.phasors
    .filter((_, i) => (i & 1) === odd)
    .map((n) => double(!fits ? 0 : isFloat || !polar || odd === 0 ? n : n / 10_000));
};
const stat = (shift: number, mask: number) => (r: DataRow) => (r.data.stat >> shift) & mask;
const flag = (shift: number) => (r: DataRow) => ((r.data.stat >> shift) & 1) === 1;
const halves = (odd: 0 | 1, polar: boolean) => ({
  value: (r: DataRow) => half(r, odd, polar),
  list: true,
  same: close,
});

export const zeekSynchrophasorDataDetail = rowMap<DataRow>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'synchrophasor',
  log: 'synchrophasor_data_detail',
  rows: dataRows,
  columns: {
    proto: (r) => r.seen.carrier,
    frame_type: (r) => frameType(r.seen),
    pmu_idx: (r) => r.index,
    trigger_reason: stat(0, 15),
    unlocked_time: stat(4, 3),
    pmu_time_quality: stat(6, 7),
    data_modified: flag(9),
    config_change: flag(10),
    pmu_trigger_pickup: flag(11),
    data_sorting_type: flag(12),
    pmu_sync_error: flag(13),
    data_error_indicator: stat(14, 3),
    est_rectangular_real: halves(0, false),
    est_rectangular_imaginary: halves(1, false),
    est_polar_magnitude: halves(0, true),
    est_polar_angle: halves(1, true),
    freq_dev_mhz: { value: (r) => double(r.data.freq), same: close },
    // As sent: in 16 bits it is in hundredths of Hz/s.
    rocof: { value: (r) => double(r.data.dfreq), same: close },
    analog_data: { value: (r) => r.data.analogs.map(double), list: true, same: close },
    digital: { value: (r) => r.data.digitals, list: true },
  },
});

interface Connection {
  readonly seen: M;
  readonly frames: M[];
}
const distinct = (values: readonly (number | undefined)[]): readonly number[] => [
  ...new Set(values.filter((v): v is number => v !== undefined)),
];

export const zeekSynchrophasor = rowMap<Connection>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'synchrophasor',
  log: 'synchrophasor',
  rows: (capture) => {
    const byFlow = new Map<number, Connection>();
    for (const seen of all(capture)) {
      const known = byFlow.get(seen.flow);
      if (known) known.frames.push(seen);
      else byFlow.set(seen.flow, { seen, frames: [seen] });
    }
    return [...byFlow.values()];
  },
  columns: {
    proto: (c) => c.seen.carrier,
    version: { value: (c) => distinct(c.frames.map((s) => s.message.version)), list: true },
    data_stream_id: { value: (c) => distinct(c.frames.map((s) => s.message.idcode)), list: true },
    history: (c) => c.frames.map((s) => HISTORY[s.message.command] ?? '').join(''),
    frame_size_min: (c) => Math.min(...c.frames.map((s) => s.message.frameSize)),
    frame_size_max: (c) => Math.max(...c.frames.map((s) => s.message.frameSize)),
    frame_size_tot: (c) => c.frames.reduce((sum, s) => sum + s.message.frameSize, 0),
    data_frame_count: (c) => c.frames.filter((s) => s.message.frameType === 0).length,
    data_rate: { value: (c) => distinct(c.frames.map((s) => s.message.configuration?.dataRate)), list: true },
  },
});
