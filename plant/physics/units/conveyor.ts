/**
 * Conveyor between capper and packer: three belts on frequency inverters and the accumulation table in the middle, which
 * fills when the packer is slower and empties when it is faster. Motor current by torque, bearings by a first-order
 * thermal model; wear shows in vibration, temperature and current together (ISO 20816-3, 2022).
 */
import { Motor } from '../actuator.ts';
import { STEP_S } from '../board.ts';
import { Loop } from '../pid.ts';
import type { Site, Unit } from '../site.ts';

const ROOM_BOTTLES = 1800;
const NAMES = ['infeed', 'accumulation', 'outfeed'];

export const conveyor = (site: Site): Unit => {
  const { shared: s, noise } = site;
  const b = site.board({
    id: 'plc-conveyor',
    cell: 'conveying',
    family: 'profinet',
    program: 'CONV_OB1',
    variants: {
      surge: 'malicious: the belts swing +-15 % every 40 s, bottles fall and bearings suffer',
      overspeed: 'malicious: the belts run 20 % faster than the set point, shown as if it were right',
    },
  });
  const chance = noise.reserve();
  const motors: Motor[] = [];
  const temps = [30, 30, 30];
  const wears = NAMES.map((_, i) => site.wearOf(`M-110${i + 1}`));
  const load = site.wander(1200, 0.02);
  /** State of the process; numbers as fields are changed in place, captured variables would be allocated each time. */
  const now = {
    bottles: 500,
    jamS: 0,
    waveS: 0,
    passed: 0,
  };

  const st = b.measured('ST-1101', 'infeed belt speed', '/min', 0, 400, 0.3, () => (motors[0]?.speed ?? 0) * 350, {
    lagS: 0.5,
  });
  const main = new Loop(b, {
    name: 'SIC-1101',
    text: 'belt speed',
    pv: st,
    sp: 230,
    spLow: 0,
    spHigh: 340,
    spResolution: 1,
    kp: 0.06,
    tiS: 3,
    start: 0,
    actual: () => (motors[0]?.speed ?? 0) * 100,
  });
  const out2 = b.output('M-1102.OUT', 'accumulation belt: speed', '%', 0, 100, 0, () => (motors[1]?.speed ?? 0) * 100);
  const out3 = b.output('M-1103.OUT', 'outfeed belt: speed', '%', 0, 100, 0, () => (motors[2]?.speed ?? 0) * 100);
  for (const out of [main.out, out2, out3]) motors.push(site.motor(new Motor(out, 2)));
  NAMES.forEach((name, i) => {
    const n = `M-110${i + 1}`;
    const w = wears[i]!;
    b.measured(`${n}.I`, `${name} belt: motor current`, 'A', 0, 20, 0.04, () => {
      const v = motors[i]!.speed;
      return v < 0.02 ? 0 : 1.5 + 2.6 * v * (1 + load.value) * (1 + 0.35 * w.value) + 0.0005 * now.bottles;
    });
    b.measured(`${n}.TEMP`, `${name} belt: bearing temperature`, 'degC', -10, 150, 0.1, () => temps[i]!, { lagS: 5 });
    b.measured(
      `${n}.VIB`,
      `${name} belt: vibration`,
      'mm/s',
      0,
      20,
      0.03,
      () => motors[i]!.speed * (1.6 + 5 * w.value),
      { lagS: 2 },
    );
  });
  const table = b.measured(
    'ZT-1104',
    'accumulation table: filled',
    '%',
    0,
    100,
    0.3,
    () => (now.bottles / ROOM_BOTTLES) * 100,
    { lagS: 2 },
  );
  const full = b.flag('ZAH-1104', 'accumulation table full', false);
  const jam = b.flag('JAM-1102', 'bottle fallen: belt waits', false);
  const jams = b.counter('JAM.COUNT', 'fallen bottles cleared', '', 6_604);
  const count = b.counter('CONV.COUNT', 'bottles to the packer', '', 40_980_200);
  const enable = b.state('CONV.ENABLE', 'belts shall run', 1, 0, { writable: true });
  const limit = b.parameter('TAH-1101.LIM', 'bearing temperature alarm', 'degC', 40, 120, 85, 0.1);
  const hot = b.flag('TAH-1101', 'bearing temperature high', false);

  return {
    board: b,
    scan: () => {
      if (b.runs('overspeed')) st.put(st.value / 1.2);
      now.waveS += STEP_S;
      const runs = enable.value === 1 && !s.trip.packer;
      main.scan(runs);
      if (runs && b.runs('surge')) main.out.put(main.out.value + 15 * Math.sin((2 * Math.PI * now.waveS) / 40));
      jam.put(now.jamS > 0 ? 1 : 0);
      out2.put(runs && now.jamS <= 0 ? main.out.value * 0.9 : 0);
      out3.put(runs ? main.out.value * 0.95 : 0);
      full.put(table.value > 92 ? 1 : 0);
      hot.put(Math.max(...temps) > limit.value ? 1 : 0);
      count.put(40_980_200 + now.passed);
    },
    integrate: () => {
      for (const m of motors) m.step(s.mains);
      const moves = motors[1]!.speed > 0.05 && motors[2]!.speed > 0.05;
      const into = motors[0]!.speed > 0.05 ? s.cappedPerMinute : 0;
      const out = moves && now.bottles > 10 ? Math.min(s.packedPerMinute, 350 * motors[2]!.speed) : 0;
      now.bottles = Math.min(ROOM_BOTTLES, Math.max(0, now.bottles + ((into - out) / 60) * STEP_S));
      now.passed += (out / 60) * STEP_S;
      s.accumulation = now.bottles / ROOM_BOTTLES;
      // A bottle falls now and then; somebody takes it away within a minute.
      if (now.jamS > 0) {
        now.jamS -= STEP_S;
        if (now.jamS <= 0) jams.put(jams.value + 1);
      } else if (into > 5 && (noise.normals[chance] ?? 0) > (b.runs('surge') ? 3.0 : 3.55)) now.jamS = 40;
      for (let i = 0; i < 3; i++)
        temps[i]! += (STEP_S * (22 + motors[i]!.speed * (19 + 48 * wears[i]!.value) - temps[i]!)) / 800;
      s.power.filling += 0.9 * (motors[0]!.speed + motors[1]!.speed + motors[2]!.speed);
    },
  };
};
