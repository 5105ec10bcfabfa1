/**
 * Blending: batches of beverage out of water and syrup. A batch is water and syrup measured in by their flow meters, mixed,
 * and moved to the buffer tank, from which the pasteuriser draws. Sugar and heat balances of stirred tanks; states in the
 * order of ISA-88 (2010) phases.
 */
import { Motor, Valve } from '../actuator.ts';
import { STEP_S } from '../board.ts';
import { Loop } from '../pid.ts';
import { RECIPES } from '../recipes.ts';
import type { Site, Unit } from '../site.ts';

const BATCH_AREA_M2 = 1.7;
const BUFFER_AREA_M2 = 2.4;
const HOURS = STEP_S / 3600;
/** Degrees Brix of the syrup as it is delivered. */
const SYRUP_BRIX = 62;
const MIX_S = 240;

export const blend = (site: Site): Unit => {
  const { shared: s, calendar } = site;
  const b = site.board({
    id: 'plc-blend',
    cell: 'blending',
    family: 'cip',
    program: 'BLEND_R07',
    variants: {
      'thin-batches': 'malicious: 3 % less syrup in every batch than the recipe says',
      'skip-mixing': 'malicious: batches leave the tank without being mixed',
    },
  });
  const syrupQuality = site.wander(40 * 3600, 0.12);
  /** State of the process; numbers as fields are changed in place, captured variables would be allocated each time. */
  const now = {
    water: 0,
    syrup: 0,
    out: 0,
    /** Volume and sugar (m3 x degrees Brix) of batch and buffer. */
    volume: 0.1,
    sugar: 0.95,
    bufferVolume: s.bufferLevelM * BUFFER_AREA_M2,
    bufferSugar: s.bufferLevelM * BUFFER_AREA_M2 * 9.5,
    mixed: 1,
    batchC: 12,
    waitS: 0,
    syrupTank: 24,
    batchWater: 0,
    batchSyrup: 0,
  };

  const lt1 = b.measured('LT-501', 'batch tank level', 'm', 0, 2.5, 0.002, () => now.volume / BATCH_AREA_M2, {
    lagS: 1,
  });
  const lt2 = b.measured('LT-502', 'buffer tank level', 'm', 0, 3, 0.003, () => s.bufferLevelM, {
    lagS: 2,
  });
  b.measured('LT-503', 'syrup tank level', 'm', 0, 5, 0.003, () => now.syrupTank / 6, { lagS: 3 });
  const ft1 = b.measured('FT-501', 'water into the batch', 'm3/h', 0, 30, 0.06, () => now.water, {
    lagS: 1,
    calibrated: true,
  });
  const waterLoop = new Loop(b, {
    name: 'FIC-501',
    text: 'batch water flow',
    pv: ft1,
    sp: 18,
    spLow: 0,
    spHigh: 25,
    spResolution: 0.01,
    kp: 1.6,
    tiS: 5,
    start: 0,
    actual: () => valve1.position,
  });
  const ft2 = b.measured('FT-502', 'syrup into the batch', 'm3/h', 0, 10, 0.015, () => now.syrup, {
    lagS: 1,
    calibrated: true,
  });
  const syrupLoop = new Loop(b, {
    name: 'FIC-502',
    tuning: true,
    text: 'batch syrup flow',
    pv: ft2,
    sp: 4,
    spLow: 0,
    spHigh: 8,
    spResolution: 0.01,
    kp: 6,
    tiS: 6,
    start: 0,
    actual: () => pump.speed * 100,
  });
  const valve1 = site.valve(new Valve(waterLoop.out, 2));
  const pump = site.motor(new Motor(syrupLoop.out, 2));
  const brixSp = b.setPoint('AIC-501.SP', 'sugar of the batch: set point', 'Bx', 3, 16, RECIPES[1]!.brix, 0.01, {
    loop: 'AT-501',
  });
  b.measured('AT-501', 'sugar of the buffer', 'Bx', 0, 20, 0.008, () => s.brix, { lagS: 15, calibrated: true });
  b.measured('TT-501', 'batch tank temperature', 'degC', 0, 60, 0.04, () => now.batchC, { lagS: 20 });
  b.measured('TT-502', 'buffer tank temperature', 'degC', 0, 60, 0.04, () => s.bufferC, { lagS: 20 });
  const agitator = b.command('M-501.CMD', 'agitator: run', false);
  const stirrer = site.motor(new Motor(agitator, 3));
  b.measured('M-501.I', 'agitator: motor current', 'A', 0, 20, 0.05, () => stirrer.speed * (3.1 + 1.6 * now.volume));
  const transfer = b.command('P-503.CMD', 'transfer pump: run', false);
  const mover = site.motor(new Motor(transfer, 2));
  b.measured('FT-503', 'beverage to the buffer', 'm3/h', 0, 40, 0.08, () => now.out, { lagS: 1 });
  const step = b.state('BATCH.STEP', 'batch: 0 wait, 1 water, 2 syrup, 3 mix, 4 transfer', 4, 0);
  const enable = b.state('BATCH.ENABLE', 'batches are made', 1, 0, { writable: true });
  const recipe = b.state('RECIPE.NO', 'recipe', 9, 1, { writable: true });
  const size = b.setPoint('BATCH.SIZE', 'volume of a batch', 'm3', 1, 3.5, 3, 0.01);
  const dosedWater = b.measured('FQ-501', 'water in this batch', 'm3', 0, 4, 0.0002, () => now.batchWater, {
    resolution: 0.001,
    drift: 0,
  });
  const dosedSyrup = b.measured('FQ-502', 'syrup in this batch', 'm3', 0, 4, 0.0001, () => now.batchSyrup, {
    resolution: 0.0001,
    drift: 0,
  });
  const batches = b.counter('BATCH.NO', 'batches made', '', 8_412);

  return {
    board: b,
    scan: () => {
      const part = brixSp.value / SYRUP_BRIX;
      const syrupM3 = size.value * part * (b.runs('thin-batches') ? 0.97 : 1);
      switch (step.value) {
        case 0:
          now.waitS += STEP_S;
          if (enable.value === 1 && now.waitS > 20 && lt1.value < 0.15 && lt2.value < 1.9) {
            step.put(1);
            // Meters count what they read: a wrong calibration makes a wrong batch.
            now.batchWater = 0;
            now.batchSyrup = 0;
          }
          break;
        case 1:
          if (ft1.value > 0) now.batchWater += ft1.value * HOURS;
          if (dosedWater.value >= size.value - syrupM3) step.put(2);
          break;
        case 2:
          if (ft2.value > 0) now.batchSyrup += ft2.value * HOURS;
          if (dosedSyrup.value >= syrupM3) {
            step.put(3);
            now.waitS = 0;
          }
          break;
        case 3:
          now.waitS += STEP_S;
          if (now.waitS > MIX_S || b.runs('skip-mixing')) step.put(4);
          break;
        default:
          if (lt1.value < 0.06) {
            step.put(0);
            now.waitS = 0;
            batches.put(batches.value + 1);
          }
      }
      waterLoop.scan(step.value === 1);
      syrupLoop.scan(step.value === 2);
      agitator.put(step.value === 3 || step.value === 2 ? 1 : 0);
      transfer.put(step.value === 4 && lt2.value < 2.8 ? 1 : 0);
      s.recipe = recipe.value;
    },
    integrate: () => {
      valve1.step();
      pump.step(s.mains);
      stirrer.step(s.mains);
      mover.step(s.mains);
      now.water = 0.26 * valve1.position * Math.sqrt(Math.max(0, s.headerBar) / 4);
      s.blendWaterM3h = now.water;
      now.syrup = now.syrupTank > 0.05 ? 8 * pump.speed : 0;
      now.out = now.volume > 0.02 ? 27 * mover.speed : 0;
      const gives = now.out * HOURS;
      const brix = now.volume > 0.01 ? now.sugar / now.volume : 0;
      // Not mixed, the bottom of the tank is syrup: what leaves first is too sweet.
      const leaves = brix * (1 + (1 - now.mixed) * 0.25 * (now.volume > 1 ? 1 : -1));
      now.volume += (now.water + now.syrup) * HOURS - gives;
      now.sugar += now.syrup * HOURS * (SYRUP_BRIX + syrupQuality.value) - gives * leaves;
      now.mixed += STEP_S * ((now.syrup > 0 ? -now.mixed / 60 : 0) + (stirrer.speed * (1 - now.mixed)) / 70);
      now.syrupTank -= now.syrup * HOURS;
      // The lorry comes before the first shift of a day that would not end with what there is.
      if (now.syrupTank < 14 && calendar.hour > 4.8 && calendar.hour < 5) now.syrupTank += (12 * STEP_S) / 600;
      now.batchC +=
        STEP_S *
        (((s.rawC + 0.6 - now.batchC) * now.water * HOURS) / Math.max(0.3, now.volume) + (18 - now.batchC) / 40_000);
      const taken = s.pasteurFeedM3h * HOURS;
      const bufferBrix = now.bufferVolume > 0.01 ? now.bufferSugar / now.bufferVolume : 0;
      s.bufferC +=
        ((now.batchC - s.bufferC) * gives) / Math.max(0.3, now.bufferVolume) + ((18 - s.bufferC) * STEP_S) / 50_000;
      // What a product leaves behind goes to the drain before the cleaning.
      const drained = s.cipRuns ? Math.min(now.bufferVolume, 15 * HOURS) : 0;
      now.bufferVolume = Math.max(0, now.bufferVolume + gives - taken - drained);
      now.bufferSugar = Math.max(0, now.bufferSugar + gives * leaves - (taken + drained) * bufferBrix);
      s.bufferLevelM = now.bufferVolume / BUFFER_AREA_M2;
      s.blendLevelM = now.volume / BATCH_AREA_M2;
      s.brix = bufferBrix;
      s.power.process = 2.2 * stirrer.speed + 3 * mover.speed + 1.5 * pump.speed;
    },
  };
};
