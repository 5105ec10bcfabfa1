/** The recent course of a value in a row, on a canvas: thousands of rows stay smooth, for only those on screen are drawn. */
import { useComputedColorScheme } from '@mantine/core';
import { memo, useEffect, useRef } from 'react';
import { token } from '../lib/chart.ts';
import { type SparkData, sparkPaths } from './spark.ts';

interface Props {
  data: SparkData;
  label: string;
  width?: number;
  height?: number;
}

export const Sparkline = memo(({ data, label, width = 132, height = 22 }: Props) => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useComputedColorScheme('light');
  const paths = sparkPaths(data, width, height);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `scheme` changes the tokens that are read below
  useEffect(() => {
    const el = canvas.current;
    const c = el?.getContext('2d');
    if (!el || !c || !paths) return;
    const scale = Math.max(1, devicePixelRatio);
    el.width = width * scale;
    el.height = height * scale;
    c.scale(scale, scale);
    const trace = (p: readonly number[]): void => {
      c.beginPath();
      for (let i = 0; i + 1 < p.length; i += 2) {
        if (i === 0) c.moveTo(p[i] ?? 0, p[i + 1] ?? 0);
        else c.lineTo(p[i] ?? 0, p[i + 1] ?? 0);
      }
    };
    c.fillStyle = token('--gh-bar-3');
    for (const band of paths.band) {
      trace(band);
      c.fill();
    }
    c.strokeStyle = token('--gh-text');
    c.lineWidth = 1.1;
    for (const line of paths.lines) {
      trace(line);
      c.stroke();
    }
    c.fillStyle = token('--gh-high');
    for (let i = 0; i + 1 < paths.outside.length; i += 2) {
      c.beginPath();
      c.arc(paths.outside[i] ?? 0, paths.outside[i + 1] ?? 0, 1.6, 0, 2 * Math.PI);
      c.fill();
    }
  }, [data, width, height, scheme]);
  if (paths === undefined) return <span className="dim small">too few values</span>;
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label={`${label}, ${data.us.length} values${paths.outsideNow ? ', now outside of its usual band' : ''}`}
      style={{ width, height, display: 'block' }}
    />
  );
});
Sparkline.displayName = 'Sparkline';
