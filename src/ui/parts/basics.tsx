/** Text, numbers, times, parties and evidence as every page shows them, and the designed states of not having any. */

import { IconAlertTriangle, IconCopy, IconDatabaseOff, IconEyeOff } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { EvidenceRef, Party, PlainValue } from '../../api/common.ts';
import { FILE_PATHS } from '../../api/paths.ts';
import { ApiProblem, urlOf } from '../lib/api.ts';
import { ago, clock, dateTime, exact } from '../lib/format.ts';
import { useMay } from '../lib/may.ts';
import { useNow } from '../lib/now.ts';
import { useIsRecording, useProtocolTitle, useSite } from '../lib/site.ts';
import { notify } from './notify.ts';
import { ForOthers } from './others.tsx';

/** "Not known" is an answer: never blank, never 0. */
export const Unknown = ({ children = 'not known', why }: { children?: ReactNode; why?: string }) => (
  <span className="unknown" title={why}>
    {children}
  </span>
);
export const Text = ({ children, unknown }: { children: string | undefined; unknown?: string }) =>
  children || <Unknown>{unknown ?? 'not known'}</Unknown>;

/** A protocol as people write it; its name in filters and URLs on hover. */
export const Protocol = ({ name }: { name: string }) => {
  const title = useProtocolTitle()(name);
  return <span title={title === name ? undefined : `protocol:${name}`}>{title}</span>;
};

/** A time in the plant's zone; the exact RFC 3339 on hover and for machines. Of many rows of a day the hour is what differs. */
export const When = ({ at, short = false }: { at: string | null | undefined; short?: boolean }) => {
  if (!at) return <Unknown />;
  const [day = '', hour = ''] = dateTime(at).split(' ');
  return (
    <time dateTime={at} title={at} className="nowrap">
      {short ? (
        clock(at)
      ) : (
        <>
          <span className="dim">{day}</span> {hour}
        </>
      )}
    </time>
  );
};

/** How long ago that was. Nothing of a recording: there "now" means nothing. */
export const Ago = ({ at, before = '' }: { at: string | null | undefined; before?: string }) => {
  const nowMs = useNow();
  const text = useIsRecording() || !at ? '' : ago(at, nowMs);
  return text === '' ? null : (
    <span className="nowrap">
      {before}
      {text}
    </span>
  );
};

/** From when to when: the day once where it is the same. */
export const Span = ({ from, to }: { from: string | null; to: string | null }) => (
  <>
    <When at={from} />
    {from && to && from !== to && (
      <>
        {' '}
        to{' '}
        {dateTime(from).slice(0, 10) === dateTime(to).slice(0, 10) ? (
          <time dateTime={to} title={to} className="nowrap">
            {dateTime(to).slice(11)}
          </time>
        ) : (
          <When at={to} />
        )}
      </>
    )}
  </>
);

/** An address that can be copied with one click. */
export const Address = ({ children }: { children: string }) => (
  <button
    type="button"
    className="mono"
    title="Copy"
    style={{ background: 'none', border: 0, padding: 0, color: 'inherit', cursor: 'copy' }}
    onClick={(e) => {
      e.stopPropagation();
      void navigator.clipboard?.writeText(children).then(() => notify.info('Copied', children));
    }}
  >
    {children}
    <IconCopy size={11} aria-hidden="true" className="dim" style={{ marginLeft: 4, verticalAlign: -1, opacity: 0.6 }} />
  </button>
);

const partyTitle = (p: Party): string =>
  `${p.name}${p.name === p.address || p.address === '' ? '' : ` (${p.address})`}${p.kind === 'asset' ? '' : p.kind === 'group' ? ', a group address' : ', mentioned only: it never spoke'}`;

const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f]{2}(:[0-9a-f]{2}){5})$/i;
/** Names that are addresses are set like addresses, in every row of a list. */
export const isAddress = (name: string): boolean => ADDRESS.test(name);

/** Letters at the end of a name that are never cut. */
const MOST_END = 14;
/** A name in a narrow place. What stands behind a gateway is told apart by its end: there the gateway's part is cut. */
export const Name = ({ children: name }: { children: string }) => {
  const words = name.split(' ');
  if (words.length < 2 || !isAddress(words[0] ?? '')) return name;
  let at = words.length - 1;
  while (at > 1 && words.slice(at - 1).join(' ').length <= MOST_END) at--;
  return (
    <span className="behind">
      <span className="cut">{words.slice(0, at).join(' ')}</span>
      <span className="behind-end"> {words.slice(at).join(' ')}</span>
    </span>
  );
};

export const PartyLink = ({ party, address = true }: { party: Party; address?: boolean }) => {
  const site = useSite();
  const twice = party.name === party.address;
  return (
    <span className="party" title={partyTitle(party)}>
      {party.kind === 'asset' ? (
        <Link
          to="/s/$site/assets/$asset"
          params={{ site, asset: party.id }}
          className={isAddress(party.name) ? 'mono' : ''}
          onClick={(e) => e.stopPropagation()}
        >
          <Name>{party.name}</Name>
        </Link>
      ) : (
        <span className={isAddress(party.name) ? 'mono dim' : 'dim'}>{party.name}</span>
      )}
      {party.kind === 'group' && <span className="tiny dim">group</span>}
      {party.kind === 'mentioned' && <span className="tiny dim">mentioned only</span>}
      {address && !twice && party.address !== '' && <span className="mono dim cut">{party.address}</span>}
    </span>
  );
};

/** A value of the wire; '' for none. */
export const shownValue = (value: PlainValue): string =>
  value === null ? '' : typeof value === 'number' ? exact(value) : String(value);

/** Buttons that open the frame behind a statement. */
export const EvidenceLinks = ({ evidence, most = 2 }: { evidence: readonly EvidenceRef[]; most?: number }) => {
  const navigate = useNavigate();
  const search: Record<string, unknown> = useSearch({ strict: false });
  if (evidence.length === 0) return null;
  return (
    <span className="evidence">
      {evidence.slice(0, most).map((e) => (
        <a
          key={`${e.source}:${e.frame}`}
          href={`?frame=${encodeURIComponent(`${e.source}:${e.frame}`)}`}
          title={`Open frame ${e.frame} of ${e.source}`}
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            event.stopPropagation();
            void navigate({ to: '.', search: { ...search, frame: `${e.source}:${e.frame}` } });
          }}
        >
          #{e.frame}
        </a>
      ))}
      {evidence.length > most && <span className="tiny dim">+{evidence.length - most}</span>}
    </span>
  );
};

/** The frames behind one row of a list, as a capture for other tools. */
export const FramesOf = ({ list, row }: { list: 'flows' | 'findings' | 'incidents'; row: string }) => {
  const site = useSite();
  if (!useMay('evidence')) return <ForOthers work="evidence" what="take the frames" />;
  return (
    <a
      className="small nowrap"
      href={urlOf(FILE_PATHS.listPcapng.split(' ')[1] ?? '', { site, list, row })}
      download
      title="The frames as a capture for other tools"
    >
      Frames (pcapng)
    </a>
  );
};

export const Panel = ({
  title,
  count,
  actions,
  children,
  flush = false,
  id,
}: {
  title: ReactNode;
  count?: string | undefined;
  actions?: ReactNode;
  children: ReactNode;
  flush?: boolean;
  id?: string;
}) => (
  <section className="panel" id={id}>
    <header>
      <h2>{title}</h2>
      {count !== undefined && <span className="dim small">{count}</span>}
      <span className="grow" />
      {actions}
    </header>
    {flush ? children : <div className="body">{children}</div>}
  </section>
);

export const Empty = ({ title, children, icon = true }: { title: string; children?: ReactNode; icon?: boolean }) => (
  <div className="state">
    {icon && <IconEyeOff size={22} stroke={1.4} aria-hidden="true" />}
    <h2>{title}</h2>
    {children !== undefined && <p>{children}</p>}
  </div>
);

/** What stands in a grid in place of its rows: a grid has rows with cells and nothing else. */
export const GridState = ({ children }: { children: ReactNode }) => (
  <div role="row" tabIndex={-1}>
    <div role="gridcell" tabIndex={-1}>
      {children}
    </div>
  </div>
);

export const Loading = ({ lines = 6, what = 'Loading' }: { lines?: number; what?: string }) => (
  <div className="skeleton" aria-busy="true" role="status" aria-label={what}>
    {Array.from({ length: lines }, (_, i) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: grey lines have no identity
      <i key={i} style={{ width: `${[92, 64, 80, 48, 71, 58, 86][i % 7]}%` }} />
    ))}
  </div>
);

interface ProblemProps {
  error: unknown;
  retry?: () => void;
  /** Where to go from what does not exist (any more); trying again would not bring it. */
  back?: ReactNode;
  /** It stands for a whole page, whose heading it is. */
  isPage?: boolean;
}
export const Problem = ({ error, retry, back, isPage = false }: ProblemProps) => {
  const p = error instanceof ApiProblem ? error : undefined;
  // A page is a script of its own: after an update its old name is gone, and trying again asks for the old name again.
  const isGone = p === undefined && error instanceof Error && /module script|dynamically imported/i.test(error.message);
  const message = isGone
    ? 'This page could not be fetched.'
    : (p?.message ?? (error instanceof Error ? error.message : 'Something went wrong.'));
  return (
    <div className="state" role="alert">
      {p?.status === 404 ? (
        <IconDatabaseOff size={22} stroke={1.4} aria-hidden="true" />
      ) : (
        <IconAlertTriangle size={22} stroke={1.4} aria-hidden="true" className="p-high" />
      )}
      {isPage ? <h1>{message}</h1> : <h2>{message}</h2>}
      {p?.whatToDo && <p>{p.whatToDo}</p>}
      {isGone && <p>Gatehouse was updated while the console was open, or does not answer. Load the console anew.</p>}
      {p && <p className="mono tiny">{p.code}</p>}
      {p?.status === 404 && (back ?? <Link to="/">To the first page</Link>)}
      {isGone ? (
        <button type="button" className="chip" onClick={() => window.location.reload()}>
          Load it anew
        </button>
      ) : (
        retry &&
        p?.status !== 404 && (
          <button type="button" className="chip" onClick={retry}>
            Try again
          </button>
        )
      )}
    </div>
  );
};

/** Decoded, encrypted, not decoded, missing: shares of one bar, with the words in its label. */
export const ShareBar = ({
  decoded,
  encrypted = 0,
  undecoded,
  missing = 0,
}: {
  decoded: number;
  encrypted?: number;
  undecoded: number;
  missing?: number;
}) => {
  const all = decoded + encrypted + undecoded + missing;
  if (all === 0) return <Unknown>no payload seen</Unknown>;
  const part = (n: number) => `${(100 * n) / all}%`;
  const label =
    `decoded ${part(decoded)}, encrypted ${part(encrypted)}, not decoded ${part(undecoded)}, missing ${part(missing)}`.replace(
      /(\d+)(\.\d)?\d*%/g,
      '$1$2 %',
    );
  return (
    <div className="sharebar" role="img" aria-label={label} title={label}>
      <i className="decoded" style={{ width: part(decoded) }} />
      <i className="encrypted" style={{ width: part(encrypted) }} />
      <i className="undecoded" style={{ width: part(undecoded) }} />
      <i className="missing" style={{ width: part(missing) }} />
    </div>
  );
};
