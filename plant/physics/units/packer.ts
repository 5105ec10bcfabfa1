/** Case packer and palletiser: takes bottles off the conveyor, glues cases with hot melt, counts cases and pallets. */
import { Motor } from '../actuator.ts';
import { STEP_S } from '../board.ts';
import { Loop } from '../pid.ts';
import type { Site, Unit } from '../site.ts';

const CASES_PER_PALLET = 60;

export const packer = (site: Site): Unit => {
  const { shared: s } = site;
  const b = site.board({
    id: 'plc-packer',
    cell: 'packing',
    family: 'opcua',
    program: 'PACKER_APP',
    variants: {
      'cold-glue': 'malicious: the glue is held 25 K too cold and shown as right, cases open in the warehouse',
    },
  });
  const wear = site.wearOf('M-1201');
  const vacuumLeak = site.wearOf('V-1201');
  /** State of the process; numbers as fields are changed in place, captured variables would be allocated each time. */
  const now = {
    speed: 0,
    glueC: 150,
    cases: 0,
    _bottles: 0,
    glueKg: 8,
  };

  const tt = b.measured('TT-1201', 'glue temperature', 'degC', 0, 250, 0.15, () => now.glueC, {
    lagS: 4,
    calibrated: true,
  });
  const loop = new Loop(b, {
    name: 'TIC-1201',
    text: 'glue temperature',
    pv: tt,
    sp: 165,
    spLow: 100,
    spHigh: 200,
    spResolution: 0.1,
    kp: 2.4,
    tiS: 240,
    start: 30,
    actual: () => heater.speed * 100,
  });
  const heater = site.motor(new Motor(loop.out, 1));
  b.measured('ST-1201', 'cases per minute', '/min', 0, 40, 0.05, () => now.speed / Math.max(1, size.value), {
    lagS: 3,
  });
  const size = b.setPoint('CASE.SIZE', 'bottles in a case', '', 4, 48, 12, 1);
  b.measured(
    'PT-1201',
    'vacuum of the gripper',
    'mbar',
    -1000,
    0,
    1.2,
    () => (now.speed > 3 ? -720 + 160 * vacuumLeak.value : -40),
    { lagS: 1 },
  );
  b.measured('M-1201.I', 'packer drive: motor current', 'A', 0, 20, 0.05, () =>
    now.speed < 3 ? 0.3 : 2.4 + 0.012 * now.speed * (1 + 0.4 * wear.value),
  );
  b.measured(
    'M-1201.VIB',
    'packer drive: vibration',
    'mm/s',
    0,
    20,
    0.04,
    () => (now.speed / 200) * (1.4 + 4 * wear.value),
    { lagS: 2 },
  );
  const glue = b.measured('LT-1201', 'glue in the tank', 'kg', 0, 15, 0.02, () => now.glueKg, { lagS: 10 });
  const casesMade = b.counter('PACK.CASES', 'cases packed', '', 3_412_000);
  const pallets = b.counter('PACK.PALLETS', 'pallets', '', 56_866);
  const state = b.state('PACK.STATE', 'PackML state of the packer', 17, 4);
  const enable = b.state('PACK.ENABLE', 'the packer shall run', 1, 0, { writable: true });
  const rate = b.setPoint('PACK.SPEED', 'speed, bottles', '/min', 0, 320, 285, 1);

  return {
    board: b,
    scan: () => {
      if (b.runs('cold-glue')) tt.put(tt.value + 25);
      const ready = tt.value > loop.sp.value - 12 && glue.value > 0.3;
      const wants = enable.value === 1 && ready && !s.trip.packer;
      // It waits until the table has bottles enough for a while, then runs faster than the filler.
      const go = wants && (state.value === 6 ? s.accumulation > 0.12 : s.accumulation > 0.42);
      state.put(s.trip.packer ? 9 : enable.value === 0 ? 4 : go ? 6 : 5);
      loop.scan();
      casesMade.put(3_412_000 + now.cases);
      pallets.put(56_866 + now.cases / CASES_PER_PALLET);
    },
    integrate: () => {
      heater.step(s.mains);
      const runs = state.value === 6 && b.mode === 'run';
      now.speed += ((runs ? rate.value : 0) * s.mains - now.speed) * 0.2;
      if (now.speed < 0.2) now.speed = 0;
      s.packedPerMinute = now.speed;
      const perStep = (now.speed / 60) * STEP_S;
      now._bottles += perStep;
      now.cases += perStep / Math.max(1, size.value);
      now.glueKg -= perStep * 4e-5;
      if (now.glueKg < 2) now.glueKg = 12;
      now.glueC += STEP_S * (0.17 * heater.speed - (now.glueC - 25) / 3000 - perStep * 0.002);
      s.power.filling += now.speed > 3 ? 2 + 0.008 * now.speed + 1.2 * heater.speed : 0.2 + 1.2 * heater.speed;
    },
  };
};
