/**
 * What changed the plant: engineering commands by verb, who and whom, heaviest verb first. Small enough to read in one
 * look; a line narrows the list below to its rows.
 */

import { IconArrowNarrowRight, IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { EvidenceRef, Party } from '../../../api/common.ts';
import type { CommandRow } from '../../../api/traffic.ts';
import { ENGINEERING_VERBS } from '../../../api/words.ts';
import type { Outcome } from '../../../core/observation.ts';
import { call } from '../../lib/api.ts';
import { number, plural } from '../../lib/format.ts';
import { useRemembered } from '../../lib/remember.ts';
import { useSite } from '../../lib/site.ts';
import { EvidenceLinks, PartyLink, When } from '../../parts/basics.tsx';
import { OutcomeMark, VerbTag } from '../../parts/glyphs.tsx';

/** Rows that are folded into the summary; beyond it the panel says that there is more. */
const MAX_ROWS = 1000;
/** Lines shown before "show all". */
const FEW = 5;

export interface PlantChange {
  key: string;
  verb: CommandRow['verb'];
  client: Party;
  target: Party;
  what: string[];
  outcomes: Partial<Record<Outcome, number>>;
  reason: string;
  count: number;
  firstAt: string | null;
  lastAt: string | null;
  evidence: readonly EvidenceRef[];
}

const order = new Map<string, number>(ENGINEERING_VERBS.map((v, i) => [v, i]));

/** Same verb, same client, same target: one line. Heaviest verb first, then the latest. */
export const groupChanges = (rows: readonly CommandRow[]): PlantChange[] => {
  const groups = new Map<string, PlantChange>();
  for (const r of rows) {
    const key = `${r.verb} ${r.client.id || r.client.address} ${r.target.id || r.target.address}`;
    let g = groups.get(key);
    if (g === undefined) {
      g = {
        key,
        verb: r.verb,
        client: r.client,
        target: r.target,
        what: [],
        outcomes: {},
        reason: '',
        count: 0,
        firstAt: r.firstAt,
        lastAt: r.lastAt,
        evidence: r.evidence,
      };
      groups.set(key, g);
    }
    const what = [r.operation, r.object, r.value === null ? '' : String(r.value)].filter((x) => x !== '').join(' ');
    if (!g.what.includes(what)) g.what.push(what);
    g.outcomes[r.outcome] = (g.outcomes[r.outcome] ?? 0) + r.count;
    if (r.reason !== '') g.reason = r.reason;
    g.count += r.count;
    if (r.firstAt && (!g.firstAt || r.firstAt < g.firstAt)) g.firstAt = r.firstAt;
    if (r.lastAt && (!g.lastAt || r.lastAt > g.lastAt)) g.lastAt = r.lastAt;
  }
  return [...groups.values()].sort(
    (a, b) => (order.get(a.verb) ?? 99) - (order.get(b.verb) ?? 99) || (b.lastAt ?? '').localeCompare(a.lastAt ?? ''),
  );
};

const nameOf = (p: Party): string => (p.id !== '' ? p.id : p.address);
const quoted = (text: string): string => (/[\s,]/.test(text) ? `"${text}"` : text);
const filterOf = (g: PlantChange): string =>
  `verb:${g.verb} client:=${quoted(nameOf(g.client))} target:=${quoted(nameOf(g.target))}`;

export const PlantChanges = () => {
  const site = useSite();
  const navigate = useNavigate();
  const q = (useSearch({ strict: false }) as { q?: string }).q ?? '';
  const [fold, setFold] = useRemembered('plant-changes', 'open');
  const open = fold === 'open';
  const [all, setAll] = useState(false);
  const query = useQuery({
    queryKey: ['commands', site, 'engineering'],
    queryFn: ({ signal }) =>
      call('commands', { site, q: 'engineering:true', sort: '-last', limit: MAX_ROWS }, undefined, signal),
  });
  const now = useQuery({
    queryKey: ['now', site],
    queryFn: ({ signal }) => call('now', { site }, undefined, signal),
  });
  const groups = groupChanges(query.data?.items ?? []);
  const shown = all ? groups : groups.slice(0, FEW);
  const counts = now.data?.counts;
  // Without frames "none seen" would be a statement about nothing; the list below says why it is empty.
  if (now.data?.state === 'empty') return null;
  const toggle = () => setFold(open ? 'closed' : 'open');
  return (
    <section className="changes" aria-label="What changed the plant">
      <header>
        <button type="button" className="fold" aria-expanded={open} onClick={toggle}>
          {open ? <IconChevronDown size={14} aria-hidden="true" /> : <IconChevronRight size={14} aria-hidden="true" />}
          <h2>What changed the plant</h2>
        </button>
        <span className="dim small">
          {query.isLoading
            ? 'looking …'
            : query.isError
              ? 'not known: the server did not answer'
              : groups.length === 0
                ? 'no engineering command seen in what is visible'
                : plural(groups.length, 'line')}
        </span>
        <span className="grow" />
        {counts && (
          <span className="dim small nowrap sums">
            <span>
              <b>{number(counts.commands)}</b> commands
            </span>
            <span>
              <b>{number(counts.engineering)}</b> engineering
            </span>
            <span>
              <b>{number(counts.writers)}</b> {counts.writers === 1 ? 'writer' : 'writers'}
            </span>
            <span>
              <b>{number(counts.refused)}</b> refused
            </span>
          </span>
        )}
      </header>
      {open && groups.length === 0 && query.isSuccess && (
        <p className="dim none">
          No mode change, program transfer, firmware update, restart, deletion, force or configuration was seen. That
          speaks only for the traffic that is visible and decoded.
        </p>
      )}
      {open && groups.length > 0 && (
        <div className="scroll" style={{ maxHeight: all ? '44vh' : undefined }}>
          <ul className="list">
            {shown.map((g) => {
              const filter = filterOf(g);
              return (
                <li key={g.key} className={filter === q ? 'change on' : 'change'}>
                  <span>
                    <VerbTag verb={g.verb} count={g.count} />
                  </span>
                  <span className="who">
                    <PartyLink party={g.client} address={false} />
                    <IconArrowNarrowRight size={14} stroke={1.6} aria-label="to" className="dim" />
                    <PartyLink party={g.target} address={false} />
                  </span>
                  <button
                    type="button"
                    className="what cut"
                    title={`${g.what.join('\n')}\nShow these rows`}
                    onClick={() =>
                      void navigate({
                        to: '.',
                        replace: true,
                        search: (old: Record<string, unknown>) => {
                          const { q: _q, sel: _sel, ...rest } = old;
                          return filter === q ? rest : { ...rest, q: filter };
                        },
                      })
                    }
                  >
                    {g.what.slice(0, 3).join(', ')}
                    {g.what.length > 3 && <span className="dim"> +{g.what.length - 3}</span>}
                  </button>
                  <span className="outcomes">
                    {(Object.entries(g.outcomes) as [Outcome, number][]).map(([o, n]) => (
                      <span key={o} className="row" style={{ gap: 4 }}>
                        {n !== g.count && <span className="dim">{number(n)}</span>}
                        <OutcomeMark
                          outcome={o}
                          {...(o === 'refused' && Object.keys(g.outcomes).length === 1 ? { reason: g.reason } : {})}
                        />
                      </span>
                    ))}
                  </span>
                  <span className="end dim">
                    <When at={g.lastAt} />
                  </span>
                  <EvidenceLinks evidence={g.evidence} most={1} />
                </li>
              );
            })}
          </ul>
          {(groups.length > FEW || (query.data && query.data.total > MAX_ROWS)) && (
            <div className="row" style={{ padding: '5px 12px 7px' }}>
              {groups.length > FEW && (
                <button type="button" className="chip" onClick={() => setAll(!all)}>
                  {all ? 'Show fewer' : `Show all ${number(groups.length)}`}
                </button>
              )}
              {query.data && query.data.total > MAX_ROWS && (
                <span className="dim small">
                  From the newest {number(MAX_ROWS)} of {number(query.data.total)} rows.
                </span>
              )}
            </div>
          )}
        </div>
      )}
    </section>
  );
};
