/** Which cycles the rows hold that a cell was learned from, and which not yet: what is new in them may be told as odd. */
import type { CellCycle } from '../../../api/process.ts';
import { plural } from '../../lib/format.ts';
import { Panel } from '../../parts/basics.tsx';

export const Cycles = ({ cycles }: { cycles: readonly CellCycle[] }) => {
  if (cycles.length === 0) return null;
  // States that were seen often are many, and need no word each.
  const told = cycles.filter(({ kind, learned }) => kind !== 'state' || !learned);
  const states = cycles.length - told.length;
  const missing = cycles.filter(({ learned }) => !learned).length;
  return (
    <Panel
      title="Cycles it has seen"
      count={missing > 0 ? `${missing} not yet learned` : `${plural(cycles.length, 'cycle')} learned`}
    >
      <ul className="list">
        {told.map((c) => (
          <li key={`${c.kind} ${c.name}`} style={{ padding: '4px 0' }}>
            <span className={c.learned ? '' : 'strong'}>{c.name}</span>{' '}
            <span className="dim small">{c.text.slice(c.name.length + 2)}</span>
          </li>
        ))}
        {states > 0 && (
          <li style={{ padding: '4px 0' }} className="dim small">
            {plural(states, 'state')} of its points seen at least twice
          </li>
        )}
      </ul>
    </Panel>
  );
};
