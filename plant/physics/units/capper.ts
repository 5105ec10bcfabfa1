/** Capper: puts caps on the bottles that the filler gives and tightens them to a torque by magnetic clutches. */
import { STEP_S } from '../board.ts';
import type { Site, Unit } from '../site.ts';

export const capper = (site: Site): Unit => {
  const { shared: s, noise } = site;
  const b = site.board({
    id: 'plc-capper',
    cell: 'filling',
    family: 'cip',
    program: 'CAPPER_MAIN',
    variants: { 'loose-caps': 'malicious: 10 % less torque than the set point, shown as if it were right' },
  });
  const wear = site.wearOf('M-1001');
  const clutch = site.wander(6 * 3600, 0.008);
  const scatter = noise.reserve();
  const chance = noise.reserve();
  let speed = 0;
  let torque = 1.6;
  let caps = 0.8;
  let count = 0;
  let rejects = 0;
  let bearingC = 25;
  let filling = false;

  const torqueSp = b.setPoint('TORQUE.SP', 'closing torque: set point', 'Nm', 0.5, 3, 1.6, 0.01, { loop: 'JT-1001' });
  const jt = b.measured(
    'JT-1001',
    'closing torque: mean of the heads',
    'Nm',
    0,
    4,
    0.006,
    () => (speed > 5 ? torque : 0),
    { lagS: 3, calibrated: true },
  );
  const set = b.output('CL-1001.OUT', 'clutch setting', 'Nm', 0, 4, 1.6, () => torque);
  b.measured(
    'JT-1001.SD',
    'closing torque: scatter',
    'Nm',
    0,
    1,
    0.002,
    () => (speed > 5 ? 0.04 + 0.05 * wear.value : 0),
    { lagS: 10 },
  );
  b.measured('ST-1001', 'capper speed', '/min', 0, 320, 0.3, () => speed, { lagS: 1 });
  const hopper = b.measured('LT-1001', 'cap hopper', '%', 0, 100, 0.2, () => caps * 100, { lagS: 3 });
  const feeder = b.command('FD-1001.CMD', 'cap elevator: run', false);
  b.measured('M-1001.I', 'capper drive: motor current', 'A', 0, 20, 0.05, () =>
    speed < 3 ? 0 : 1.8 + 0.011 * speed * (1 + 0.5 * wear.value) + 0.4 * torque,
  );
  b.measured(
    'M-1001.VIB',
    'capper drive: vibration',
    'mm/s',
    0,
    20,
    0.04,
    () => (speed / 200) * (1.2 + 4 * wear.value),
    { lagS: 2 },
  );
  b.measured('M-1001.TEMP', 'capper drive: bearing temperature', 'degC', -10, 150, 0.12, () => bearingC, { lagS: 5 });
  b.measured('PT-1001', 'air at the capper', 'bar', 0, 10, 0.015, () => s.airBar - 0.15 - 0.0012 * speed, { lagS: 1 });
  const made = b.counter('CAP.COUNT', 'bottles capped', '', 41_120_400);
  const rejected = b.counter('CAP.REJECTS', 'bottles without a good cap', '', 22_004);
  const state = b.state('CAP.STATE', 'PackML state of the capper', 17, 4);
  const low = b.parameter('JT-1001.LOW', 'torque low limit', 'Nm', 0.3, 3, 1.3, 0.01);

  return {
    board: b,
    scan: () => {
      if (b.runs('loose-caps')) jt.put(jt.value / 0.9);
      state.put(s.trip.filler ? 9 : speed > 3 ? 6 : 4);
      set.put(torqueSp.value * (b.runs('loose-caps') ? 0.9 : 1));
      if (hopper.value < 45) filling = true;
      if (hopper.value > 85) filling = false;
      feeder.put(filling ? 1 : 0);
      if (speed > 5 && ((noise.normals[chance] ?? 0) > 3.0 || jt.value < low.value)) rejects++;
      made.put(41_120_400 + count);
      rejected.put(22_004 + rejects);
    },
    integrate: () => {
      const runs = b.mode === 'run' && !s.trip.filler;
      speed += ((runs && caps > 0.01 ? s.filledPerMinute : 0) * s.mains - speed) * 0.25;
      if (speed < 0.2) speed = 0;
      const air = Math.min(1, s.airBar / 5);
      torque +=
        (set.value * air * (1 + clutch.value) * (1 - 0.08 * wear.value) +
          0.004 * (noise.normals[scatter] ?? 0) -
          torque) *
        0.3;
      const perStep = (speed / 60) * STEP_S;
      caps = Math.min(1, Math.max(0, caps - perStep / 9000 + (feeder.value * STEP_S) / 900));
      count += perStep;
      s.cappedPerMinute = speed;
      bearingC += (STEP_S * (22 + (speed / 200) * (15 + 45 * wear.value) - bearingC)) / 900;
      s.power.filling += speed > 3 ? 1 + 0.006 * speed + 0.4 : 0.1;
    },
  };
};
