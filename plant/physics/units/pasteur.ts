/**
 * Flash pasteuriser: regenerator, heater on a hot-water loop heated by steam, holding tube, flow diversion, cooler on
 * glycol. Heat exchangers by effectiveness and number of transfer units (Incropera, Fundamentals of Heat and Mass Transfer,
 * 2011, 11.4); pasteurisation units after Del Vecchio (1951): PU = minutes x 1.393^(T - 60).
 */
import { Motor, Valve } from '../actuator.ts';
import { STEP_S } from '../board.ts';
import { Loop } from '../pid.ts';
import type { Site, Unit } from '../site.ts';

const HOURS = STEP_S / 3600;
/** Heat capacity of product and water, kJ/(kg K), and of the plates with their content, kJ/K. */
const CP = 4.1;
const HOLD_S = 24;
const STERILE_AREA_M2 = 0.9;
/** Steam gives this heat, kJ/kg; 100 % of the valve lets this much through at 6 bar, kg/s. */
const STEAM_KJ = 2085;
const STEAM_KGS = 0.075;

export const pasteur = (site: Site): Unit => {
  const { shared: s } = site;
  const b = site.board({
    id: 'plc-pasteur',
    cell: 'pasteuriser',
    family: 's7',
    program: 'PASTEUR_OB1',
    variants: {
      'no-divert': 'malicious: product is never diverted, and the product is held 4 K colder than asked for',
      'cooler-off': 'malicious: the cooler stays shut, warm product goes to the filler',
    },
  });
  const fouling = site.wearOf('E-601');
  const wear = site.wearOf('P-601');
  /** State of the process; numbers as fields are changed in place, captured variables would be allocated each time. */
  const now = {
    flow: 0,
    regenC: 20,
    heaterC: 40,
    hotC: 60,
    outC: 20,
    regenOutC: 20,
    steam: 0,
    sterileM: 0.9,
    sterileC: 8,
    forward: 0,
    pu: 0,
    tubeAt: 0,
    heldC: 30,
    totalM3: 0,
    _divertedM3: 0,
  };
  const tube = new Float64Array(HOLD_S).fill(30);

  const ft = b.measured('FT-601', 'product flow', 'm3/h', 0, 12, 0.015, () => now.flow, { lagS: 1 });
  const lt = b.measured('LT-605', 'sterile tank level', 'm', 0, 2.5, 0.002, () => now.sterileM, {
    lagS: 2,
  });
  const levelLoop = new Loop(b, {
    name: 'LIC-605',
    text: 'sterile tank level',
    pv: lt,
    sp: 1.3,
    spLow: 0.4,
    spHigh: 2.1,
    spResolution: 0.01,
    kp: 45,
    tiS: 900,
    start: 60,
    low: 30,
    actual: () => levelLoop.out.value,
  });
  const flowLoop = new Loop(b, {
    name: 'FIC-601',
    text: 'product flow',
    pv: ft,
    sp: 6,
    spLow: 0,
    spHigh: 10,
    spResolution: 0.01,
    kp: 4,
    tiS: 5,
    start: 0,
    actual: () => pump.speed * 100,
    cascade: true,
  });
  const pump = site.motor(new Motor(flowLoop.out, 2));
  const tt1 = b.measured('TT-601', 'product behind the heater', 'degC', 0, 110, 0.03, () => now.heaterC, {
    lagS: 2,
    calibrated: true,
  });
  const tempLoop = new Loop(b, {
    name: 'TIC-601',
    tuning: true,
    text: 'product temperature',
    pv: tt1,
    sp: 73,
    spLow: 60,
    spHigh: 90,
    spResolution: 0.1,
    kp: 1.5,
    tiS: 60,
    start: 40,
    actual: () => tempLoop.out.value,
  });
  const tt2 = b.measured('TT-602', 'hot water', 'degC', 0, 130, 0.05, () => now.hotC, { lagS: 3 });
  const hotLoop = new Loop(b, {
    name: 'TIC-602',
    tuning: true,
    text: 'hot water temperature',
    pv: tt2,
    sp: 78,
    spLow: 20,
    spHigh: 105,
    spResolution: 0.1,
    kp: 5,
    tiS: 25,
    start: 30,
    actual: () => steamValve.position,
    cascade: true,
  });
  const steamValve = site.valve(new Valve(hotLoop.out, 3, { slewPercentS: 8 }));
  const tt3 = b.measured('TT-603', 'product behind the holding tube', 'degC', 0, 110, 0.03, () => now.heldC, {
    lagS: 2,
    calibrated: true,
  });
  b.measured('TT-600', 'product into the regenerator', 'degC', 0, 60, 0.04, () => s.bufferC, { lagS: 3 });
  b.measured('TT-606', 'product into the heater', 'degC', 0, 110, 0.04, () => now.regenC, { lagS: 3 });
  b.measured('TT-605', 'product into the cooler', 'degC', 0, 110, 0.04, () => now.regenOutC, { lagS: 3 });
  const tt4 = b.measured('TT-604', 'product behind the cooler', 'degC', 0, 60, 0.04, () => now.outC, {
    lagS: 2,
    calibrated: true,
  });
  const coolLoop = new Loop(b, {
    name: 'TIC-604',
    text: 'product temperature behind the cooler',
    pv: tt4,
    sp: 8,
    spLow: 2,
    spHigh: 25,
    spResolution: 0.1,
    kp: -3,
    tiS: 40,
    start: 30,
    actual: () => coolValve.position,
  });
  const coolValve = site.valve(new Valve(coolLoop.out, 3));
  b.measured(
    'PT-601',
    'product pressure',
    'bar',
    0,
    10,
    0.01,
    () => 1.2 + 0.035 * now.flow * now.flow * (1 + fouling.value),
    {
      lagS: 1,
    },
  );
  b.measured(
    'PDT-601',
    'pressure difference of the heater',
    'bar',
    0,
    4,
    0.004,
    () => 0.011 * now.flow * now.flow * (1 + 1.6 * fouling.value),
    { lagS: 2 },
  );
  b.measured('P-601.I', 'feed pump: motor current', 'A', 0, 20, 0.04, () =>
    pump.speed < 0.03 ? 0 : 2 + (4.5 + 2 * wear.value) * pump.speed ** 2,
  );
  b.measured('P-601.VIB', 'feed pump: vibration', 'mm/s', 0, 20, 0.04, () => pump.speed * (1.2 + 4 * wear.value), {
    lagS: 2,
  });
  b.measured('AT-PU', 'pasteurisation units', 'PU', 0, 1000, 0.2, () => now.pu, { lagS: 2, drift: 0 });
  const divert = b.command('XV-601.CMD', 'divert valve: forward flow', false);
  const forwardOpen = b.flag('XV-601.FWD', 'divert valve stands forward', false);
  const low = b.parameter('TAL-603.LIM', 'divert below', 'degC', 55, 88, 71.5, 0.1, { safety: true });
  const step = b.state('PAST.STEP', '0 stopped, 1 heating up in circulation, 2 production', 3, 0);
  const enable = b.state('PAST.ENABLE', 'production is wanted', 1, 0, { writable: true });
  const total = b.counter('FQ-601', 'product pasteurised', 'm3', 61_020, 10);
  const diverts = b.counter('XV-601.COUNT', 'diversions', '', 412);
  let wasForward = false;

  return {
    board: b,
    scan: () => {
      // The malicious program believes, and shows, 4 K more than there is.
      if (b.runs('no-divert')) for (const p of [tt1, tt3]) p.put(p.value + 4);
      const product = s.bufferLevelM > 0.12;
      if (enable.value === 0 || s.trip.pasteur || !product) step.put(0);
      else if (step.value === 0 && s.bufferLevelM > 0.35) step.put(1);
      const hot = tt3.value > low.value + (step.value === 2 ? 0 : 1);
      if (step.value === 1 && hot) step.put(2);
      const runs = step.value > 0;
      const sterileFull = lt.value > 2.2;
      levelLoop.scan(runs);
      flowLoop.sp.put(step.value === 1 ? 4.5 : levelLoop.out.value * 0.1);
      flowLoop.scan(runs);
      tempLoop.scan(runs, 0, hotLoop.out.value >= 99);
      hotLoop.sp.put(Math.min(105, Math.max(20, 55 + 0.5 * tempLoop.out.value)));
      hotLoop.scan(runs);
      coolLoop.scan(runs && !b.runs('cooler-off'));
      const go = step.value === 2 && (hot || b.runs('no-divert')) && !sterileFull;
      divert.put(go ? 1 : 0);
      if (step.value === 2 && wasForward && !go) diverts.put(diverts.value + 1);
      wasForward = go;
      forwardOpen.put(now.forward > 0.5 ? 1 : 0);
      total.put(61_020 + now.totalM3);
    },
    integrate: () => {
      pump.step(s.mains);
      steamValve.step();
      coolValve.step();
      now.forward += (divert.value - now.forward) * 0.5;
      now.flow += (10 * pump.speed * (1 - 0.06 * wear.value) - now.flow) * 0.5;
      if (s.bufferLevelM < 0.02) now.flow = 0;
      const kgs = now.flow / 3.6;
      const capacity = Math.max(0.02, kgs) * CP;
      // Regenerator: equal flows on both sides, effectiveness NTU / (1 + NTU).
      const ntu = (32 * (1 - 0.25 * fouling.value)) / capacity;
      const regen = ntu / (1 + ntu);
      // Diverted product goes back to the buffer hot; the regenerator works all the same.
      const preheated = s.bufferC + regen * (now.heldC - s.bufferC);
      now.regenC += (preheated - now.regenC) * 0.12;
      now.regenOutC += (now.heldC - regen * (now.heldC - s.bufferC) - now.regenOutC) * 0.12;
      const heater = 1 - Math.exp(-(16 * (1 - 0.45 * Math.min(1, fouling.value))) / capacity);
      const heat = capacity * heater * (now.hotC - now.regenC) * (kgs > 0.03 ? 1 : 0);
      const product =
        kgs > 0.03 ? now.regenC + heater * (now.hotC - now.regenC) : now.heaterC - (now.heaterC - 20) * 2e-4;
      now.heaterC += (product - now.heaterC) * 0.2;
      now.steam = STEAM_KGS * (steamValve.position / 100) * Math.sqrt(Math.max(0, s.steamBar) / 6);
      if (s.steamBar * 10 + 100 < now.hotC) now.steam = 0;
      now.hotC += ((now.steam * STEAM_KJ - heat - 0.05 * (now.hotC - 20)) / 420) * STEP_S;
      // The holding tube: plug flow at nominal flow, slower or faster with it.
      tube[now.tubeAt] = now.heaterC;
      now.tubeAt = (now.tubeAt + 1) % HOLD_S;
      now.heldC += (tube[now.tubeAt]! - 0.25 - now.heldC) * 0.6;
      const cooler = (1 - Math.exp(-14 / capacity)) * Math.min(1, coolValve.position / 70);
      const cooled = now.regenOutC - cooler * (now.regenOutC - s.coolantC);
      now.outC += ((kgs > 0.03 ? cooled : 18) - now.outC) * (kgs > 0.03 ? 0.15 : 1e-4);
      s.coolingKw = kgs > 0.03 ? capacity * cooler * (now.regenOutC - s.coolantC) : 0;
      s.steamToPasteurKgH = now.steam * 3600;
      const given = now.flow * now.forward;
      s.pasteurFeedM3h = given;
      s.pasteurOutM3h = given;
      now._divertedM3 += (now.flow - given) * HOURS;
      now.totalM3 += given * HOURS;
      const secondsHeld = now.flow > 0.3 ? (HOLD_S * 6) / now.flow : 0;
      now.pu = Math.min(1000, (secondsHeld / 60) * 1.393 ** (now.heldC - 60));
      const sterile = Math.max(0.05, now.sterileM) * STERILE_AREA_M2;
      now.sterileC += ((now.outC - now.sterileC) * given * HOURS) / sterile + ((16 - now.sterileC) * STEP_S) / 60_000;
      now.sterileM = Math.min(2.5, Math.max(0, now.sterileM + ((given - s.fillerM3h) * HOURS) / STERILE_AREA_M2));
      s.productC = now.sterileC;
      s.sterileLevelM = now.sterileM;
      s.heldC = now.heldC;
      s.power.process += 4 * pump.speed ** 2 + 1.1;
    },
  };
};
