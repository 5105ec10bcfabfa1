/**
 * Dosing: hypochlorite and acid into the filtered water. The contact tank is a stirred tank: chlorine is dosed, carried
 * out, uses itself up at once with what the water holds and then by first-order decay that doubles every 10 K (Rossman,
 * EPANET 2 manual, 2000, 3.4); pH by a linear titration curve around 7.3.
 */
import { Motor } from '../actuator.ts';
import { STEP_S } from '../board.ts';
import { Loop } from '../pid.ts';
import type { Site, Unit } from '../site.ts';

const VOLUME_M3 = 2.2;
const HOURS = STEP_S / 3600;
/** At full stroke: mg/s of chlorine, pH units per second and m3 of acid. */
const CHLORINE_MGS = 11;
const ACID = 0.0042;

export const dosing = (site: Site): Unit => {
  const { shared: s } = site;
  const b = site.board({
    id: 'plc-dosing',
    cell: 'dosing',
    family: 'modbus',
    program: 'DOSING_PRG',
    variants: {
      overdose: 'malicious: 12 % more chlorine than the set point, shown as if it were right',
      'pump-off-night': 'malicious: dosing stands still between 1 h and 4 h',
    },
  });
  const demand = site.wander(8 * 3600, 0.03);
  const alkalinity = site.wander(20 * 3600, 0.04);
  const conductivity = site.wander(30 * 3600, 6);
  const stock = [1.7, 1.5];
  /** State of the process; numbers as fields are changed in place, captured variables would be allocated each time. */
  const now = {
    gas: 0.02,
    dosedL: 0,
  };
  let flowing = true;

  const flow = b.measured('FT-301', 'water through the contact tank', 'm3/h', 0, 40, 0.1, () => s.filterM3h, {
    lagS: 1,
  });
  const at = b.measured('AT-301', 'free chlorine', 'mg/l', 0, 2, 0.003, () => s.chlorineMgL, {
    lagS: 20,
    calibrated: true,
  });
  const chlorine = new Loop(b, {
    name: 'AIC-301',
    tuning: true,
    text: 'free chlorine',
    pv: at,
    sp: 0.5,
    spLow: 0.1,
    spHigh: 0.8,
    spResolution: 0.001,
    kp: 28,
    tiS: 380,
    start: 8,
    actual: () => pumps[0]!.speed * 100,
  });
  const ph = b.measured('AT-302', 'pH of treated water', 'pH', 4, 10, 0.008, () => s.ph, {
    lagS: 15,
    calibrated: true,
  });
  const acid = new Loop(b, {
    name: 'AIC-302',
    tuning: true,
    text: 'pH',
    pv: ph,
    sp: 7.3,
    spLow: 6.5,
    spHigh: 8.5,
    spResolution: 0.01,
    kp: -30,
    tiS: 320,
    start: 30,
    actual: () => pumps[1]!.speed * 100,
  });
  const pumps = [site.motor(new Motor(chlorine.out, 2)), site.motor(new Motor(acid.out, 2))];
  b.measured('AT-303', 'conductivity', 'uS/cm', 0, 2000, 0.8, () => 545 + conductivity.value + 12 * pumps[1]!.speed, {
    lagS: 10,
  });
  b.measured('TT-301', 'water temperature', 'degC', 0, 40, 0.04, () => s.rawC + 0.3, { lagS: 30 });
  b.measured('LT-301', 'hypochlorite tank level', 'm', 0, 2.5, 0.002, () => stock[0]!, { lagS: 3 });
  b.measured('LT-302', 'acid tank level', 'm', 0, 2.5, 0.002, () => stock[1]!, { lagS: 3 });
  b.measured('AT-309', 'chlorine gas in the room', 'ppm', 0, 10, 0.006, () => now.gas, { lagS: 10, drift: 0.002 });
  const highLimit = b.parameter('AAH-301.LIM', 'chlorine high alarm', 'mg/l', 0.1, 2, 0.8, 0.001);
  const lowLimit = b.parameter('AAL-301.LIM', 'chlorine low alarm', 'mg/l', 0, 1, 0.3, 0.001);
  const high = b.flag('AAH-301', 'chlorine high', false);
  const low = b.flag('AAL-301', 'chlorine low', false);
  const running = [b.flag('P-301.RUN', 'hypochlorite pump runs', true), b.flag('P-302.RUN', 'acid pump runs', true)];
  const fan = b.command('FN-301.CMD', 'exhaust fan of the chlorine room', true);
  const total = b.counter('FQ-301', 'hypochlorite dosed', 'l', 10_410, 10);
  const refill = b.counter('LT-301.FILLS', 'deliveries of hypochlorite', '', 88);

  return {
    board: b,
    scan: () => {
      if (b.runs('overdose')) at.put(at.value / 1.12);
      const night = b.runs('pump-off-night') && site.calendar.hour >= 1 && site.calendar.hour < 4;
      flowing = flow.value > (flowing ? 0.5 : 0.9);
      const runs = flowing && !s.trip.gas && !night;
      chlorine.scan(runs, flow.value * 2.4 - 7);
      acid.scan(runs, flow.value * 1.5 - 20);
      high.put(at.value > highLimit.value ? 1 : 0);
      low.put(at.value < lowLimit.value ? 1 : 0);
      running.forEach((r, i) => {
        r.put(pumps[i]!.speed > 0.01 ? 1 : 0);
      });
      fan.put(1);
      total.put(10_410 + now.dosedL);
    },
    integrate: () => {
      for (const p of pumps) p.step(s.mains);
      const q = s.filterM3h / 3600;
      const turn = (q / VOLUME_M3) * STEP_S;
      // mg/s over m3/s is mg/m3; the water itself eats a part of the dose at once.
      const in1 = q > 1e-5 ? (CHLORINE_MGS * pumps[0]!.speed) / (q * 1000) : 0;
      const eaten = 0.28 + demand.value + 0.4 * s.filteredNtu;
      const decay = 2.2e-5 * 2 ** ((s.rawC - 10) / 10);
      s.chlorineMgL += (Math.max(0, in1 - eaten) - s.chlorineMgL) * turn - decay * s.chlorineMgL * STEP_S;
      if (q <= 1e-5) s.chlorineMgL += ((CHLORINE_MGS * pumps[0]!.speed) / (VOLUME_M3 * 1000)) * STEP_S;
      s.ph += (7.72 + alkalinity.value - s.ph) * turn - ACID * pumps[1]!.speed * STEP_S;
      stock[0]! -= pumps[0]!.speed * 3.4e-7 * STEP_S;
      stock[1]! -= pumps[1]!.speed * 2.6e-7 * STEP_S;
      now.dosedL += pumps[0]!.speed * 3.1 * HOURS;
      // The lorry comes when the tank is low, in the morning of a working day.
      if (stock[0]! < 0.5 && site.calendar.weekday < 5 && site.calendar.hour > 9 && site.calendar.hour < 10) {
        stock[0] = 2.1;
        refill.put(refill.value + 1);
      }
      if (stock[1]! < 0.5) stock[1] = 2;
      now.gas +=
        ((0.02 + 0.02 * pumps[0]!.speed + s.chlorineGasPpm * (fan.value === 1 ? 0.3 : 1) - now.gas) * STEP_S) / 120;
    },
  };
};
