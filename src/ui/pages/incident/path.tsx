/** The way it took, in one figure: who acted on whom, from the office side down to the plant. The timeline says the same in words. */
import { useElementSize } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import { dateTime, duration, plural } from '../../lib/format.ts';
import { useSite } from '../../lib/site.ts';
import { CertaintyMark } from '../../parts/finding-marks.tsx';
import { TechniqueChip } from '../../parts/technique.tsx';
import type { Path, PathColumn, PathRow } from './path.ts';
import './path.css';

const ROW = 22;
const TOP = 24;
const LANE_W = 40;
const NAMES_W = 178;
const COLUMN_MIN = 18;
const COLUMN_MAX = 76;
const DOT = 4;
/** Letters of a name beside its line. */
const MOST_LETTERS = 19;
/** Between two times above the columns. */
const TIME_W = 62;

const LANE_WORD: Readonly<Record<PathRow['lane'], string>> = { it: 'IT', dmz: 'DMZ', ot: 'OT', unknown: '?' };
const LANE_HELP: Readonly<Record<PathRow['lane'], string>> = {
  it: 'office side',
  dmz: 'between office and plant',
  ot: 'plant side',
  unknown: 'side not known',
};

interface Props {
  path: Path;
  /** Index of the chosen step; -1: none. */
  chosen: number;
  isChosen: (index: number) => boolean;
  choose: (index: number) => void;
}

export const PathFigure = ({ path, chosen, isChosen, choose }: Props) => {
  const { ref, width } = useElementSize<HTMLDivElement>();
  const { rows, columns } = path;
  const on = columns.find((c) => c.index === chosen || isChosen(c.index));
  const left = LANE_W + NAMES_W;
  const room = Math.max(0, width - left - 8);
  const step = Math.min(COLUMN_MAX, Math.max(COLUMN_MIN, room / Math.max(columns.length, 1)));
  const w = Math.max(width, left + step * columns.length + 8);
  const h = TOP + rows.length * ROW + 6;
  const x = (column: number) => left + (column + 0.5) * step;
  const y = (row: number) => TOP + (row + 0.5) * ROW;
  return (
    <div className="path">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways where it is wider than the window */}
      <div className="path-scroll" ref={ref} role="group" aria-label="The way it took" tabIndex={0}>
        <svg
          viewBox={`0 0 ${w} ${h}`}
          style={{ minWidth: w > width ? w : undefined, aspectRatio: `${w} / ${h}` }}
          role="img"
          aria-label={`${plural(rows.length, 'line')} of devices and ${plural(columns.length, 'step')} between them; the timeline below says the same in words.`}
        >
          <Bands rows={rows} w={w} />
          {rows.map((r, n) => (
            <Lifeline key={r.party?.id ?? `${r.lane} rest`} row={r} y={y(n)} to={w - 8} x={x} columns={columns} n={n} />
          ))}
          <Times columns={columns} x={x} w={w} h={h} step={step} />
          {columns.map((c, n) => (
            <Deed
              key={c.step.finding}
              deed={c}
              x={x(n)}
              y={y}
              h={h}
              step={step}
              on={c === on}
              choose={() => choose(c.index)}
            />
          ))}
        </svg>
      </div>
      <div className="path-said small" aria-live="polite">
        {on ? <Said deed={on} /> : <Key />}
      </div>
    </div>
  );
};

const Bands = ({ rows, w }: { rows: readonly PathRow[]; w: number }) => {
  const lanes = [...new Set(rows.map((r) => r.lane))];
  return lanes.map((lane, n) => {
    const first = rows.findIndex((r) => r.lane === lane);
    const count = rows.filter((r) => r.lane === lane).length;
    const top = TOP + first * ROW;
    return (
      <g key={lane}>
        <rect className={n % 2 === 0 ? 'path-band' : 'path-band odd'} x={0} y={top} width={w} height={count * ROW} />
        <text className="path-lane" x={12} y={top + ROW / 2}>
          {LANE_WORD[lane]}
          <title>{LANE_HELP[lane]}</title>
        </text>
      </g>
    );
  });
};

interface LifelineProps {
  row: PathRow;
  n: number;
  y: number;
  to: number;
  x: (column: number) => number;
  columns: readonly PathColumn[];
}
/** Thin from where it is first met, thick from where somebody acts from it. */
const Lifeline = ({ row, n, y, to, x, columns }: LifelineProps) => {
  const met = columns.findIndex((c) => c.from === n || c.to.includes(n));
  const name = row.party?.name ?? plural(row.devices, 'more device', 'more devices');
  const cut = name.length > MOST_LETTERS ? `${name.slice(0, MOST_LETTERS - 1)}…` : name;
  return (
    <g>
      <text className={row.party ? 'path-name' : 'path-name rest'} x={LANE_W} y={y}>
        {cut}
        <title>{row.party && row.party.address !== row.party.name ? `${name} ${row.party.address}` : name}</title>
      </text>
      <line className="path-life before" x1={LANE_W + NAMES_W} x2={x(Math.max(met, 0))} y1={y} y2={y} />
      <line className="path-life" x1={x(Math.max(met, 0))} x2={to} y1={y} y2={y} />
      {row.takenAt !== undefined && <line className="path-life taken" x1={x(row.takenAt)} x2={to} y1={y} y2={y} />}
    </g>
  );
};

/** Times where there is room; a long pause and a new day are said in any case. */
const Times = ({
  columns,
  x,
  w,
  h,
  step,
}: {
  columns: readonly PathColumn[];
  x: (column: number) => number;
  w: number;
  h: number;
  step: number;
}) => {
  let free = Number.NEGATIVE_INFINITY;
  let before = '';
  return columns.map((c, n) => {
    const at = c.step.firstAt === null ? '' : dateTime(c.step.firstAt);
    const isBreak = c.pauseMs > 0 || c.isNewDay;
    const text = c.isNewDay ? at.slice(5, 16) : c.pauseMs > 0 ? `${duration(c.pauseMs)} later` : at.slice(11);
    const fits = x(n) >= free;
    if (!fits && !isBreak) return null;
    // Nothing is cut at the edge, and no time stands there twice.
    const isRoom = (fits || x(n) >= free - TIME_W / 2) && x(n) + TIME_W <= w && text !== before;
    if (isRoom) before = text;
    if (isRoom) free = x(n) + TIME_W + (isBreak ? 12 : 0);
    return (
      <g key={c.step.finding}>
        {isBreak && <line className="path-break" x1={x(n) - step / 2} x2={x(n) - step / 2} y1={4} y2={h - 6} />}
        {isRoom && (
          <text className={isBreak ? 'path-time break' : 'path-time'} x={x(n) - (isBreak ? step / 2 - 4 : DOT)} y={12}>
            {text}
          </text>
        )}
      </g>
    );
  });
};

interface DeedProps {
  deed: PathColumn;
  x: number;
  y: (row: number) => number;
  h: number;
  step: number;
  on: boolean;
  choose: () => void;
}
const Deed = ({ deed: d, x, y, h, step, on, choose }: DeedProps) => {
  const from = d.from ?? d.to[0];
  if (from === undefined) return null;
  const ends = d.to.map(y);
  const all = [y(from), ...ends];
  const [top, bottom] = [Math.min(...all), Math.max(...all)];
  const at = d.step.firstAt === null ? 'time not known' : dateTime(d.step.firstAt).slice(11);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: steps are walked with j and k
    <g className={`path-deed deed-${d.weight}${on ? ' on' : ''}`} onClick={choose}>
      <title>{`${at} ${d.step.title}${d.more > 0 ? `, and ${d.more} more like it` : ''}`}</title>
      <rect className="path-column" x={x - step / 2} y={TOP} width={step} height={h - TOP - 6} />
      {top !== bottom && <line x1={x} x2={x} y1={top} y2={bottom} />}
      {ends.map((end) =>
        end === y(from) ? null : (
          <path
            key={end}
            className="path-head"
            d={end > y(from) ? `M${x - 4.5} ${end - 8}h9l-4.5 8z` : `M${x - 4.5} ${end + 8}h9l-4.5 -8z`}
          />
        ),
      )}
      {d.from === undefined ? (
        // Nobody is known who did it: it shows at the device.
        <path className="path-head" d={`M${x} ${y(from) - 5.5}l5.5 5.5l-5.5 5.5l-5.5 -5.5z`} />
      ) : (
        <circle className="path-dot" cx={x} cy={y(from)} r={DOT} />
      )}
    </g>
  );
};

const Said = ({ deed: { index, step, more } }: { deed: PathColumn }) => {
  const site = useSite();
  return (
    <span className="row wrap" style={{ gap: '2px 10px' }}>
      <span className="mono dim">
        {index + 1} · {step.firstAt === null ? 'time not known' : dateTime(step.firstAt).slice(11)}
      </span>
      <Link to="/s/$site/findings/$finding" params={{ site, finding: step.finding }} className="strong">
        {step.title}
      </Link>
      {more > 0 && <span className="dim">and {more} more like it</span>}
      <span className="dim">{step.tactic}</span>
      {step.techniques.map((t) => (
        <TechniqueChip key={t.id} id={t.id} name={t.name} tactics={[t.tactic]} short />
      ))}
      <CertaintyMark certainty={step.certainty} />
    </span>
  );
};

const DEEDS = [
  ['looks', 'looks around'],
  ['goes-on', 'goes on to it'],
  ['changes', 'changes the plant'],
] as const;

const Key = () => (
  <ul className="path-key">
    {DEEDS.map(([deed, says]) => (
      <li key={deed}>
        <svg width="26" height="12" aria-hidden="true" className={`path-deed deed-${deed}`}>
          <circle className="path-dot" cx="4" cy="6" r="3.5" />
          <line x1="4" x2="18" y1="6" y2="6" />
          <path className="path-head" d="M16 2l8 4l-8 4z" />
        </svg>
        {says}
      </li>
    ))}
    <li>
      <svg width="26" height="12" aria-hidden="true">
        <line className="path-life taken" x1="0" x2="26" y1="6" y2="6" />
      </svg>
      somebody acts from it
    </li>
    <li className="dim">Click a step, or walk with j and k.</li>
  </ul>
);
