/** Energy meters behind one gateway, and the weather station on the roof: what the plant draws, by feeder. */
import { STEP_S } from '../board.ts';
import type { Site, Unit } from '../site.ts';

const HOURS = STEP_S / 3600;
const FEEDERS = ['water', 'process', 'filling', 'utility'] as const;

export const energy = (site: Site): Unit => {
  const { shared: s, calendar } = site;
  const b = site.board({ id: 'plc-energy', cell: 'energy', family: 'modbus', program: 'METERS', variants: {} });
  const grid = site.wander(1800, 1.4);
  const frequency = site.wander(60, 0.018);
  const damp = site.wander(6 * 3600, 6);
  const offices = site.wander(3600, 0.5);
  const kwh = [812_004, 402_115, 510_870, 921_440];

  const total = (): number => FEEDERS.reduce((a, f) => a + s.power[f], 0) + office();
  const office = (): number => {
    const day = calendar.weekday < 5 && calendar.hour > 6.5 && calendar.hour < 18 ? 6 : 2;
    return Math.max(0.5, day + 0.15 * Math.max(0, 12 - calendar.ambientC) + offices.value);
  };
  [0, 1, 2].forEach((i) => {
    b.measured(
      `EI-150${i + 1}.U`,
      `voltage L${i + 1}`,
      'V',
      0,
      300,
      0.12,
      () => (230.5 + 0.4 * (i - 1) + grid.value - 0.012 * total()) * s.mains,
      { drift: 0.1 },
    );
  });
  b.measured('EI-1501.F', 'mains frequency', 'Hz', 45, 55, 0.003, () => 50 + frequency.value, { drift: 0.001 });
  for (const [i, f] of FEEDERS.entries())
    b.measured(`EI-151${i + 1}.P`, `power of ${f}`, 'kW', 0, 150, 0.05, () => s.power[f] * Math.min(1, s.mains), {
      lagS: 1,
    });
  b.measured('EI-1515.P', 'power of offices', 'kW', 0, 50, 0.02, office, { lagS: 1 });
  b.measured('EI-1500.P', 'power of the plant', 'kW', 0, 300, 0.1, () => total() * Math.min(1, s.mains), { lagS: 1 });
  b.measured('EI-1500.PF', 'power factor', '', 0, 1, 0.001, () => 0.93 - 0.05 * Math.exp(-total() / 40), { lagS: 5 });
  const counters = FEEDERS.map((f, i) => b.counter(`EI-151${i + 1}.E`, `energy of ${f}`, 'kWh', kwh[i]!, 10));
  b.measured('TT-1501', 'air outside', 'degC', -40, 60, 0.05, () => calendar.ambientC, { lagS: 60 });
  b.measured(
    'MT-1501',
    'humidity outside',
    '%',
    0,
    100,
    0.3,
    () => Math.min(99, Math.max(15, 68 - 2 * (calendar.ambientC - 10) + damp.value)),
    { lagS: 60 },
  );
  const limit = b.setPoint('EI-1500.LIM', 'load limit', 'kW', 20, 300, 180, 1);
  const over = b.flag('EAH-1500', 'load limit passed', false);

  return {
    board: b,
    scan: () => {
      counters.forEach((c, i) => {
        c.put(kwh[i]!);
      });
      over.put(b.point('EI-1500.P').value > limit.value ? 1 : 0);
    },
    integrate: () => {
      FEEDERS.forEach((f, i) => {
        kwh[i]! += s.power[f] * Math.min(1, s.mains) * HOURS;
      });
    },
  };
};
