/**
 * Filtration: a speed-controlled pump presses raw water through two sand filters. Pressure over a filter is Darcy's law with
 * a bed that clogs by the solids it holds (Ives, 1970) and the viscosity of water (Andrade's law); a filter is washed
 * backwards when its pressure difference is high or its time is over, the other one takes the flow meanwhile.
 */
import { Motor } from '../actuator.ts';
import { STEP_S } from '../board.ts';
import { Loop } from '../pid.ts';
import type { Site, Unit } from '../site.ts';

const HOURS = STEP_S / 3600;
/** Clean bed at 10 degC, bar per m3/h; pipe loss, bar per (m3/h)^2. */
const CLEAN = 0.013;
const PIPE = 0.0016;
const WASH_S = 540;
const WASH_M3H = 26;
/** Viscosity of water relative to 10 degC. */
const viscosity = (c: number): number => Math.exp(1800 * (1 / (273.15 + c) - 1 / 283.15));

export const filter = (site: Site): Unit => {
  const { shared: s } = site;
  const b = site.board({
    id: 'plc-filter',
    cell: 'filtration',
    family: 's7',
    program: 'FILTER_OB1',
    variants: {
      'no-backwash': 'malicious: the filters are never washed, flow and turbidity get worse over a day',
      'flow-high': 'malicious: the pump runs 15 % above what the level controller asks for',
    },
  });
  const cake = [0.004, 0.011];
  const fouling = site.wearOf('F-201');
  const wear = site.wearOf('P-201');
  /** State of the process; numbers as fields are changed in place, captured variables would be allocated each time. */
  const now = {
    flow: 18,
    ripening: 0,
    totalM3: 0,
    _washedM3: 0,
    washing: -1,
    washS: 0,
    bearingC: 30,
  };
  const since = [0, 9000];
  const part = [0.5, 0.5];
  const resist = (i: number): number => (CLEAN + cake[i]! + 0.02 * fouling.value) * viscosity(s.rawC);
  const drop = (i: number): number => resist(i) * now.flow * part[i]!;

  const ft = b.measured('FT-201', 'flow through the filters', 'm3/h', 0, 40, 0.08, () => now.flow, {
    lagS: 1,
    calibrated: true,
  });
  const loop = new Loop(b, {
    name: 'FIC-201',
    tuning: true,
    text: 'filter flow',
    pv: ft,
    sp: 18,
    spLow: 0,
    spHigh: 30,
    spResolution: 0.01,
    kp: 1.1,
    tiS: 6,
    start: 60,
    actual: () => pump.speed * 100,
    cascade: true,
  });
  const pump = site.motor(new Motor(loop.out, 3));
  const dps = [0, 1].map((i) =>
    b.measured(
      `PDT-20${i + 1}`,
      `filter ${i + 1}: pressure difference`,
      'bar',
      0,
      2,
      0.003,
      () => (now.washing === i ? 0.02 : drop(i)),
      { lagS: 2 },
    ),
  );
  b.measured(
    'PT-201',
    'pressure before the filters',
    'bar',
    0,
    6,
    0.008,
    () => 0.35 + PIPE * now.flow * now.flow + Math.max(drop(0), drop(1)),
    { lagS: 1 },
  );
  b.measured('QT-202', 'filtered water turbidity', 'NTU', 0, 5, 0.004, () => s.filteredNtu, {
    lagS: 20,
    calibrated: true,
  });
  b.measured('P-201.I', 'filter pump: motor current', 'A', 0, 40, 0.06, () =>
    pump.speed < 0.03 ? 0 : 3.2 + (11 + 3 * wear.value) * pump.speed ** 3 + 0.1 * now.flow,
  );
  b.measured('P-201.VIB', 'filter pump: vibration', 'mm/s', 0, 20, 0.04, () => pump.speed * (1.1 + 3.8 * wear.value), {
    lagS: 2,
  });
  b.measured('P-201.TEMP', 'filter pump: bearing temperature', 'degC', -10, 150, 0.12, () => now.bearingC, { lagS: 5 });
  const step = b.state('BW.FILTER', 'filter being washed', 2, 0);
  const valves = [
    b.command('XV-201.CMD', 'filter 1: wash valve', false),
    b.command('XV-202.CMD', 'filter 2: wash valve', false),
  ];
  const limit = b.parameter('BW.DP', 'wash when the pressure difference is above', 'bar', 0.1, 1.5, 0.42, 0.001);
  const every = b.parameter('BW.HOURS', 'wash after at most', 'h', 4, 96, 16, 0.1);
  const count = b.counter('BW.COUNT', 'washes done', '', 2210);
  const total = b.counter('FQ-201', 'water filtered', 'm3', 380_200, 10);
  const low = b.flag('LALL-101', 'raw water too low: pump stopped', false);

  return {
    board: b,
    scan: () => {
      loop.sp.put(s.filterDemandM3h * (b.runs('flow-high') ? 1.15 : 1));
      low.put(s.rawLevelM < (low.value === 1 ? 0.9 : 0.6) ? 1 : 0);
      loop.scan(low.value === 0);
      if (step.value === 0 && !b.runs('no-backwash')) {
        for (let i = 0; i < 2; i++)
          if (
            step.value === 0 &&
            (dps[i]!.value > limit.value || since[i]! > every.value * 3600) &&
            s.treatedLevelM > 1.6
          ) {
            step.put(i + 1);
            now.washS = 0;
          }
      } else if (step.value > 0) {
        now.washS += STEP_S;
        if (now.washS > WASH_S) {
          count.put(count.value + 1);
          since[step.value - 1] = 0;
          step.put(0);
        }
      }
      valves.forEach((v, i) => {
        v.put(step.value === i + 1 ? 1 : 0);
      });
      total.put(380_200 + now.totalM3);
    },
    integrate: () => {
      pump.step(s.mains);
      now.washing = valves[0]!.value === 1 ? 0 : valves[1]!.value === 1 ? 1 : -1;
      // The filters in parallel share the flow as their resistances say.
      const r0 = resist(0);
      const r1 = resist(1);
      part[0] = now.washing === 0 ? 0 : now.washing === 1 ? 1 : r1 / (r0 + r1);
      part[1] = 1 - part[0];
      const r = now.washing === 0 ? r1 : now.washing === 1 ? r0 : (r0 * r1) / (r0 + r1);
      const head = 3.4 * pump.speed * pump.speed - 0.3 + 0.1 * (s.rawLevelM - 3);
      const wanted = head <= 0 ? 0 : (Math.sqrt(r * r + 4 * PIPE * head) - r) / (2 * PIPE);
      now.flow += (wanted - now.flow) * 0.5;
      if (s.rawLevelM < 0.05) now.flow = 0;
      s.filterM3h = now.flow;
      for (let i = 0; i < 2; i++) {
        since[i]! += STEP_S;
        cake[i]! += 1.15e-5 * s.rawTurbidityNtu * now.flow * part[i]! * HOURS * 10;
      }
      s.backwashM3h = 0;
      if (now.washing >= 0) {
        s.backwashM3h = WASH_M3H;
        now._washedM3 += WASH_M3H * HOURS;
        cake[now.washing]! *= 1 - STEP_S / 110;
        now.ripening = 1;
      } else now.ripening *= 1 - STEP_S / 700;
      const breakthrough = Math.max(0, Math.max(cake[0]!, cake[1]!) - 0.04) * 12;
      s.filteredNtu +=
        ((s.rawTurbidityNtu * (0.026 + 0.03 * now.ripening + breakthrough) - s.filteredNtu) * STEP_S) / 60;
      now.totalM3 += now.flow * HOURS;
      now.bearingC += (STEP_S * (21 + pump.speed * (24 + 45 * wear.value) - now.bearingC)) / 900;
      s.power.water += 7.5 * pump.speed ** 3;
    },
  };
};
