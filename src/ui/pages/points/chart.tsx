/** The course of one point over time (uPlot): step line, band of smallest and largest where thinned, writes as ticks. */
import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import type { Series } from '../../../api/traffic.ts';
import { axes, frame, type Range, token, widen } from '../../lib/chart.ts';
import { clock, dateTime, timeOfUs } from '../../lib/format.ts';

const HEIGHT = 300;
interface Props {
  series: Series;
  label: string;
  /** Times of writes, microseconds. */
  writes: readonly number[];
  /** Without, the chart cannot be looked into. */
  onRange?: (range: Range | undefined) => void;
  height?: number;
}

const bound = (list: readonly (number | null)[] | undefined, value: readonly (number | null)[]) =>
  value.map((v, i) => list?.[i] ?? v);

export const PointChart = ({ series, label, writes, onRange, height = HEIGHT }: Props) => {
  const box = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');
  const report = useRef(onRange);
  report.current = onRange;
  const [tip, setTip] = useState<{ left: number; top: number; index: number } | undefined>();

  // biome-ignore lint/correctness/useExhaustiveDependencies: `scheme` changes the tokens that are read below
  useEffect(() => {
    const el = box.current;
    if (!el) return;
    const stepped = uPlot.paths.stepped?.({ align: 1 });
    const step = stepped ? { paths: stepped } : {};
    const few = series.us.length < 120;
    const options: uPlot.Options = {
      width: el.clientWidth,
      height,
      ...frame(),
      scales: { x: { time: true }, y: { range: (_u, min, max) => widen(min, max) } },
      cursor: {
        drag: { x: report.current !== undefined, y: false, setScale: false },
        points: { size: 6, fill: token('--gh-accent') },
      },
      axes: axes(),
      series: [
        {},
        {
          label,
          stroke: token('--gh-text'),
          width: 1.4,
          points: { show: few, size: 4, fill: token('--gh-text') },
          spanGaps: false,
          ...step,
        },
        ...(series.thinned
          ? [
              { stroke: 'transparent', points: { show: false }, ...step },
              { stroke: 'transparent', points: { show: false }, ...step },
            ]
          : []),
      ],
      ...(series.thinned ? { bands: [{ series: [3, 2] as uPlot.Band.Bounds, fill: token('--gh-bar-3') }] } : {}),
      hooks: {
        setSelect: [
          (u) => {
            if (u.select.width < 4) return;
            const fromUs = u.posToVal(u.select.left, 'x') * 1e6;
            const toUs = u.posToVal(u.select.left + u.select.width, 'x') * 1e6;
            u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            report.current?.({ fromUs, toUs });
          },
        ],
        setCursor: [
          (u) => {
            const { left = -1, top = -1, idx } = u.cursor;
            if (left < 0 || idx === null || idx === undefined) setTip(undefined);
            else setTip({ left: left + u.over.offsetLeft, top: top + u.over.offsetTop, index: idx });
          },
        ],
        draw: [
          (u) => {
            u.ctx.save();
            u.ctx.fillStyle = token('--gh-accent');
            for (const us of writes) {
              const x = u.valToPos(us / 1e6, 'x', true);
              if (x < u.bbox.left || x > u.bbox.left + u.bbox.width) continue;
              const s = devicePixelRatio;
              const bottom = u.bbox.top + u.bbox.height;
              u.ctx.beginPath();
              u.ctx.moveTo(x, bottom - 8 * s);
              u.ctx.lineTo(x + 4 * s, bottom);
              u.ctx.lineTo(x - 4 * s, bottom);
              u.ctx.fill();
            }
            u.ctx.restore();
          },
        ],
      },
    };
    const columns: (readonly (number | null)[])[] = [series.us.map((us) => us / 1e6), series.value];
    if (series.thinned) columns.push(bound(series.min, series.value), bound(series.max, series.value));
    const plot = new uPlot(options, columns as unknown as uPlot.AlignedData, el);
    plot.over.addEventListener('dblclick', () => report.current?.(undefined));
    const watch = new ResizeObserver(() => plot.setSize({ width: el.clientWidth, height }));
    watch.observe(el);
    return () => {
      watch.disconnect();
      plot.destroy();
      setTip(undefined);
    };
  }, [series, label, writes, height, scheme]);

  const at = tip === undefined ? undefined : series.us[tip.index];
  const value = tip === undefined ? undefined : series.value[tip.index];
  return (
    <div className="chart">
      <div ref={box} role="img" aria-label={`${label} over time, ${series.us.length} samples`} />
      {tip !== undefined && at !== undefined && (
        <div
          className="chart-tip"
          style={{
            top: Math.max(0, tip.top - 46),
            ...(tip.left > (box.current?.clientWidth ?? 0) - 190
              ? { right: (box.current?.clientWidth ?? 0) - tip.left + 10 }
              : { left: tip.left + 12 }),
          }}
        >
          <b>{value ?? 'gap'}</b>
          <span className="dim">
            {dateTime(timeOfUs(at)).slice(0, 10)} {clock(timeOfUs(at))}
          </span>
        </div>
      )}
    </div>
  );
};
