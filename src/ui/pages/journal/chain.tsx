/**
 * The journal's hash chain: the server recomputes it from the first row; a head that was exported and kept elsewhere
 * shows also whether all of it was made anew or its end was cut off.
 */
import { Button } from '@mantine/core';
import { IconDownload, IconFileCheck, IconLink } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { JournalCheck } from '../../../api/sites.ts';
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
export interface Verdict {
  readonly kind: 'intact' | 'lost' | 'broken' | 'unreadable';
  readonly text: string;
}

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
/** What the server found, in a sentence. */
export const verdictOf = ({ state, row, reason }: JournalCheck, kept: Head | undefined): Verdict =>
  state === 'broken'
    ? { kind: 'broken', text: `The chain is broken: ${reason}. Keep a copy of the data folder before anything else.` }
    : state === 'lost'
      ? { kind: 'lost', text: `${reason}. What is there up to row ${row} follows from each other.` }
      : {
          kind: 'intact',
          text:
            kept === undefined
              ? `All ${row} rows follow from each other. That none was cut off at the end only a head that was kept elsewhere shows.`
              : `All ${row} rows follow from each other, and row ${kept.row} is the one that was kept on ${dateTime(kept.at)}.`,
        };

export const Chain = () => {
  const head = useQuery({
    queryKey: ['journal', 'head'],
    queryFn: ({ signal }) => call('journal', { sort: '-at', limit: 1 }, undefined, signal),
  });
  const [result, setResult] = useState<Verdict | undefined>();
  const [isChecking, setChecking] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const newest = head.data?.items[0];
  const check = async (kept: Head | undefined) => {
    setChecking(true);
    try {
      setResult(
        verdictOf(await call('checkJournal', kept === undefined ? {} : { row: kept.row, hash: kept.hash }), kept),
      );
    } catch (cause) {
      setResult({
        kind: 'unreadable',
        text: cause instanceof Error ? cause.message : 'The journal could not be checked.',
      });
    } finally {
      setChecking(false);
    }
  };
  const compare = async (file: File | undefined) => {
    if (!file) return;
    const kept = readHead(await file.text());
    if (kept === undefined)
      return setResult({ kind: 'unreadable', text: `${file.name} is not a head that was exported here.` });
    await check(kept);
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
          <Unknown>{head.isError ? 'the head is not known now' : 'no head yet'}</Unknown>
        )}
      </span>
      {result ? (
        <span className={result.kind === 'intact' ? 'row' : 'row p-high'} style={{ gap: 5 }} role="status">
          {result.kind === 'intact' ? (
            <IconFileCheck size={14} stroke={1.7} aria-hidden="true" />
          ) : (
            <PriorityGlyph priority="high" size={12} />
          )}
          {result.text}
        </span>
      ) : (
        <span
          className="dim small"
          title="Each row holds the SHA-256 of the row before it. A head that is kept elsewhere shows later whether rows were cut off."
        >
          not checked here yet
        </span>
      )}
      <span className="grow" />
      <Button onClick={() => void check(undefined)} loading={isChecking} disabled={newest === undefined}>
        Check the chain
      </Button>
      <Button onClick={() => input.current?.click()} disabled={newest === undefined || isChecking}>
        Check with a kept head …
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
          void compare(e.target.files?.[0]);
          e.target.value = '';
        }}
      />
    </section>
  );
};
