/**
 * Cleaning in place: a caustic tank kept hot by steam, and a programme (rinse, caustic, rinse, hot water) that cleans the
 * line between products and at night. Conductivity tells caustic from water; heat balance of tank and return.
 */
import { Motor, Valve } from '../actuator.ts';
import { STEP_S } from '../board.ts';
import { Loop } from '../pid.ts';
import type { Site, Unit } from '../site.ts';

const HOURS = STEP_S / 3600;
const TANK_M3 = 2.4;
const STEAM_KGS = 0.06;

export const cip = (site: Site): Unit => {
  const { shared: s } = site;
  const b = site.board({
    id: 'plc-cip',
    cell: 'cleaning',
    family: 's7',
    program: 'CIP_OB1',
    variants: { 'short-rinse': 'malicious: the last rinse takes a tenth of its time, caustic stays in the line' },
  });
  /** State of the process; numbers as fields are changed in place, captured variables would be allocated each time. */
  const now = {
    tankC: 74,
    caustic: 92,
    flow: 0,
    returnC: 20,
    returnMs: 0.6,
    lineC: 20,
    lineMs: 0.6,
    stepS: 0,
    levelM: 1.6,
  };

  const tt = b.measured('TT-1301', 'caustic tank temperature', 'degC', 0, 110, 0.05, () => now.tankC, {
    lagS: 8,
    calibrated: true,
  });
  const tempLoop = new Loop(b, {
    name: 'TIC-1301',
    tuning: true,
    text: 'caustic temperature',
    pv: tt,
    sp: 75,
    spLow: 30,
    spHigh: 90,
    spResolution: 0.1,
    kp: 8,
    tiS: 700,
    start: 5,
    actual: () => steamValve.position,
  });
  const steamValve = site.valve(new Valve(tempLoop.out, 4, { slewPercentS: 6 }));
  b.measured('AT-1301', 'caustic tank conductivity', 'mS/cm', 0, 200, 0.12, () => now.caustic, {
    lagS: 10,
  });
  b.measured('LT-1301', 'caustic tank level', 'm', 0, 2.5, 0.003, () => now.levelM, { lagS: 2 });
  const ft = b.measured('FT-1301', 'cleaning flow', 'm3/h', 0, 30, 0.05, () => now.flow, { lagS: 1 });
  const flowLoop = new Loop(b, {
    name: 'FIC-1301',
    text: 'cleaning flow',
    pv: ft,
    sp: 12,
    spLow: 0,
    spHigh: 20,
    spResolution: 0.1,
    kp: 2.2,
    tiS: 5,
    start: 0,
    actual: () => pump.speed * 100,
  });
  const pump = site.motor(new Motor(flowLoop.out, 2));
  b.measured('TT-1302', 'return temperature', 'degC', 0, 110, 0.05, () => now.returnC, { lagS: 4 });
  b.measured('AT-1302', 'return conductivity', 'mS/cm', 0, 200, 0.1, () => now.returnMs, { lagS: 6 });
  b.measured('P-1301.I', 'cleaning pump: motor current', 'A', 0, 20, 0.04, () =>
    pump.speed < 0.03 ? 0 : 1.8 + 7 * pump.speed ** 2,
  );
  const step = b.state('CIP.STEP', '0 idle, 1 rinse, 2 caustic, 3 last rinse, 4 hot water', 4, 0);
  const start = b.state('CIP.START', 'start the programme', 1, 0, { writable: true });
  const water = b.command('XV-1301.CMD', 'water valve', false);
  const causticOut = b.command('XV-1302.CMD', 'caustic valve', false);
  const back = b.command('XV-1303.CMD', 'return to the caustic tank', false);
  const times = [
    b.parameter('CIP.T1', 'time of the first rinse', 's', 30, 3600, 300, 1),
    b.parameter('CIP.T2', 'time of caustic', 's', 60, 7200, 900, 1),
    b.parameter('CIP.T3', 'time of the last rinse', 's', 30, 3600, 420, 1),
    b.parameter('CIP.T4', 'time of hot water', 's', 30, 3600, 240, 1),
  ];
  const count = b.counter('CIP.COUNT', 'programmes run', '', 3_011);

  return {
    board: b,
    scan: () => {
      now.stepS += STEP_S;
      if (step.value === 0) {
        if (start.value === 1) {
          start.put(0);
          step.put(1);
          now.stepS = 0;
        }
      } else {
        const most = times[step.value - 1]!.value * (b.runs('short-rinse') && step.value === 3 ? 0.1 : 1);
        if (now.stepS > most) {
          now.stepS = 0;
          if (step.value === 4) count.put(count.value + 1);
          step.put(step.value === 4 ? 0 : step.value + 1);
        }
      }
      tempLoop.scan();
      flowLoop.scan(step.value > 0);
      water.put(step.value === 1 || step.value >= 3 ? 1 : 0);
      causticOut.put(step.value === 2 ? 1 : 0);
      // Back into the tank only what is still caustic.
      back.put(step.value === 2 && b.point('AT-1302').value > 30 ? 1 : 0);
      s.cipRuns = step.value > 0;
    },
    integrate: () => {
      pump.step(s.mains);
      steamValve.step();
      const open = water.value === 1 || causticOut.value === 1;
      now.flow += ((open ? 20 * pump.speed : 0) - now.flow) * 0.4;
      s.cipWaterM3h = water.value === 1 ? now.flow : 0;
      const steam = STEAM_KGS * (steamValve.position / 100) * Math.sqrt(Math.max(0, s.steamBar) / 6);
      s.steamToCipKgH = steam * 3600;
      const intoC = causticOut.value === 1 ? now.tankC : step.value === 4 ? 60 : s.rawC + 0.6;
      const intoMs = causticOut.value === 1 ? now.caustic : 0.6;
      // The line holds 0.5 m3: one mixed volume on the way there, one on the way back.
      const turn = (now.flow * HOURS) / 0.25;
      now.lineC += (intoC - now.lineC) * turn - ((now.lineC - 20) * STEP_S) / 2500;
      now.lineMs += (intoMs - now.lineMs) * turn;
      now.returnC += (now.lineC - now.returnC) * turn - ((now.returnC - 20) * STEP_S) / 2500;
      now.returnMs += (now.lineMs - now.returnMs) * turn;
      const volume = Math.max(0.3, (now.levelM / 2) * TANK_M3);
      const returned = back.value === 1 ? now.flow * HOURS : 0;
      const left = causticOut.value === 1 ? now.flow * HOURS : 0;
      now.tankC +=
        ((now.returnC - now.tankC) * returned) / volume +
        (steam * 2085 * STEP_S) / (volume * 4100) -
        ((now.tankC - 20) * STEP_S) / 90_000;
      now.caustic += ((now.returnMs - now.caustic) * returned) / volume;
      now.levelM = Math.max(0.1, now.levelM + ((returned - left) / TANK_M3) * 2);
      // Fresh caustic is made up slowly while the programme is idle.
      if (step.value === 0) {
        now.caustic += ((92 - now.caustic) * STEP_S) / 1800;
        now.levelM += ((1.6 - now.levelM) * STEP_S) / 1800;
        now.tankC += now.levelM < 1.55 ? ((15 - now.tankC) * STEP_S * (1.6 - now.levelM)) / 5400 : 0;
      }
      s.power.process += 5 * pump.speed ** 2;
    },
  };
};
