/**
 * Filler: a rotary machine whose valves dose by flow meter; a checkweigher behind it weighs bottles out of four lanes and
 * rejects what is out of tolerance. Bowl level by a product valve. States by PackML (ISA-TR88.00.02, 2015): 2 stopped,
 * 4 idle, 5 suspended, 6 execute, 9 aborted.
 */
import { Valve } from '../actuator.ts';
import { STEP_S } from '../board.ts';
import { Loop } from '../pid.ts';
import type { Site, Unit } from '../site.ts';

const HOURS = STEP_S / 3600;
const BOWL_M2 = 0.35;
/** Tare of a bottle, g. */
const TARE_G = 24;

export const filler = (site: Site): Unit => {
  const { shared: s, noise } = site;
  const b = site.board({
    id: 'plc-filler',
    cell: 'filling',
    family: 'cip',
    program: 'FILLER_MAIN',
    variants: {
      underfill: 'malicious: 2 % less in every bottle, and the checkweigher limits are moved along',
      'no-reject': 'malicious: bottles out of tolerance are not rejected',
    },
  });
  const wear = site.wearOf('M-901');
  const meter = site.wander(30 * 3600, 0.0012);
  const lanes = [0, 1, 2, 3].map(() => ({ at: noise.reserve(), wander: site.wander(4 * 3600, 0.0012) }));
  const chance = noise.reserve();
  /** State of the process; numbers as fields are changed in place, captured variables would be allocated each time. */
  const now = {
    bowlM: 0.35,
    speed: 0,
    fillMl: 500,
    bottles: 0,
    rejects: 0,
    bearingC: 25,
    why: 0,
  };

  const lt = b.measured('LT-901', 'bowl level', 'm', 0, 0.8, 0.002, () => now.bowlM, { lagS: 1 });
  const bowl = new Loop(b, {
    name: 'LIC-901',
    text: 'bowl level',
    pv: lt,
    sp: 0.4,
    spLow: 0.2,
    spHigh: 0.6,
    spResolution: 0.001,
    kp: 120,
    tiS: 60,
    start: 0,
    actual: () => valve.position,
  });
  const valve = site.valve(new Valve(bowl.out, 2));
  b.measured('PT-901', 'bowl pressure', 'bar', 0, 6, 0.006, () => 1.8 + 0.35 * (now.bowlM - 0.4) - 0.0006 * now.speed, {
    lagS: 1,
  });
  b.measured('TT-901', 'product in the bowl', 'degC', 0, 40, 0.05, () => s.productC + 0.6, { lagS: 5 });
  const speedSp = b.setPoint('SPEED.SP', 'filler speed: set point', '/min', 0, 300, 200, 1, { loop: 'ST-901' });
  const st = b.measured('ST-901', 'filler speed', '/min', 0, 320, 0.25, () => now.speed, { lagS: 1 });
  const drive = b.output('M-901.OUT', 'main drive', '/min', 0, 320, 0, () => now.speed);
  const fillSp = b.setPoint('FILL.SP', 'fill volume: set point', 'ml', 200, 1100, 500, 0.1, { loop: 'FILL.AVG' });
  const factor = b.parameter('FM-901.K', 'factor of the filling meters', '', 0.9, 1.1, 1, 0.0001);
  const weights = lanes.map((lane, i) =>
    b.measured(
      `WT-90${i + 1}`,
      `checkweigher lane ${i + 1}`,
      'g',
      0,
      1300,
      0.25,
      () =>
        now.speed > 5
          ? now.fillMl * density() * (1 + lane.wander.value) + TARE_G + 1.1 * (noise.normals[lane.at] ?? 0)
          : 0,
      { resolution: 0.1, calibrated: i === 0, drift: 0.4 },
    ),
  );
  const average = b.measured(
    'FILL.AVG',
    'fill volume: mean of the last minute',
    'ml',
    0,
    1200,
    0.08,
    () => (now.speed > 5 ? now.fillMl : 0),
    { lagS: 20, resolution: 0.01, drift: 0.2 },
  );
  const low = b.parameter('WT.LOW', 'reject below, part of the set point', '%', 90, 100, 97.5, 0.1);
  const high = b.parameter('WT.HIGH', 'reject above, part of the set point', '%', 100, 110, 102.5, 0.1);
  const made = b.counter('FILL.COUNT', 'bottles filled', '', 41_208_000);
  const rejected = b.counter('FILL.REJECTS', 'bottles rejected', '', 31_020);
  const state = b.state('FILL.STATE', 'PackML state of the filler', 17, 2);
  const start = b.state('LINE.RUN', 'the line shall run', 1, 0, { writable: true });
  b.measured('M-901.I', 'main drive: motor current', 'A', 0, 30, 0.06, () =>
    now.speed < 3 ? 0 : 3 + 0.028 * now.speed * (1 + 0.4 * wear.value),
  );
  b.measured(
    'M-901.VIB',
    'main drive: vibration',
    'mm/s',
    0,
    20,
    0.04,
    () => (now.speed / 200) * (1.5 + 4 * wear.value),
    {
      lagS: 2,
    },
  );
  b.measured('M-901.TEMP', 'main drive: bearing temperature', 'degC', -10, 150, 0.12, () => now.bearingC, { lagS: 5 });
  const waiting = b.state('FILL.REASON', 'why it waits: 1 no product, 2 line full, 3 guard, 4 air', 9, 0);
  /** Density of the beverage, g/ml (Plato's approximation for sugar). */
  const density = (): number => 1 + 0.00385 * s.brix;

  return {
    board: b,
    scan: () => {
      const under = b.runs('underfill');
      const hold = state.value === 5;
      now.why = s.trip.filler
        ? 3
        : s.airBar < 4.8
          ? 4
          : s.accumulation > (hold ? 0.7 : 0.92)
            ? 2
            : lt.value < (hold ? 0.3 : 0.12)
              ? 1
              : 0;
      state.put(s.trip.filler ? 9 : start.value === 0 ? (now.speed > 3 ? 2 : 4) : now.why === 0 ? 6 : 5);
      waiting.put(start.value === 1 ? now.why : 0);
      const runs = state.value === 6;
      drive.put(runs ? speedSp.value : 0);
      bowl.scan(s.sterileLevelM > 0.15 && (start.value === 1 || now.bowlM > 0.05) && start.value === 1);
      // One bottle in some hundreds is out of tolerance by chance; a moved mean rejects many.
      const mean = weights[0]!.value > 100 ? ((weights[0]!.value - TARE_G) / density() / fillSp.value) * 100 : 100;
      const out = mean < low.value - (under ? 2 : 0) || mean > high.value;
      if (runs && !b.runs('no-reject') && (out || (noise.normals[chance] ?? 0) > 2.9))
        now.rejects += out ? now.speed / 240 : 1;
      made.put(41_208_000 + now.bottles);
      rejected.put(31_020 + now.rejects);
      void average;
      void st;
    },
    integrate: () => {
      valve.step();
      now.speed += (drive.value * s.mains - now.speed) * 0.12;
      if (now.speed < 0.5 && drive.value === 0) now.speed = 0;
      // Bottles get what the meters believe: a factor that is wrong by 2 % fills 2 % wrong.
      const wanted = (fillSp.value * (b.runs('underfill') ? 0.98 : 1)) / factor.value;
      now.fillMl = wanted * (1 + meter.value) * Math.min(1, now.bowlM / 0.05);
      const takes = now.speed * 60e-6 * now.fillMl;
      const gives = 0.16 * valve.position * Math.sqrt(Math.max(0, Math.min(1, s.sterileLevelM / 0.5)));
      s.fillerM3h = gives;
      now.bowlM = Math.max(0, now.bowlM + ((gives - takes) * HOURS) / BOWL_M2);
      if (now.bowlM > 0.8) now.bowlM = 0.8;
      now.bottles += (now.speed / 60) * STEP_S;
      s.filledPerMinute = now.speed;
      s.lineSpeedPerMinute = now.speed;
      s.fillMl = now.fillMl;
      now.bearingC += (STEP_S * (22 + (now.speed / 200) * (18 + 45 * wear.value) - now.bearingC)) / 900;
      s.power.filling = now.speed > 3 ? 2.5 + 0.02 * now.speed : 0.4;
    },
  };
};
