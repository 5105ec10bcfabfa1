/**
 * Glycol cooling: a compressor cools a glycol loop, the pasteuriser's cooler warms it. Energy balance of the loop; the
 * compressor's coefficient of performance falls with the temperature lift (half of Carnot's; ASHRAE Refrigeration, 2018).
 */
import { Motor } from '../actuator.ts';
import { STEP_S } from '../board.ts';
import { Loop } from '../pid.ts';
import type { Site, Unit } from '../site.ts';

const LOOP_KJ_K = 5200;
const MOST_KW = 130;

export const cooling = (site: Site): Unit => {
  const { shared: s, calendar } = site;
  const b = site.board({
    id: 'plc-cooling',
    cell: 'cooling',
    family: 'opcua',
    program: 'CHILLER_APP',
    variants: { 'head-pressure': 'malicious: the condenser fan runs at a third, pressures and current rise' },
  });
  const wear = site.wearOf('C-801');
  const dirt = site.wearOf('E-801');
  /** State of the process; numbers as fields are changed in place, captured variables would be allocated each time. */
  const now = {
    supply: 2,
    heat: 0,
    condenserC: 25,
    electric: 0,
    oilC: 35,
    returnC: 4,
  };

  const tt = b.measured('TT-801', 'glycol supply', 'degC', -20, 30, 0.03, () => now.supply, {
    lagS: 3,
    calibrated: true,
  });
  b.measured('TT-802', 'glycol return', 'degC', -20, 40, 0.03, () => now.returnC, { lagS: 3 });
  const loop = new Loop(b, {
    name: 'TIC-801',
    tuning: true,
    text: 'glycol supply',
    pv: tt,
    sp: 1.5,
    spLow: -5,
    spHigh: 8,
    spResolution: 0.1,
    kp: -10,
    tiS: 160,
    start: 25,
    actual: () => motor.speed * 100,
  });
  const motor = site.motor(new Motor(loop.out, 5));
  const run = b.flag('C-801.RUN', 'compressor runs', true);
  b.measured('PT-801', 'suction pressure', 'bar', 0, 15, 0.01, () => 4.2 + 0.13 * now.supply - 0.9 * motor.speed, {
    lagS: 2,
  });
  b.measured(
    'PT-802',
    'discharge pressure',
    'bar',
    0,
    35,
    0.03,
    () => 6.5 + 0.28 * now.condenserC + 0.9 * motor.speed,
    {
      lagS: 2,
    },
  );
  b.measured('TT-803', 'oil temperature', 'degC', 0, 120, 0.1, () => now.oilC, { lagS: 10 });
  b.measured(
    'C-801.I',
    'compressor: motor current',
    'A',
    0,
    100,
    0.15,
    () => now.electric * 1.7 + (motor.speed > 0.03 ? 3 : 0),
  );
  b.measured('C-801.VIB', 'compressor: vibration', 'mm/s', 0, 20, 0.05, () => motor.speed * (2 + 5 * wear.value), {
    lagS: 2,
  });
  b.measured('FT-801', 'glycol flow', 'm3/h', 0, 40, 0.06, () => 18 * pump.speed, { lagS: 1 });
  const pumpOn = b.command('P-801.CMD', 'glycol pump: run', true);
  const pump = site.motor(new Motor(pumpOn, 3));
  const fan = b.output('FN-801.OUT', 'condenser fan', '%', 0, 100, 60, () => fan.value);
  b.measured('TT-804', 'condensing temperature', 'degC', -10, 80, 0.08, () => now.condenserC, { lagS: 5 });
  const high = b.parameter('PAH-802.LIM', 'discharge pressure high: compressor off', 'bar', 10, 30, 24, 0.1);
  const trip = b.flag('PAH-802', 'discharge pressure high', false);

  return {
    board: b,
    scan: () => {
      const discharge = b.point('PT-802').value;
      trip.put(discharge > high.value - (trip.value === 1 ? 4 : 0) ? 1 : 0);
      loop.scan(trip.value === 0);
      run.put(motor.speed > 0.05 ? 1 : 0);
      pumpOn.put(1);
      fan.put(b.runs('head-pressure') ? 33 : Math.min(100, Math.max(20, 20 + 5 * (now.condenserC - 22))));
    },
    integrate: () => {
      motor.step(s.mains);
      pump.step(s.mains);
      const capacity = MOST_KW * motor.speed * (1 - 0.006 * (now.condenserC - 25)) * (1 - 0.1 * wear.value);
      const lift = Math.max(8, now.condenserC - now.supply + 10);
      const efficiency = (0.5 * 273) / lift;
      now.electric = capacity > 0.5 ? capacity / efficiency : 0;
      now.heat = s.coolingKw + 0.12 * (calendar.ambientC - now.supply) + 2.2 * pump.speed;
      now.supply += ((now.heat - capacity) / LOOP_KJ_K) * STEP_S;
      s.coolantC = now.supply;
      now.returnC = now.supply + now.heat / Math.max(2, 18 * pump.speed * 1.03);
      const air = (0.35 + 0.65 * (fan.value / 100)) * (1 - 0.5 * dirt.value);
      now.condenserC += (STEP_S * (calendar.ambientC + (capacity + now.electric) / (5.5 * air) - now.condenserC)) / 90;
      now.oilC += (STEP_S * (28 + 26 * motor.speed + 18 * wear.value + 0.2 * calendar.ambientC - now.oilC)) / 500;
      s.power.utility += now.electric + 2.2 * pump.speed + 2 * (fan.value / 100);
    },
  };
};
