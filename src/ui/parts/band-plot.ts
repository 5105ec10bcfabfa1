/**
 * Draws observed against expected (uPlot): the band as a grey field, the expectation dashed, what was observed as a line
 * that turns to the colour of what needs a person where it leaves the band; the episode shaded, missing data hatched.
 */
import uPlot from 'uplot';
import { axes, frame, type Range, token, widen } from '../lib/chart.ts';
import { clock, timeOfUs } from '../lib/format.ts';
import { type Band, brokenAtHoles, chartRange, holesOf, outsideOf } from './band.ts';

export interface Shade extends Range {
  /** `odd`: the episode; `window`: announced maintenance. */
  readonly kind: 'odd' | 'window';
}
export interface PlotOptions {
  readonly band: Band;
  readonly label: string;
  /** At the axis of values; '' where it is not known. */
  readonly unit: string;
  readonly height: number;
  readonly shades: readonly Shade[];
  /** Times of writes, microseconds. */
  readonly writes: readonly number[];
  /** Charts with the same key move their cursors together. */
  readonly sync: string;
  /** The moment is told in words: once, in the upper of two charts. */
  readonly named: boolean;
  /** False: the chart below has the labels of the time axis. */
  readonly timeLabels: boolean;
  readonly onRange: ((range: Range | undefined) => void) | undefined;
  readonly onCursor: (at: { left: number; top: number; index: number } | undefined) => void;
}

/** Grey hatching, made once a plot: the sign of "not seen" everywhere in the console. */
const hatch = (context: CanvasRenderingContext2D, colour: string): CanvasPattern | string => {
  const size = 7;
  const tile = document.createElement('canvas');
  tile.width = size;
  tile.height = size;
  const c = tile.getContext('2d');
  if (c === null) return colour;
  c.strokeStyle = colour;
  c.lineWidth = 1;
  c.beginPath();
  c.moveTo(-1, size + 1);
  c.lineTo(size + 1, -1);
  c.stroke();
  return context.createPattern(tile, 'repeat') ?? colour;
};

const shadeBehind = (u: uPlot, shades: readonly Shade[], holes: readonly Range[]): void => {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  const field = (r: Range, fill: string | CanvasPattern): [number, number] => {
    const left = u.valToPos(r.fromUs / 1e6, 'x', true);
    const right = Math.max(left + 2, u.valToPos(r.toUs / 1e6, 'x', true));
    ctx.fillStyle = fill;
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    return [left, right];
  };
  const missing = hatch(ctx, token('--gh-line-2'));
  for (const hole of holes) field(hole, missing);
  for (const shade of shades) {
    const [left, right] = field(shade, token(shade.kind === 'odd' ? '--gh-high-soft' : '--gh-accent-soft'));
    ctx.strokeStyle = token(shade.kind === 'odd' ? '--gh-high' : '--gh-accent');
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    for (const x of [left, right]) {
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
    }
    ctx.stroke();
    ctx.setLineDash([]);
  }
  ctx.restore();
};

/** More episodes than this and their names would cover each other and the line. */
const MOST_NAMED = 3;
/** The moment from which on it is odd, in words and with its time, at the top of its field. */
const nameMoments = (u: uPlot, shades: readonly Shade[]): void => {
  const odd = shades.filter((s) => s.kind === 'odd');
  if (odd.length === 0 || odd.length > MOST_NAMED) return;
  const { ctx, bbox } = u;
  const s = devicePixelRatio;
  ctx.save();
  ctx.font = `${11 * s}px ${token('--gh-font')}`;
  ctx.textBaseline = 'top';
  ctx.textAlign = 'left';
  for (const { fromUs } of odd) {
    const x = u.valToPos(fromUs / 1e6, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    const text = `odd since ${clock(timeOfUs(fromUs)).slice(0, 8)}`;
    const wide = ctx.measureText(text).width + 8 * s;
    // At the side of the line that has room.
    const left = x + wide > bbox.left + bbox.width ? x - wide : x;
    ctx.fillStyle = token('--gh-high');
    ctx.fillRect(left, bbox.top, wide, 16 * s);
    ctx.fillStyle = token('--gh-panel');
    ctx.fillText(text, left + 4 * s, bbox.top + 3 * s);
  }
  ctx.restore();
};

const markWrites = (u: uPlot, writes: readonly number[]): void => {
  const { ctx, bbox } = u;
  const s = devicePixelRatio;
  const bottom = bbox.top + bbox.height;
  ctx.save();
  ctx.fillStyle = token('--gh-accent');
  for (const us of writes) {
    const x = u.valToPos(us / 1e6, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bottom - 8 * s);
    ctx.lineTo(x + 4 * s, bottom);
    ctx.lineTo(x - 4 * s, bottom);
    ctx.fill();
  }
  ctx.restore();
};

/** Puts a plot into `el`; what it returns takes it away again. */
export const plotBand = (el: HTMLElement, options: PlotOptions): (() => void) => {
  const whole = brokenAtHoles(options.band);
  const holes = holesOf(options.band);
  const range = chartRange(options.band);
  const observed = token('--gh-text');
  const loud = token('--gh-high');
  const few = whole.us.length < 90;
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  const step = stepped ? { paths: stepped } : {};
  const hidden = { stroke: 'transparent', width: 0, points: { show: false }, spanGaps: false, ...step };
  const plot = new uPlot(
    {
      width: el.clientWidth,
      height: options.height,
      ...frame(),
      scales: { x: { time: true }, y: { range: (_u, min, max) => widen(...(range ?? [min, max])) } },
      cursor: {
        drag: { x: options.onRange !== undefined, y: false, setScale: false },
        points: { size: 6, fill: token('--gh-accent') },
        sync: { key: options.sync, setSeries: false },
      },
      axes: axes(options.timeLabels, options.unit),
      series: [
        {},
        { ...hidden, label: 'highest expected' },
        { ...hidden, label: 'lowest expected' },
        {
          label: 'expected',
          stroke: token('--gh-accent'),
          width: 1.2,
          dash: [5, 4],
          points: { show: false },
          spanGaps: false,
          ...step,
        },
        {
          label: options.label,
          stroke: observed,
          width: 1.5,
          points: { show: few, size: 4, fill: observed },
          spanGaps: false,
          ...step,
        },
        {
          label: 'outside',
          stroke: loud,
          width: 2.5,
          points: { show: true, size: few ? 6 : 3.5, fill: loud },
          spanGaps: false,
          ...step,
        },
      ],
      bands: [{ series: [1, 2], fill: token('--gh-bar-3') }],
      hooks: {
        drawClear: [(u) => shadeBehind(u, options.shades, holes)],
        draw: [(u) => markWrites(u, options.writes), (u) => options.named && nameMoments(u, options.shades)],
        setSelect: [
          (u) => {
            if (u.select.width < 4 || options.onRange === undefined) return;
            const fromUs = u.posToVal(u.select.left, 'x') * 1e6;
            const toUs = u.posToVal(u.select.left + u.select.width, 'x') * 1e6;
            u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            options.onRange({ fromUs, toUs });
          },
        ],
        setCursor: [
          (u) => {
            const { left = -1, top = -1, idx } = u.cursor;
            if (left < 0 || idx === null || idx === undefined) options.onCursor(undefined);
            else options.onCursor({ left: left + u.over.offsetLeft, top: top + u.over.offsetTop, index: idx });
          },
        ],
      },
    },
    [
      whole.us.map((us) => us / 1e6),
      whole.high,
      whole.low,
      whole.expected,
      whole.observed,
      outsideOf(whole),
    ] as unknown as uPlot.AlignedData,
    el,
  );
  plot.over.addEventListener('dblclick', () => options.onRange?.(undefined));
  const watch = new ResizeObserver(() => plot.setSize({ width: el.clientWidth, height: options.height }));
  watch.observe(el);
  return () => {
    watch.disconnect();
    plot.destroy();
  };
};
