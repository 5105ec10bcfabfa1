/** What every chart over time shares (uPlot): colours from the tokens, the plant's zone on the axis, steps people count in. */
import uPlot from 'uplot';
import { clock, dateTime, timeOfUs, zoneName } from './format.ts';

/** A stretch of time, microseconds since 1970. */
export interface Range {
  readonly fromUs: number;
  readonly toUs: number;
}

const tokens = new Map<string, string>();
/**
 * The value of a style token now; changes with the colour scheme. Read once for each scheme: asking for a computed style
 * makes the browser lay the page out first, and a list of sparklines asks hundreds of times while it scrolls.
 */
export const token = (name: string): string => {
  const key = `${document.documentElement.dataset.mantineColorScheme} ${name}`;
  let value = tokens.get(key);
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    // Before the styles are there it is empty: that is not kept.
    if (value !== '') tokens.set(key, value);
  }
  return value;
};

export const frame = (): Pick<uPlot.Options, 'tzDate' | 'legend' | 'padding'> => ({
  tzDate: (s) => uPlot.tzDate(new Date(s * 1000), zoneName()),
  legend: { show: false },
  padding: [10, 34, 0, 0],
});

/** Time below, values at the left with their unit, if one is known. `labels: false`: a chart that shares the time axis of the one under it. */
export const axes = (labels = true, unit = ''): uPlot.Axis[] => {
  const line = token('--gh-line');
  const axis = {
    stroke: token('--gh-dim'),
    font: `11px ${token('--gh-mono')}`,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1, size: 5 },
  };
  return [
    { ...axis, size: labels ? 44 : 8, space: 92, values: labels ? axisTimes : (_u, ticks) => ticks.map(() => '') },
    {
      ...axis,
      size: 64,
      ...(unit === '' ? {} : { label: unit, labelSize: 18, labelGap: 0, labelFont: `12px ${token('--gh-font')}` }),
      // Between off and on there is nothing to read off.
      incrs: (u, _axis, min, max) => (isSwitch(u) ? [1] : niceSteps(max - min)),
      values: (_u, ticks) =>
        ticks.map((v) =>
          Math.abs(v) >= 1e6 ? v.toExponential(1).replace('e+', 'e') : String(Number(v.toPrecision(7))),
        ),
    },
  ];
};

/** All that is drawn is 0 or 1. */
const isSwitch = (u: uPlot): boolean => {
  for (let s = 1; s < u.data.length; s++)
    for (const v of u.data[s] ?? []) if (v !== null && v !== undefined && v !== 0 && v !== 1) return false;
  return true;
};

/** 1, 2, 5 of every decade near the range, also where the range is beyond what uPlot brings along. */
const niceSteps = (range: number): number[] => {
  const decade = Math.floor(Math.log10(Math.max(range, Number.MIN_VALUE)));
  return [decade - 2, decade - 1, decade, decade + 1].flatMap((d) => [1, 2, 5].map((n) => Number(`${n}e${d}`)));
};

/** A constant still gets room above and below. */
export const widen = (min: number, max: number): [number, number] => {
  if (min === null || max === null) return [0, 1];
  const room = max === min ? Math.max(1, Math.abs(max) * 0.1) : (max - min) * 0.08;
  return [min - room, max + room];
};

const axisTimes = (_u: uPlot, ticks: number[], _axis: number, _space: number, step: number): (string | null)[] => {
  let day = '';
  return ticks.map((s) => {
    const [date = '', time = ''] = dateTime(timeOfUs(s * 1e6)).split(' ');
    const shown = step < 1 ? clock(timeOfUs(s * 1e6)) : step < 60 ? time : time.slice(0, 5);
    if (step >= 86_400) return date;
    if (date !== day) {
      day = date;
      return `${shown}\n${date}`;
    }
    return shown;
  });
};
