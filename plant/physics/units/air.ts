/**
 * Compressed air: two compressors load and unload between two pressures, the second one helps. The receiver follows the
 * ideal gas law; polytropic work of compression (Compressed Air and Gas Institute Handbook, 2016, chapter 8).
 */
import { Motor } from '../actuator.ts';
import { STEP_S } from '../board.ts';
import type { Site, Unit } from '../site.ts';

const RECEIVER_M3 = 3;
const GIVES_M3MIN = 6;

export const air = (site: Site): Unit => {
  const { shared: s, calendar } = site;
  const b = site.board({
    id: 'plc-air',
    cell: 'compressed-air',
    family: 'profinet',
    program: 'AIR_OB1',
    variants: { 'never-unload': 'malicious: the compressors do not unload, the receiver goes to its safety valve' },
  });
  const use = site.wander(120, 0.12);
  const leak = site.wearOf('LEAK-1401');
  const wear = site.wearOf('C-1401');
  /** State of the process; numbers as fields are changed in place, captured variables would be allocated each time. */
  const now = {
    oilC: 60,
    dew: 3,
    flow: 3,
    loadedS: 0,
  };

  const pt = b.measured('PT-1401', 'receiver pressure', 'bar', 0, 12, 0.006, () => s.airBar, {
    lagS: 1,
    calibrated: true,
  });
  b.measured('FT-1401', 'air used', 'm3/min', 0, 20, 0.03, () => now.flow, { lagS: 2 });
  const load = b.setPoint('PIC-1401.LOAD', 'load below', 'bar', 4, 8, 6.7, 0.01, { loop: 'PT-1401' });
  const unload = b.setPoint('PIC-1401.UNLOAD', 'unload above', 'bar', 4.5, 9, 7.4, 0.01, { loop: 'PT-1401' });
  const helps = b.setPoint('PIC-1402.LOAD', 'second compressor helps below', 'bar', 4, 8, 6.3, 0.01);
  const commands = [
    b.command('C-1401.CMD', 'compressor 1: load', true),
    b.command('C-1402.CMD', 'compressor 2: load', false),
  ];
  const motors = commands.map((c) => site.motor(new Motor(c, 2)));
  motors.forEach((m, i) => {
    b.measured(`C-140${i + 1}.I`, `compressor ${i + 1}: motor current`, 'A', 0, 100, 0.15, () =>
      s.mains < 0.5
        ? 0
        : i === 0
          ? 17 + (31 + 2 * (s.airBar - 7) + 5 * wear.value) * m.speed
          : m.speed < 0.02
            ? 0
            : 12 + 33 * m.speed,
    );
  });
  b.measured('TT-1401', 'oil temperature', 'degC', 0, 140, 0.15, () => now.oilC, { lagS: 8 });
  b.measured('AT-1401', 'dew point', 'degC', -40, 30, 0.08, () => now.dew, { lagS: 30 });
  b.measured(
    'C-1401.VIB',
    'compressor 1: vibration',
    'mm/s',
    0,
    20,
    0.05,
    () => 1.1 + motors[0]!.speed * (1.2 + 5 * wear.value),
    { lagS: 2 },
  );
  const hours = b.counter('C-1401.HOURS', 'compressor 1: hours loaded', 'h', 21_400, 100);
  const highLimit = b.parameter('PAH-1401.LIM', 'receiver pressure high alarm', 'bar', 6, 10, 8.2, 0.01);
  const high = b.flag('PAH-1401', 'receiver pressure high', false);

  return {
    board: b,
    scan: () => {
      if (pt.value < load.value) commands[0]!.put(1);
      else if (pt.value > unload.value && !b.runs('never-unload')) commands[0]!.put(0);
      if (pt.value < helps.value) commands[1]!.put(1);
      else if (pt.value > unload.value - 0.2 && !b.runs('never-unload')) commands[1]!.put(0);
      high.put(pt.value > highLimit.value ? 1 : 0);
      hours.put(21_400 + now.loadedS / 3600);
    },
    integrate: () => {
      for (const m of motors) m.step(s.mains);
      const line = s.filledPerMinute + s.cappedPerMinute + s.packedPerMinute;
      const wants = 0.9 + 0.0045 * line + (s.cipRuns ? 0.5 : 0) + 2.5 * leak.value + use.value;
      now.flow = Math.max(0.2, wants) * Math.min(1.2, s.airBar / 6.8);
      const given = GIVES_M3MIN * (motors[0]!.speed + 0.8 * motors[1]!.speed) * (1 - 0.05 * wear.value);
      s.airBar += (((given - now.flow) / 60) * STEP_S * 1.013) / RECEIVER_M3;
      if (s.airBar > 9.5) s.airBar -= (s.airBar - 9.5) * 0.3;
      if (s.airBar < 0) s.airBar = 0;
      now.oilC += (STEP_S * (48 + 0.5 * calendar.ambientC + 24 * motors[0]!.speed + 16 * wear.value - now.oilC)) / 240;
      now.dew += (STEP_S * (2.2 + 0.09 * (calendar.ambientC - 10) + 0.25 * now.flow - now.dew)) / 600;
      if (motors[0]!.speed > 0.5) now.loadedS += STEP_S;
      const mains = s.mains > 0.5 ? 1 : 0;
      s.power.utility += mains * (9 + (20 + 3 * wear.value) * motors[0]!.speed) + 22 * motors[1]!.speed;
    },
  };
};
