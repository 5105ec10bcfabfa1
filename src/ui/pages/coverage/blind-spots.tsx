/** Blind spots in plain sentences, the worst first: what is wrong, the figures that say so, what to do. */

import type { Static } from 'typebox';
import type { Verdict } from '../../../api/sites.ts';
import { PRIORITIES } from '../../../api/words.ts';
import { inPlantTime, plural } from '../../lib/format.ts';
import { Panel } from '../../parts/basics.tsx';
import { PRIORITY_WORD, PriorityGlyph } from '../../parts/glyphs.tsx';

export type VerdictRow = Static<typeof Verdict>;
const rank = (v: VerdictRow): number => PRIORITIES.indexOf(v.priority);
/** What is said when nothing is wrong is no blind spot. */
export const found = (verdicts: readonly VerdictRow[]): VerdictRow[] =>
  verdicts.filter((v) => v.code !== 'nothing-wrong-seen').sort((a, b) => rank(a) - rank(b));

interface Props {
  verdicts: readonly VerdictRow[];
  reading: boolean;
  /** Connections of which only one direction was seen: too few for a verdict, and still not nothing. */
  oneWay?: number;
}
export const BlindSpots = ({ verdicts, reading, oneWay = 0 }: Props) => {
  const list = found(verdicts);
  return (
    <Panel title="Blind spots" count={list.length === 0 ? undefined : plural(list.length, 'kind')} flush>
      {list.length === 0 ? (
        <p className="none-found">
          {oneWay > 0
            ? `No loss found. Of ${plural(oneWay, 'connection')} only one direction was seen: see Directions.`
            : reading
              ? 'Nothing found missing so far; a source is still being read.'
              : 'Nothing found missing.'}
          <span className="dim">
            {' '}
            {oneWay === 0 && 'Nothing in the captured traffic points to loss. '} What the mirror port does not carry
            cannot be seen from here.
          </span>
        </p>
      ) : (
        <ul className="list">
          {list.map((v) => (
            <li key={v.code} className="verdict">
              <PriorityGlyph priority={v.priority} size={14} />
              <div>
                <strong>{v.title}</strong>
                <p className="lines">{inPlantTime(v.detail)}</p>
                {v.whatToDo !== '' && (
                  <p className="todo">
                    <span className="dim">What to do: </span>
                    {v.whatToDo}
                  </p>
                )}
              </div>
              <span className={`tag ${v.priority}`}>{PRIORITY_WORD[v.priority]}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
};
