/**
 * Steam boiler: energy and mass balance of a fire-tube boiler at its saturation line, burner by pressure, feed water by
 * drum level (Astrom and Bell, Drum-boiler dynamics, Automatica 36, 2000, second-order part).
 */
import { Motor, Valve } from '../actuator.ts';
import { STEP_S } from '../board.ts';
import { Loop } from '../pid.ts';
import type { Site, Unit } from '../site.ts';

const HOURS = STEP_S / 3600;
const BURNER_KW = 420;
/** kJ to raise the boiler by one bar around 6 bar. */
const STORED = 16_000;
const DRUM_M2 = 2.1;

export const steam = (site: Site): Unit => {
  const { shared: s, calendar } = site;
  const b = site.board({
    id: 'plc-steam',
    cell: 'boiler',
    family: 'modbus',
    program: 'BOILER_CTL',
    variants: {
      'pressure-up': 'malicious: the boiler is held 12 % above the set point, shown as if it were right',
      'lean-flame': 'malicious: the air is set too high, gas use rises by a tenth',
    },
  });
  const gasValue = site.wander(20 * 3600, 0.008);
  const scale = site.wearOf('B-701');
  /** State of the process; numbers as fields are changed in place, captured variables would be allocated each time. */
  const now = {
    level: 1.1,
    gas: 0,
    steamKgH: 0,
    feed: 0,
    flueC: 150,
    gasM3: 0,
    oxygen: 4,
  };

  const pt = b.measured('PT-701', 'boiler pressure', 'bar', 0, 12, 0.006, () => s.steamBar, {
    lagS: 1,
    calibrated: true,
  });
  const pressure = new Loop(b, {
    name: 'PIC-701',
    tuning: true,
    text: 'boiler pressure',
    pv: pt,
    sp: 6,
    spLow: 3,
    spHigh: 8,
    spResolution: 0.01,
    kp: 28,
    tiS: 260,
    start: 30,
    actual: () => burner.position,
  });
  const burner = site.valve(new Valve(pressure.out, 6, { slewPercentS: 4 }));
  const lt = b.measured('LT-701', 'drum level', 'm', 0, 2, 0.003, () => now.level + 0.0002 * (now.steamKgH - 120), {
    lagS: 2,
  });
  const levelLoop = new Loop(b, {
    name: 'LIC-701',
    text: 'drum level',
    pv: lt,
    sp: 1.1,
    spLow: 0.7,
    spHigh: 1.5,
    spResolution: 0.001,
    kp: 110,
    tiS: 400,
    start: 20,
    actual: () => pump.speed * 100,
  });
  const pump = site.motor(new Motor(levelLoop.out, 3));
  b.measured('FT-701', 'steam flow', 'kg/h', 0, 800, 0.8, () => now.steamKgH, { lagS: 2 });
  b.measured('FT-702', 'feed water flow', 'm3/h', 0, 2, 0.002, () => now.feed, { lagS: 1 });
  b.measured('FT-703', 'gas flow', 'm3/h', 0, 60, 0.06, () => now.gas, { lagS: 1, calibrated: true });
  b.measured('TT-702', 'flue gas temperature', 'degC', 0, 400, 0.3, () => now.flueC, { lagS: 10 });
  b.measured('AT-702', 'oxygen in the flue gas', '%', 0, 21, 0.03, () => now.oxygen, { lagS: 12 });
  b.measured('TT-703', 'feed water temperature', 'degC', 0, 120, 0.1, () => 60 + 0.4 * (s.rawC - 10), { lagS: 20 });
  const flame = b.flag('BS-701', 'flame', true);
  const run = b.command('B-701.CMD', 'burner: run', true);
  const highLimit = b.parameter('PAH-701.LIM', 'boiler pressure high alarm', 'bar', 4, 9, 7.2, 0.01);
  const high = b.flag('PAH-701', 'boiler pressure high', false);
  const lowWater = b.flag('LALL-701', 'drum level too low: burner off', false);
  const total = b.counter('FQ-703', 'gas used', 'm3', 210_480, 10);
  const starts = b.counter('B-701.STARTS', 'burner starts', '', 4_120);

  return {
    board: b,
    scan: () => {
      if (b.runs('pressure-up')) pt.put(pt.value / 1.12);
      levelLoop.scan();
      lowWater.put(lt.value < (lowWater.value === 1 ? 0.75 : 0.55) ? 1 : 0);
      high.put(pt.value > highLimit.value ? 1 : 0);
      // The burner goes off above the set point and on again below it, unless something forbids it.
      const off =
        s.trip.boiler || lowWater.value === 1 || pt.value > pressure.sp.value + (run.value === 1 ? 0.6 : -0.1);
      const wants = off ? 0 : 1;
      if (wants === 1 && run.value === 0) starts.put(starts.value + 1);
      run.put(wants);
      pressure.scan(wants === 1);
      flame.put(burner.position > 3 ? 1 : 0);
      total.put(210_480 + now.gasM3);
    },
    integrate: () => {
      burner.step();
      pump.step(s.mains);
      const fire = run.value === 1 && s.mains > 0.6 ? Math.max(0, burner.position) / 100 : 0;
      now.oxygen +=
        (STEP_S * ((fire > 0.03 ? 3.2 + 2.5 * (1 - fire) + (b.runs('lean-flame') ? 3 : 0) : 20.9) - now.oxygen)) / 20;
      const efficiency = 0.92 - 0.03 * fire - 0.08 * scale.value - (b.runs('lean-flame') ? 0.08 : 0);
      const kw = BURNER_KW * fire;
      now.gas = kw / (10.1 * (1 + gasValue.value));
      now.steamKgH =
        s.steamToPasteurKgH +
        s.steamToCipKgH +
        18 * Math.max(0, s.steamBar / 6) +
        Math.max(0, 15 - calendar.ambientC) * 3;
      s.steamBar = Math.max(
        0,
        s.steamBar +
          ((kw * efficiency * (1 + gasValue.value) - (now.steamKgH / 3600) * 2085 - now.feed * 240 * 0.42 - 4) /
            STORED) *
            STEP_S,
      );
      // The safety valve of the boiler opens by spring, whatever the controllers say.
      if (s.steamBar > 9) s.steamBar -= (s.steamBar - 9) * 0.2;
      now.feed = 0.9 * pump.speed * Math.sqrt(Math.max(0, s.headerBar) / 4);
      s.feedWaterM3h = now.feed;
      now.level += ((now.feed - now.steamKgH / 1000) * HOURS) / DRUM_M2;
      now.flueC += (STEP_S * (95 + 110 * fire + 60 * scale.value - now.flueC)) / 60;
      now.gasM3 += now.gas * HOURS;
      s.power.utility = 1.5 + 3 * fire;
    },
  };
};
