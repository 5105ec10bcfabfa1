/**
 * The chart that proves a statement about a value: what was observed, what was expected, the band that is called usual, the
 * episode, and below it the difference alone, where an offset of two per cent is plain to see. With a key, and a reading
 * of every column under the cursor.
 */
import 'uplot/dist/uPlot.min.css';
import './band-chart.css';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useId, useMemo, useRef, useState } from 'react';
import type { Range } from '../lib/chart.ts';
import { clock, dateTime, timeOfUs } from '../lib/format.ts';
import { type Band, brokenAtHoles, differenceOf, holesOf } from './band.ts';
import { type PlotOptions, plotBand, type Shade } from './band-plot.ts';

const NONE: readonly number[] = [];
const SHADES: readonly Shade[] = [];

interface Props {
  band: Band;
  /** The point's name. */
  label: string;
  unit?: string | undefined;
  shades?: readonly Shade[];
  writes?: readonly number[];
  height?: number;
  /** Also draws observed less expected. Only where there is an expectation. */
  difference?: boolean;
  onRange?: (range: Range | undefined) => void;
}

export const BandChart = ({
  band,
  label,
  unit = '',
  shades = SHADES,
  writes = NONE,
  height = 230,
  difference = false,
  onRange,
}: Props) => {
  const upper = useRef<HTMLDivElement>(null);
  const lower = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');
  const sync = useId();
  const report = useRef(onRange);
  report.current = onRange;
  const [tip, setTip] = useState<{ left: number; top: number; index: number } | undefined>();
  const expects = useMemo(() => band.expected.some((e) => e !== null), [band]);
  const banded = useMemo(() => band.low.some((x) => x !== null) || band.high.some((x) => x !== null), [band]);
  const holes = useMemo(() => holesOf(band).length, [band]);
  const shown = useMemo(() => brokenAtHoles(band), [band]);
  const both = difference && expects;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `scheme` changes the tokens that are read while drawing
  useEffect(() => {
    const a = upper.current;
    const b = lower.current;
    if (!a) return;
    const common: Omit<PlotOptions, 'band' | 'label' | 'height' | 'timeLabels' | 'unit' | 'named'> = {
      shades,
      writes,
      sync,
      onRange: report.current === undefined ? undefined : (r) => report.current?.(r),
      onCursor: setTip,
    };
    const off = [plotBand(a, { ...common, band, label, height, unit, named: true, timeLabels: !b })];
    if (b) {
      off.push(
        plotBand(b, {
          ...common,
          band: differenceOf(band),
          label: 'observed less expected',
          height: 116,
          named: false,
          unit,
          timeLabels: true,
          writes: NONE,
          // The reading of the upper chart says it all.
          onCursor: () => undefined,
        }),
      );
    }
    return () => {
      for (const f of off) f();
      setTip(undefined);
    };
  }, [band, label, unit, height, shades, writes, scheme, sync, both]);

  const i = tip?.index ?? -1;
  const at = shown.us[i];
  const width = upper.current?.clientWidth ?? 0;
  return (
    <figure className="band-chart">
      <figcaption className="band-key">
        <span>
          <i className="observed" /> observed{unit !== '' && `, ${unit}`}
        </span>
        {expects && (
          <span>
            <i className="expected" /> expected
          </span>
        )}
        {banded && (
          <span>
            <i className="usual" /> usual band
          </span>
        )}
        {banded && (
          <span>
            <i className="outside" /> outside
          </span>
        )}
        {shades.some((s) => s.kind === 'odd') && (
          <span>
            <i className="episode" /> episode
          </span>
        )}
        {shades.some((s) => s.kind === 'window') && (
          <span>
            <i className="window" /> maintenance window
          </span>
        )}
        {holes > 0 && (
          <span>
            <i className="missing" /> not seen
          </span>
        )}
        {writes.length > 0 && (
          <span>
            <b aria-hidden="true">▲</b> write
          </span>
        )}
      </figcaption>
      <div className="chart-place">
        <div ref={upper} role="img" aria-label={`${label}: observed against expected, ${band.us.length} rows`} />
        {tip !== undefined && at !== undefined && (
          <div
            className="chart-tip"
            style={{
              top: Math.max(0, tip.top - 84),
              ...(tip.left > width - 230 ? { right: width - tip.left + 12 } : { left: tip.left + 14 }),
            }}
          >
            <span className="dim">
              {dateTime(timeOfUs(at)).slice(0, 10)} {clock(timeOfUs(at))}
            </span>
            <dl>
              <dt>observed</dt>
              <dd>{reading(shown.observed[i], unit, 'not seen')}</dd>
              {expects && (
                <>
                  <dt>expected</dt>
                  <dd>{reading(shown.expected[i], unit, 'not known')}</dd>
                </>
              )}
              {banded && (
                <>
                  <dt>usual</dt>
                  <dd>
                    {reading(shown.low[i], '', 'no limit')} to {reading(shown.high[i], unit, 'no limit')}
                  </dd>
                </>
              )}
            </dl>
          </div>
        )}
      </div>
      {both && (
        <>
          <span className="caps band-difference">Observed less expected{unit !== '' && `, ${unit}`}</span>
          <div ref={lower} role="img" aria-label={`${label}: observed less expected`} />
        </>
      )}
    </figure>
  );
};

/** Five figures that count. */
const reading = (v: number | null | undefined, unit: string, none: string): string =>
  v === null || v === undefined ? none : `${Number(v.toPrecision(5))}${unit === '' ? '' : ` ${unit}`}`;
