/** The chart that proves a finding about values, what it was before, during and after, and what the expectation was made from. */
import { useMemo, useState } from 'react';
import type { ProofChart } from '../../../api/alerts.ts';
import { duration, number, share, usOfTime } from '../../lib/format.ts';
import { aroundEpisode, type Band, differenceText, type Stretch, stretchesOf } from '../../parts/band.ts';
import { BandChart } from '../../parts/band-chart.tsx';
import type { Shade } from '../../parts/band-plot.ts';
import { Panel, Unknown } from '../../parts/basics.tsx';
import { PointLink } from '../../parts/finding-marks.tsx';

interface Props {
  proof: ProofChart;
  /** Of the finding; the episode ends where it was last seen. */
  lastAt: string | null;
  height?: number;
  /** Without the table and the sources: beside a list. */
  brief?: boolean;
}

export const ProofView = ({ proof, lastAt, height, brief = false }: Props) => {
  const band: Band = proof;
  const episode = useMemo(() => {
    const end = proof.us.at(-1) ?? proof.sinceUs;
    const last = lastAt === null ? end : usOfTime(lastAt);
    return { fromUs: proof.sinceUs, toUs: Math.max(proof.sinceUs, Math.min(last, end)) };
  }, [proof, lastAt]);
  const shades = useMemo<Shade[]>(() => [{ ...episode, kind: 'odd' }], [episode]);
  const near = useMemo(() => aroundEpisode(band, episode), [band, episode]);
  const [isWhole, setWhole] = useState(false);
  const stretches = useMemo(() => stretchesOf(band, episode), [band, episode]);
  if (proof.us.length < 2) {
    return <p className="dim flat">The rows behind it were not kept: there is no chart to draw.</p>;
  }
  return (
    <div className="stack" style={{ gap: 12 }}>
      <BandChart
        band={isWhole ? band : near}
        label={proof.point.label}
        unit={proof.unit}
        shades={shades}
        difference={!brief}
        {...(height === undefined ? {} : { height })}
      />
      {!brief && near !== band && (
        <span className="row" style={{ gap: 6 }}>
          <button type="button" className="chip" aria-pressed={!isWhole} onClick={() => setWhole(false)}>
            Around it
          </button>
          <button type="button" className="chip" aria-pressed={isWhole} onClick={() => setWhole(true)}>
            All {number(band.us.length)} rows
          </button>
        </span>
      )}
      {!brief && <Stretches stretches={stretches} unit={proof.unit} />}
      {!brief && proof.from.length > 0 && (
        <section className="stack" style={{ gap: 5 }}>
          <h3>Expected from</h3>
          <ul className="made-from">
            {proof.from.map((f) => (
              <li key={f.point.id}>
                <PointLink point={f.point} />
                <span className="weight" role="img" aria-label={`${share(f.weight)} of it`}>
                  <i style={{ width: `${f.weight * 100}%` }} />
                </span>
                <span className="dim small">{share(f.weight)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
};

export const ProofPanel = (props: Props) => (
  <Panel
    title="Observed against expected"
    count={
      props.proof.us.length < 2
        ? undefined
        : `${number(props.proof.us.length)} rows over ${duration(((props.proof.us.at(-1) ?? 0) - (props.proof.us[0] ?? 0)) / 1000)}`
    }
    actions={<PointLink point={props.proof.point} />}
  >
    <ProofView {...props} />
  </Panel>
);

const STRETCH_WORD: Readonly<Record<Stretch['name'], string>> = {
  before: 'Before',
  during: 'Since it is odd',
  after: 'Afterwards',
};
const figure = (v: number | null): string | undefined => (v === null ? undefined : String(Number(v.toPrecision(5))));

const Stretches = ({ stretches, unit }: { stretches: readonly Stretch[]; unit: string }) => (
  <table className="stretches">
    <thead>
      <tr>
        <th scope="col">
          <span className="sr">When</span>
        </th>
        <th scope="col">Observed, mean{unit !== '' && ` (${unit})`}</th>
        <th scope="col">Expected, mean{unit !== '' && ` (${unit})`}</th>
        <th scope="col">Difference</th>
        <th scope="col">Outside of the band</th>
        <th scope="col">Rows</th>
      </tr>
    </thead>
    <tbody>
      {stretches.map((s) => (
        <tr key={s.name} className={s.name === 'during' ? 'on' : ''}>
          <th scope="row">{STRETCH_WORD[s.name]}</th>
          <td>{figure(s.observed) ?? <Unknown>not seen</Unknown>}</td>
          <td>{figure(s.expected) ?? <Unknown />}</td>
          <td className={s.name === 'during' ? 'strong' : ''}>{differenceText(s, stretches) ?? <Unknown />}</td>
          <td>{s.outside === null ? <Unknown>no band</Unknown> : share(s.outside)}</td>
          <td>{number(s.rows)}</td>
        </tr>
      ))}
    </tbody>
  </table>
);
