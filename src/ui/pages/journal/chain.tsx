/**
 * The head of the journal's hash chain: exported and kept elsewhere, it shows later whether rows were changed or cut off.
 * This page compares; it does not recompute the chain, and says so.
 */
import { Button } from '@mantine/core';
import { IconDownload, IconFileCheck, IconLink } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { call } from '../../lib/api.ts';
import { dateTime } from '../../lib/format.ts';
import { save } from '../../lib/save.ts';
import { Unknown } from '../../parts/basics.tsx';
import { PriorityGlyph } from '../../parts/glyphs.tsx';

/** What is exported. */
export interface Head {
  readonly journal: 'gatehouse';
  readonly row: number;
  readonly at: string;
  readonly hash: string;
}
export type Comparison = { readonly kind: 'same' | 'changed' | 'cut' | 'unreadable'; readonly text: string };

export const readHead = (text: string): Head | undefined => {
  try {
    const h = JSON.parse(text) as Partial<Head>;
    return h.journal === 'gatehouse' &&
      Number.isSafeInteger(h.row) &&
      typeof h.hash === 'string' &&
      typeof h.at === 'string'
      ? { journal: 'gatehouse', row: h.row as number, at: h.at, hash: h.hash }
      : undefined;
  } catch {
    return undefined;
  }
};
/** `there`: the row of the same number as the journal has it now. */
export const compare = (kept: Head, there: { id: number; hash: string } | undefined): Comparison =>
  there === undefined
    ? { kind: 'cut', text: `Row ${kept.row} of the kept head is not in the journal: rows were cut off.` }
    : there.hash === kept.hash
      ? {
          kind: 'same',
          text: `Row ${kept.row} has the hash that was kept on ${dateTime(kept.at)}: no evidence of a change up to there.`,
        }
      : {
          kind: 'changed',
          text: `Row ${kept.row} has another hash than the one that was kept: the journal was changed before it.`,
        };

/** Rows around the time of a kept head that are looked through. */
const LOOK = 1000;

export const Chain = () => {
  const head = useQuery({
    queryKey: ['journal', 'head'],
    queryFn: ({ signal }) => call('journal', { sort: '-at', limit: 1 }, undefined, signal),
  });
  const [result, setResult] = useState<Comparison | undefined>();
  const input = useRef<HTMLInputElement>(null);
  const newest = head.data?.items[0];
  const check = async (file: File | undefined) => {
    if (!file) return;
    const kept = readHead(await file.text());
    if (kept === undefined)
      return setResult({ kind: 'unreadable', text: `${file.name} is not a head that was exported here.` });
    try {
      const page = await call('journal', { q: `at:>=${kept.at}`, sort: 'at', limit: LOOK });
      setResult(
        compare(
          kept,
          page.items.find((r) => r.id === kept.row),
        ),
      );
    } catch (cause) {
      setResult({
        kind: 'unreadable',
        text: cause instanceof Error ? cause.message : 'The journal could not be asked.',
      });
    }
  };
  return (
    <section className="chain" aria-label="Hash chain">
      <IconLink size={15} stroke={1.6} aria-hidden="true" className="dim" />
      <span>
        {newest ? (
          <>
            Head: row <b>{newest.id}</b>{' '}
            <span className="mono dim" title={newest.hash}>
              {newest.hash.slice(0, 16)}…
            </span>
          </>
        ) : head.isLoading ? (
          <span className="dim">Asking for the head …</span>
        ) : (
          <Unknown>no head yet</Unknown>
        )}
      </span>
      {result ? (
        <span className={result.kind === 'same' ? 'row' : 'row p-high'} style={{ gap: 5 }} role="status">
          {result.kind === 'same' ? (
            <IconFileCheck size={14} stroke={1.7} aria-hidden="true" />
          ) : (
            <PriorityGlyph priority="high" size={12} />
          )}
          {result.text}
        </span>
      ) : (
        <span className="dim small">
          Chained by SHA-256; not compared here yet. A head that is kept elsewhere shows later whether rows were changed
          or cut.
        </span>
      )}
      <span className="grow" />
      <Button onClick={() => input.current?.click()} disabled={newest === undefined}>
        Compare …
      </Button>
      <Button
        leftSection={<IconDownload size={14} stroke={1.6} />}
        disabled={newest === undefined}
        onClick={() =>
          newest &&
          save(
            `gatehouse-journal-head-${newest.id}.json`,
            'application/json',
            `${JSON.stringify({ journal: 'gatehouse', row: newest.id, at: newest.at, hash: newest.hash } satisfies Head, null, 2)}\n`,
          )
        }
      >
        Export the head
      </Button>
      <input
        ref={input}
        hidden
        type="file"
        accept=".json"
        aria-label="Kept head"
        data-testid="head-input"
        onChange={(e) => {
          void check(e.target.files?.[0]);
          e.target.value = '';
        }}
      />
    </section>
  );
};
