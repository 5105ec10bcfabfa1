/**
 * Raw water intake: two well pumps fill the raw water tank between a start and a stop level (on-off with hysteresis), one
 * on duty, the other helps below the low level; duty changes with each filling. Mass balance of the tank; pump head by its
 * curve and the quadratic loss of the pipe (Karassik, Pump Handbook, 2008, 2.3).
 */
import { Motor } from '../actuator.ts';
import { STEP_S } from '../board.ts';
import type { Site, Unit } from '../site.ts';

const AREA_M2 = 14;
const HEIGHT_M = 4.5;
const PUMP_M3H = 32;
const HOURS = STEP_S / 3600;

export const intake = (site: Site): Unit => {
  const { shared: s, calendar } = site;
  const b = site.board({
    id: 'plc-intake',
    cell: 'intake',
    family: 'modbus',
    program: 'INTAKE_MAIN',
    variants: {
      'no-stop-level':
        'malicious: pumps do not stop at the stop level, the tank overflows until the safety function acts',
      'short-cycling': 'malicious: start and stop level almost meet, the pumps start every few minutes and wear out',
    },
  });
  const rain = site.wander(36 * 3600, 0.35);
  const wear = site.wearOf('P-101');
  /** State of the process; numbers as fields are changed in place, captured variables would be allocated each time. */
  const now = {
    flow: 0,
    wellM: 22,
    _overflowM3: 0,
    valve: 1,
    totalM3: 412_300,
    bearingC: 25,
  };

  const level = b.measured('LT-101', 'raw water tank level', 'm', 0, 5, 0.004, () => s.rawLevelM, {
    lagS: 2,
    calibrated: true,
  });
  b.measured('LT-100', 'well level above the pumps', 'm', 0, 40, 0.03, () => now.wellM, { lagS: 5 });
  const _inflow = b.measured('FT-101', 'raw water inflow', 'm3/h', 0, 80, 0.15, () => now.flow, {
    lagS: 1,
  });
  b.measured(
    'PT-101',
    'discharge pressure of the well pumps',
    'bar',
    0,
    10,
    0.015,
    () => 1.4 + 0.1 * s.rawLevelM + 0.0011 * now.flow * now.flow,
  );
  b.measured('TT-101', 'raw water temperature', 'degC', 0, 40, 0.04, () => s.rawC, { lagS: 20 });
  b.measured('QT-101', 'raw water turbidity', 'NTU', 0, 40, 0.05, () => s.rawTurbidityNtu, { lagS: 15 });
  const start = b.setPoint('LIC-101.START', 'raw water tank: start level', 'm', 0.5, 4, 2.8, 0.001, { loop: 'LT-101' });
  const stop = b.setPoint('LIC-101.STOP', 'raw water tank: stop level', 'm', 1, 4.2, 3.6, 0.001, { loop: 'LT-101' });
  const lowLow = b.setPoint('LIC-101.LL', 'raw water tank: second pump helps below', 'm', 0.3, 3, 1.8, 0.001);
  const auto = b.flag('LIC-101.AUTO', 'pumps in automatic', true, { writable: true });
  const commands = [
    b.command('P-101.CMD', 'well pump 1: run', false, { writable: true }),
    b.command('P-102.CMD', 'well pump 2: run', false, { writable: true }),
  ];
  const pumps = commands.map((c) => site.motor(new Motor(c, 4)));
  const running = ['P-101.RUN', 'P-102.RUN'].map((n, i) => b.flag(n, `well pump ${i + 1} runs`, false));
  const shut = b.command('XV-101.CMD', 'inlet valve: open', true, { writable: true });
  const open = b.flag('XV-101.OPEN', 'inlet valve is open', true);
  const high = b.flag('LAH-101', 'raw water tank: level high', false);
  const duty = b.state('P-100.DUTY', 'pump on duty', 2, 1);
  pumps.forEach((p, i) => {
    b.measured(`P-10${i + 1}.I`, `well pump ${i + 1}: motor current`, 'A', 0, 40, 0.08, () =>
      p.speed < 0.05 ? 0 : (11 + 0.16 * now.flow + (i === 0 ? 4 * wear.value : 0)) * p.speed,
    );
  });
  b.measured('P-101.TEMP', 'well pump 1: bearing temperature', 'degC', -10, 150, 0.15, () => now.bearingC, { lagS: 5 });
  b.measured(
    'P-101.VIB',
    'well pump 1: vibration',
    'mm/s',
    0,
    20,
    0.04,
    () => pumps[0]!.speed * (1.3 + 3.5 * wear.value),
    { lagS: 2 },
  );
  const hours = ['P-101.HOURS', 'P-102.HOURS'].map((n, i) =>
    b.counter(n, `well pump ${i + 1}: hours run`, 'h', 8_120 + 900 * i, 100),
  );
  const total = b.counter('FQ-101', 'raw water taken in', 'm3', 412_300, 10);
  const hoursRun = [8_120, 9_020];

  return {
    board: b,
    scan: () => {
      if (auto.value === 1) {
        const gap = b.runs('short-cycling') ? 0.03 : stop.value - start.value;
        const runs = commands[0]!.value === 1 || commands[1]!.value === 1;
        const off = level.value >= start.value + gap && !b.runs('no-stop-level');
        const on = level.value <= start.value;
        if (off) for (const c of commands) c.put(0);
        else if (on && !runs) {
          duty.put(duty.value === 1 ? 2 : 1);
          commands[duty.value - 1]!.put(1);
        }
        if (level.value <= lowLow.value) for (const c of commands) c.put(1);
      }
      // Interlock: the safety controller's overfill trip closes the inlet and stops both pumps.
      if (s.trip.overfill) for (const c of commands) c.put(0);
      shut.put(s.trip.overfill ? 0 : 1);
      for (let i = 0; i < 2; i++) running[i]!.put(pumps[i]!.speed > 0.1 ? 1 : 0);
      open.put(now.valve > 0.5 ? 1 : 0);
      high.put(level.value > 4 ? 1 : 0);
      total.put(now.totalM3);
      hours.forEach((h, i) => {
        h.put(hoursRun[i]!);
      });
    },
    integrate: () => {
      for (const p of pumps) p.step(s.mains);
      now.valve += (shut.value - now.valve) * 0.2;
      // The head falls as the tank fills and as the well is drawn down.
      const head = 1 + 0.004 * (now.wellM - 22) - 0.02 * (s.rawLevelM - 3);
      now.flow = (pumps[0]!.speed + pumps[1]!.speed * 0.98) * PUMP_M3H * head * now.valve * (1 - 0.08 * wear.value);
      s.rawLevelM += ((now.flow - s.filterM3h) * HOURS) / AREA_M2;
      if (s.rawLevelM > HEIGHT_M) {
        now._overflowM3 += (s.rawLevelM - HEIGHT_M) * AREA_M2;
        s.rawLevelM = HEIGHT_M;
      }
      if (s.rawLevelM < 0) s.rawLevelM = 0;
      now.wellM += STEP_S * ((22 + 1.5 * rain.value - now.wellM) / 5400 - now.flow * 1.2e-5);
      s.rawC += STEP_S * ((calendar.groundC - s.rawC) * now.flow * 2e-5 + (calendar.ambientC - s.rawC) * 2e-6);
      s.rawTurbidityNtu = Math.max(0.8, 4 + 1.2 * rain.value + 0.02 * (now.flow - 20));
      now.bearingC += (STEP_S * (calendar.groundC + 6 + pumps[0]!.speed * (22 + 40 * wear.value) - now.bearingC)) / 900;
      for (let i = 0; i < 2; i++) hoursRun[i]! += pumps[i]!.speed > 0.1 ? HOURS : 0;
      now.totalM3 += now.flow * HOURS;
      s.power.water = 9 * pumps[0]!.speed + 9 * pumps[1]!.speed;
    },
  };
};
