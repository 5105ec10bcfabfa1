/**
 * Treated water: tank, booster pump and header to the consumers. The level controller asks the filters for flow, the
 * pressure controller turns the booster; header pressure is the pump curve less friction (affinity laws, Karassik 2.3).
 * Who draws: process, cleaning, boiler, filter wash and the offices and neighbours with their mornings and evenings.
 */
import { Motor } from '../actuator.ts';
import { STEP_S } from '../board.ts';
import { Loop } from '../pid.ts';
import type { Site, Unit } from '../site.ts';

const AREA_M2 = 11;
const HEIGHT_M = 4;
const HOURS = STEP_S / 3600;

export const distribution = (site: Site): Unit => {
  const { shared: s, calendar } = site;
  const b = site.board({
    id: 'plc-distribution',
    cell: 'distribution',
    family: 'modbus',
    program: 'DISTRIB_MAIN',
    variants: {
      'pressure-swing': 'malicious: the booster swings +-20 % every 16 s (water hammer)',
      'level-blind': 'malicious: the level controller holds its output, the tank drifts empty or over',
    },
  });
  const taste = site.wander(900, 0.45);
  const slow = site.wander(6 * 3600, 0.4);
  const wear = site.wearOf('P-401');
  const leak = site.wearOf('LEAK-401');
  /** State of the process; numbers as fields are changed in place, captured variables would be allocated each time. */
  const now = {
    flow: 12,
    outM3: 0,
    bearingC: 32,
    _overflowM3: 0,
    wave: 0,
  };

  const level = b.measured('LT-401', 'treated water tank level', 'm', 0, 4, 0.003, () => s.treatedLevelM, {
    lagS: 2,
    calibrated: true,
  });
  const levelLoop = new Loop(b, {
    name: 'LIC-401',
    tuning: true,
    text: 'treated water tank level',
    pv: level,
    sp: 2.6,
    spLow: 1,
    spHigh: 3.6,
    spResolution: 0.001,
    kp: 60,
    tiS: 2400,
    start: 45,
    actual: () => s.filterDemandM3h / 0.3,
  });
  b.measured('FT-401', 'water to the header', 'm3/h', 0, 80, 0.12, () => now.flow, { lagS: 1, calibrated: true });
  b.measured('FT-402', 'water to offices and neighbours', 'm3/h', 0, 40, 0.06, () => s.townM3h, { lagS: 1 });
  const pt = b.measured('PT-401', 'header pressure', 'bar', 0, 8, 0.008, () => s.headerBar, {
    lagS: 0.5,
    calibrated: true,
  });
  const pressure = new Loop(b, {
    name: 'PIC-401',
    tuning: true,
    text: 'header pressure',
    pv: pt,
    sp: 4,
    spLow: 2,
    spHigh: 5.5,
    spResolution: 0.01,
    kp: 5,
    tiS: 7,
    start: 75,
    low: 25,
    actual: () => pump.speed * 100,
  });
  const pump = site.motor(new Motor(pressure.out, 2));
  const running = b.flag('P-401.RUN', 'booster runs', true);
  b.measured('P-401.I', 'booster: motor current', 'A', 0, 50, 0.08, () =>
    pump.speed < 0.03 ? 0 : 4 + (14 + 4 * wear.value) * pump.speed ** 3 + 0.14 * now.flow,
  );
  b.measured('P-401.VIB', 'booster: vibration', 'mm/s', 0, 20, 0.04, () => pump.speed * (1.4 + 4.5 * wear.value), {
    lagS: 2,
  });
  b.measured('P-401.TEMP', 'booster: bearing temperature', 'degC', -10, 150, 0.12, () => now.bearingC, { lagS: 5 });
  b.measured('TT-401', 'treated water temperature', 'degC', 0, 40, 0.04, () => s.rawC + 0.6, { lagS: 30 });
  const lowLow = b.parameter('LALL-401.LIM', 'booster stops below', 'm', 0, 2, 0.4, 0.001);
  const dry = b.flag('LALL-401', 'treated water too low: booster stopped', false);
  const high = b.flag('LAH-401', 'treated water tank: level high', false);
  const total = b.counter('FQ-401', 'water to the header', 'm3', 371_004, 10);

  return {
    board: b,
    scan: () => {
      now.wave += STEP_S;
      if (!b.runs('level-blind')) levelLoop.scan();
      dry.put(level.value < lowLow.value + (dry.value === 1 ? 0.3 : 0) ? 1 : 0);
      high.put(level.value > 3.7 ? 1 : 0);
      pressure.scan(dry.value === 0);
      if (b.runs('pressure-swing') && dry.value === 0)
        pressure.out.put(pressure.out.value + 20 * Math.sin((2 * Math.PI * now.wave) / 16));
      running.put(pump.speed > 0.05 ? 1 : 0);
      total.put(371_004 + now.outM3);
    },
    integrate: () => {
      pump.step(s.mains);
      // A pump that asks is heard over the plant network; the valve of level-high closes the way in.
      s.filterDemandM3h = high.value === 1 ? 0 : levelLoop.out.value * 0.3;
      const h = calendar.hour;
      const day = 2.2 + 3 * Math.exp(-((h - 7.3) ** 2) / 5) + 2.4 * Math.exp(-((h - 18.8) ** 2) / 7);
      const weekend = calendar.weekday >= 5 ? 0.75 : 1;
      const wants = Math.max(0.4, (day * weekend + taste.value + slow.value) * s.demandFactor);
      const strength = Math.sqrt(Math.max(0, s.headerBar) / 4);
      s.townM3h = wants * strength;
      const leaking = 6 * leak.value * strength;
      const drawn = s.townM3h + leaking + s.blendWaterM3h + s.cipWaterM3h + s.feedWaterM3h + s.backwashM3h;
      now.flow = s.treatedLevelM > 0.02 ? drawn : 0;
      const head =
        (6.4 - 0.5 * wear.value) * pump.speed * pump.speed - 0.0009 * now.flow * now.flow + 0.1 * s.treatedLevelM;
      s.headerBar += (Math.max(0, head) - s.headerBar) * 0.45;
      s.treatedLevelM += ((s.filterM3h - now.flow) * HOURS) / AREA_M2;
      if (s.treatedLevelM > HEIGHT_M) {
        now._overflowM3 += (s.treatedLevelM - HEIGHT_M) * AREA_M2;
        s.treatedLevelM = HEIGHT_M;
      }
      if (s.treatedLevelM < 0) s.treatedLevelM = 0;
      now.outM3 += now.flow * HOURS;
      now.bearingC += (STEP_S * (22 + pump.speed * (20 + 45 * wear.value) - now.bearingC)) / 900;
      s.power.water += 11 * pump.speed ** 3;
    },
  };
};
