/** Messages of one conversation in the words of its protocol, in the order of the wire; each leads to its octets. */
import './messages.css';
import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconArrowLeft, IconArrowNarrowLeft, IconArrowNarrowRight, IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { FILE_PATHS } from '../../../api/paths.ts';
import type { FlowRow, MessageList, MessageRow } from '../../../api/traffic.ts';
import { holdsWords } from '../../../core/message-words.ts';
import { call, urlOf } from '../../lib/api.ts';
import { clock, dateTime, duration, number, plural } from '../../lib/format.ts';
import { useKeys } from '../../lib/keys.ts';
import { useSite } from '../../lib/site.ts';
import { Empty, EvidenceLinks, Loading, Panel, PartyLink, Problem, Protocol, Unknown } from '../../parts/basics.tsx';
import { fieldWords, namesItsCode } from '../../parts/evidence-layers.tsx';
import { ForOthers } from '../../parts/others.tsx';
import { type Exchange, exchangesOf } from './exchanges.ts';
import { askedFor, constantsOf, tellingFields } from './telling.ts';
import { runsOf } from './values.ts';

/** The last two parts of a path say enough in a row; the only item of a list needs no number, nor the name of the list. */
const shortName = (name: string, all: MessageRow['fields']): string => {
  const parts = name.split('.');
  const isOnly = (part: string, i: number): boolean => {
    if (!part.endsWith('[0]') || i === parts.length - 1) return false;
    const second = [...parts.slice(0, i), part.replace('[0]', '[1]')].join('.');
    return !all.some((f) => f.name.startsWith(`${second}.`));
  };
  return parts
    .filter((part, i) => !isOnly(part, i))
    .slice(-2)
    .join('.')
    .replace(/^(application|apdu|asdu|pdu|cip|fields|header)\./, '');
};
/** Figures beyond what a measurement can tell are no information: the frame has them. */
const shortValue = (value: string): string =>
  value.replace(/-?\d+\.\d{6,}(e[+-]?\d+)?/gi, (n) => String(Number(Number(n).toPrecision(7))));

interface TellProps {
  row: MessageRow;
  isOn: boolean;
  constants: ReadonlySet<string>;
  /** That of the conversation, which the head of the page names. */
  protocol: string;
  /** Its answer names the points that it asks for. */
  isTold?: boolean;
}

/** Fields in a row; the frame has all. */
const MOST_FIELDS = 10;
/** Points, or runs of them, with their values in a row. */
const MOST_RUNS = 12;
/** Codes that people know by heart are short. */
const MOST_DIGITS = 3;

const textOf = (value: MessageRow['values'][number]['value']): string => shortValue(String(value ?? ''));

const Message = ({ row, isOn, constants, protocol, isTold = false }: TellProps) => {
  // Points with their values say what the fields are packed around.
  const fields = row.values.length > 0 ? [] : isTold ? askedFor(row) : tellingFields(row, constants);
  const runs = runsOf(row.values);
  const shown = runs.slice(0, MOST_RUNS);
  const valuesMore = row.valuesMore + runs.slice(MOST_RUNS).reduce((sum, { values }) => sum + values.length, 0);
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isOn) ref.current?.scrollIntoView({ block: 'nearest' });
  }, [isOn]);
  return (
    <div ref={ref} className={isOn ? 'message on' : 'message'}>
      <div className="message-head">
        {row.toServer ? (
          <IconArrowNarrowRight size={15} stroke={1.8} role="img" aria-label="client to server" />
        ) : (
          <IconArrowNarrowLeft size={15} stroke={1.8} role="img" aria-label="server to client" className="dim" />
        )}
        <span className="strong">{row.type}</span>
        {row.protocol !== protocol && <span className="dim tiny">{row.title}</span>}
        {row.tookMs !== null && (
          <span className="dim tiny nowrap" title="After its request">
            {duration(row.tookMs)}
          </span>
        )}
        {shown.map((run, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a message may name a point twice; their order is fixed
          <span key={i} className="message-value small">
            <span className="name">{run.name}</span> {run.isOne && 'all '}
            <b className="mono">{run.isOne ? textOf(run.values[0]!) : run.values.map(textOf).join(' ')}</b>
          </span>
        ))}
        {valuesMore > 0 && <span className="dim small">and {plural(valuesMore, 'more point')}</span>}
        {fields.slice(0, MOST_FIELDS).map((f) => (
          <span key={f.name} className={isTold ? 'message-field told small' : 'message-field small'}>
            <span className="name">{fieldWords(shortName(f.name, row.fields))}</span>
            {f.meaning === '' ? (
              <span className="mono">{shortValue(f.value)}</span>
            ) : (
              <span>
                {f.meaning}{' '}
                {f.value.length <= MOST_DIGITS && !namesItsCode(f) && <span className="mono dim">({f.value})</span>}
              </span>
            )}
          </span>
        ))}
        {fields.length > MOST_FIELDS && (
          <span className="dim small">and {number(fields.length - MOST_FIELDS)} more</span>
        )}
      </div>
      <EvidenceLinks evidence={[{ source: row.source, frame: row.frame }]} />
    </div>
  );
};

/** Of an exchange, in the order of the page. */
const partsOf = ({ request, answers, single }: Exchange): MessageRow[] =>
  [single, request, ...answers].filter((row) => row !== undefined);
const dayOf = (exchange: Exchange | undefined): string => {
  const at = exchange === undefined ? null : partsOf(exchange)[0]?.at;
  return at ? dateTime(at).slice(0, 10) : '';
};
const placeOf = (row: MessageRow): string => `${row.source}:${row.frame}`;

/** A request at the left, its answers at the right; what belongs to none has the width. */
const ExchangeRow = ({
  exchange: { request, answers, single },
  on,
  isLast,
  day,
  ...tell
}: Pick<TellProps, 'constants' | 'protocol'> & {
  exchange: Exchange;
  /** The message that is walked to. */
  on: MessageRow | undefined;
  /** The answer may be in what was not fetched yet. */
  isLast: boolean;
  /** Where it begins; '' in the middle of one. */
  day: string;
}) => {
  const first = single ?? request ?? answers[0];
  return (
    <li>
      <span className="mono small message-at" title={first?.at ?? ''}>
        {day !== '' && <span className="dim message-day">{day}</span>}
        {first === undefined || first.at === null ? <Unknown /> : clock(first.at)}
      </span>
      {single !== undefined ? (
        <div className="message-wide">
          <Message row={single} isOn={single === on} {...tell} />
        </div>
      ) : (
        <>
          {request === undefined ? (
            <span className="dim small">request not seen</span>
          ) : (
            <Message
              row={request}
              isOn={request === on}
              isTold={answers.some(({ values }) => values.length > 0)}
              {...tell}
            />
          )}
          <div className="message-answers">
            {answers.length === 0 && (
              <span className="dim small">{isLast ? 'its answer may come further on' : 'no answer seen'}</span>
            )}
            {answers.map((row, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a frame may hold several answers; their order is fixed
              <Message key={i} row={row} isOn={row === on} {...tell} />
            ))}
          </div>
        </>
      )}
    </li>
  );
};
/** Read again from the capture: all, or the exchanges that hold the words. */
const messagesQuery = (site: string, flow: string, words: string) => ({
  queryKey: ['messages', site, flow, words],
  initialPageParam: null as MessageList['next'],
  queryFn: ({ signal, pageParam }: { signal: AbortSignal; pageParam: MessageList['next'] }) =>
    call(
      'messages',
      { site, flow, limit: 200, ...(words === '' ? {} : { words }), ...(pageParam ?? {}) },
      undefined,
      signal,
    ),
  getNextPageParam: (last: MessageList) => last.next,
  staleTime: 60_000,
});
/** What is typed is asked for when the hand rests. */
const TYPING_MS = 300;

/** Requests at the end of a part whose answers may be in the next. */
const LATE = 8;

export const MessagesPage = () => {
  const site = useSite();
  const navigate = useNavigate();
  const { flow = '' } = useParams({ strict: false }) as { flow?: string };
  const { frame } = useSearch({ strict: false }) as { frame?: string };
  const conversation = useQuery({
    queryKey: ['flows', site, 'one', flow],
    queryFn: async ({ signal }) =>
      (await call('flows', { site, q: `id:=${flow}`, limit: 1 }, undefined, signal)).items[0] as FlowRow | undefined,
  });
  const all = useInfiniteQuery(messagesQuery(site, flow, ''));
  const [words, setWords] = useState('');
  const [typed] = useDebouncedValue(words.trim(), TYPING_MS);
  // What is here is looked through at once; where there is more, Gatehouse looks through all of it.
  const isSearch = typed !== '' && all.hasNextPage;
  const search = useInfiniteQuery({ ...messagesQuery(site, flow, typed), enabled: isSearch });
  const query = isSearch ? search : all;
  const [walked, setWalked] = useState<MessageRow | undefined>();
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const constants = useMemo(() => constantsOf(rows), [rows]);
  const exchanges = useMemo(() => exchangesOf(rows), [rows]);
  const shown = useMemo(
    () => exchanges.filter((x) => partsOf(x).some((row) => holdsWords(row, words))),
    [exchanges, words],
  );
  // In the order of the page: a request, then its answers. A frame may hold several messages.
  const walk = useMemo(() => shown.flatMap(partsOf), [shown]);
  const at =
    walked !== undefined && placeOf(walked) === frame && walk.includes(walked)
      ? walk.indexOf(walked)
      : walk.findIndex((row) => placeOf(row) === frame);
  const step = (by: number) => {
    const row = walk[Math.min(Math.max(at + by, 0), walk.length - 1)];
    if (row === undefined) return;
    setWalked(row);
    void navigate({
      to: '.',
      replace: true,
      search: (old: Record<string, unknown>) => ({ ...old, frame: placeOf(row) }),
    });
  };
  useKeys({ j: () => step(1), k: () => step(-1) });
  const several = `${number(rows.length)}${query.hasNextPage ? ' and more' : ''}`;
  const countText = isSearch
    ? `${several} in exchanges with these words`
    : words.trim() === ''
      ? several
      : `${number(walk.length)} of ${several}`;
  const missing = query.data?.pages[0]?.missing ?? [];
  const f = conversation.data;
  return (
    <div className="page">
      <div className="row wrap" style={{ marginBottom: 10 }}>
        <Link to="/s/$site/flows" params={{ site }} search={{ sel: flow }} className="row" style={{ gap: 4 }}>
          <IconArrowLeft size={14} stroke={1.8} aria-hidden="true" /> Flows
        </Link>
        {f && (
          <h1 className="flat row wrap" style={{ gap: 6 }}>
            <PartyLink party={f.client} /> <span className="dim">to</span> <PartyLink party={f.server} />
            <span className="tag outline">
              {f.protocol === '' ? 'not recognised' : <Protocol name={f.protocol} />} {f.transport}
              {f.port > 0 && `/${f.port}`}
            </span>
          </h1>
        )}
        <span className="grow" />
        <ForOthers work="evidence" what="take the frames">
          <Button
            component="a"
            variant="default"
            leftSection={<IconDownload size={14} stroke={1.6} />}
            href={urlOf(FILE_PATHS.listPcapng.split(' ')[1] ?? '', { site, list: 'flows', row: flow })}
            download
          >
            Frames of these two (pcapng)
          </Button>
        </ForOthers>
      </div>
      <Panel
        title="Messages"
        count={rows.length === 0 ? undefined : countText}
        flush
        actions={
          (all.data?.pages[0]?.items.length ?? 0) > 1 && (
            <>
              <span className="dim tiny hint">
                <kbd>j</kbd> <kbd>k</kbd> walk with their octets
              </span>
              <TextInput
                size="xs"
                className="message-words"
                aria-label="Words in these messages"
                placeholder="Words in all messages"
                value={words}
                onChange={(e) => setWords(e.currentTarget.value)}
              />
            </>
          )
        }
      >
        {query.isLoading ? (
          <Loading
            lines={10}
            what={isSearch ? 'Looking through all frames of these two' : 'Reading the frames of these two again'}
          />
        ) : query.error && query.data === undefined ? (
          <Problem error={query.error} retry={() => void query.refetch()} />
        ) : rows.length === 0 && isSearch ? (
          <p className="dim message-none">None of all messages of these two holds these words.</p>
        ) : rows.length === 0 ? (
          <Empty title={missing.length > 0 ? 'The frames are not there any more' : 'No message was recognised'}>
            {missing.length > 0
              ? `Messages are read again from the capture, and ${missing.join(', ')} could not be: live traffic is kept in the evidence ring, frame by frame.`
              : 'There was payload that no decoder knows, or none at all. Its frames can still be opened as pcapng.'}
          </Empty>
        ) : (
          <>
            {shown.length === 0 && (
              <p className="dim message-none">None of the {number(rows.length)} messages holds these words.</p>
            )}
            <ul className="messages-list">
              {shown.map((exchange, i) => (
                <ExchangeRow
                  key={exchange.at}
                  day={dayOf(exchange) === dayOf(shown[i - 1]) ? '' : dayOf(exchange)}
                  exchange={exchange}
                  on={walk[at]}
                  isLast={query.hasNextPage && exchange.at >= rows.length - LATE}
                  constants={constants}
                  protocol={f?.protocol ?? ''}
                />
              ))}
            </ul>
            {query.hasNextPage && (
              <div style={{ padding: 10 }}>
                <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                  {plural(200, 'more message').replace('200', 'Up to 200')}
                </Button>
              </div>
            )}
          </>
        )}
      </Panel>
    </div>
  );
};
