/**
 * What a page shows of an answer: that it is on its way, why it did not come and what to do, or the answer; and that the
 * answer is an old one where it could not be fetched again. One part, so that no page can forget one of these states.
 */
import { IconAlertTriangle } from '@tabler/icons-react';
import { type ReactNode, useRef } from 'react';
import { timeOfUs } from '../lib/format.ts';
import { Loading, Problem, When } from './basics.tsx';

/** What is needed of a query; infinite ones have it too. */
interface Query<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly isError: boolean;
  /** Times that it failed so far. */
  readonly errorUpdateCount: number;
  /** Milliseconds since 1970. */
  readonly dataUpdatedAt: number;
  refetch(): unknown;
}
interface Props<T> {
  query: Query<T>;
  /** "the alert": said while it loads. */
  what: string;
  /** Grey lines while it loads: about as many as the page has. */
  lines?: number;
  /** A part of a page that has its heading already. */
  isPart?: boolean;
  /** Where to go from what does not exist (any more). */
  back?: ReactNode;
  children: (data: T) => ReactNode;
}

export const Fetched = <T,>({ query, what, lines = 12, isPart = false, back, children }: Props<T>) => {
  // While it is asked again the reason stays: a page that fails must not flicker.
  const last = useRef<unknown>(undefined);
  if (query.isError) last.current = query.error;
  const retry = () => void query.refetch();
  if (query.data === undefined)
    return query.errorUpdateCount > 0 && last.current !== undefined ? (
      <Problem error={query.error ?? last.current} retry={retry} back={back} isPage={!isPart} />
    ) : (
      <Loading lines={lines} what={`Loading ${what}`} />
    );
  return (
    <>
      {query.isError && <OldAnswer error={query.error} atMs={query.dataUpdatedAt} retry={retry} />}
      {children(query.data)}
    </>
  );
};

/** Above an answer that stays although it could not be fetched again: how old it is, and why. */
export const OldAnswer = ({ error, atMs, retry }: { error: unknown; atMs: number; retry: () => void }) => (
  <div className="old-answer" role="status">
    <IconAlertTriangle size={15} stroke={1.8} aria-hidden="true" className="p-high" />
    <span>
      <b>This is what was known at</b> <When at={timeOfUs(atMs * 1000)} />. It could not be fetched again
      {error instanceof Error && `: ${error.message}`}
    </span>
    <button type="button" className="chip" onClick={retry}>
      Try again
    </button>
  </div>
);
