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
  /** State of the process; numbers as fields are changed in place, captured variables would be allocated each time. */
  const now = {
    speed: 0,
    torque: 1.6,
    caps: 0.8,
    count: 0,
    rejects: 0,
    bearingC: 25,
  };
  let filling = false;

  const torqueSp = b.setPoint('TORQUE.SP', 'closing torque: set point', 'Nm', 0.5, 3, 1.6, 0.01, { loop: 'JT-1001' });
  const jt = b.measured(
    'JT-1001',
    'closing torque: mean of the heads',
    'Nm',
    0,
    4,
    0.006,
    () => (now.speed > 5 ? now.torque : 0),
    { lagS: 3, calibrated: true },
  );
  const set = b.output('CL-1001.OUT', 'clutch setting', 'Nm', 0, 4, 1.6, () => now.torque);
  b.measured(
    'JT-1001.SD',
    'closing torque: scatter',
    'Nm',
    0,
    1,
    0.002,
    () => (now.speed > 5 ? 0.04 + 0.05 * wear.value : 0),
    { lagS: 10 },
  );
  b.measured('ST-1001', 'capper speed', '/min', 0, 320, 0.3, () => now.speed, { lagS: 1 });
  const hopper = b.measured('LT-1001', 'cap hopper', '%', 0, 100, 0.2, () => now.caps * 100, { lagS: 3 });
  const feeder = b.command('FD-1001.CMD', 'cap elevator: run', false);
  b.measured('M-1001.I', 'capper drive: motor current', 'A', 0, 20, 0.05, () =>
    now.speed < 3 ? 0 : 1.8 + 0.011 * now.speed * (1 + 0.5 * wear.value) + 0.4 * now.torque,
  );
  b.measured(
    'M-1001.VIB',
    'capper drive: vibration',
    'mm/s',
    0,
    20,
    0.04,
    () => (now.speed / 200) * (1.2 + 4 * wear.value),
    { lagS: 2 },
  );
  b.measured('M-1001.TEMP', 'capper drive: bearing temperature', 'degC', -10, 150, 0.12, () => now.bearingC, {
    lagS: 5,
  });
  b.measured('PT-1001', 'air at the capper', 'bar', 0, 10, 0.015, () => s.airBar - 0.15 - 0.0012 * now.speed, {
    lagS: 1,
  });
  const made = b.counter('CAP.COUNT', 'bottles capped', '', 41_120_400);
  const rejected = b.counter('CAP.REJECTS', 'bottles without a good cap', '', 22_004);
  const state = b.state('CAP.STATE', 'PackML state of the capper', 17, 4);
  const low = b.parameter('JT-1001.LOW', 'torque low limit', 'Nm', 0.3, 3, 1.3, 0.01);

  return {
    board: b,
    scan: () => {
      if (b.runs('loose-caps')) jt.put(jt.value / 0.9);
      state.put(s.trip.filler ? 9 : now.speed > 3 ? 6 : 4);
      set.put(torqueSp.value * (b.runs('loose-caps') ? 0.9 : 1));
      if (hopper.value < 45) filling = true;
      if (hopper.value > 85) filling = false;
      feeder.put(filling ? 1 : 0);
      if (now.speed > 5 && ((noise.normals[chance] ?? 0) > 3.0 || jt.value < low.value)) now.rejects++;
      made.put(41_120_400 + now.count);
      rejected.put(22_004 + now.rejects);
    },
    integrate: () => {
      const runs = b.mode === 'run' && !s.trip.filler;
      now.speed += ((runs && now.caps > 0.01 ? s.filledPerMinute : 0) * s.mains - now.speed) * 0.25;
      if (now.speed < 0.2) now.speed = 0;
      const air = Math.min(1, s.airBar / 5);
      now.torque +=
        (set.value * air * (1 + clutch.value) * (1 - 0.08 * wear.value) +
          0.004 * (noise.normals[scatter] ?? 0) -
          now.torque) *
        0.3;
      const perStep = (now.speed / 60) * STEP_S;
      now.caps = Math.min(1, Math.max(0, now.caps - perStep / 9000 + (feeder.value * STEP_S) / 900));
      now.count += perStep;
      s.cappedPerMinute = now.speed;
      now.bearingC += (STEP_S * (22 + (now.speed / 200) * (15 + 45 * wear.value) - now.bearingC)) / 900;
      s.power.filling += now.speed > 3 ? 1 + 0.006 * now.speed + 0.4 : 0.1;
    },
  };
};
