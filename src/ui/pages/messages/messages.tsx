/** Messages of one conversation in the words of its protocol, in the order of the wire; each leads to its octets. */
import './messages.css';
import { Button } from '@mantine/core';
import { IconArrowLeft, IconArrowNarrowLeft, IconArrowNarrowRight, IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { FILE_PATHS } from '../../../api/paths.ts';
import type { FlowRow, MessageList, MessageRow } from '../../../api/traffic.ts';
import { call, urlOf } from '../../lib/api.ts';
import { clock, number, plural } from '../../lib/format.ts';
import { useKeys } from '../../lib/keys.ts';
import { useSite } from '../../lib/site.ts';
import { Empty, EvidenceLinks, Loading, Panel, PartyLink, Problem, Protocol, Unknown } from '../../parts/basics.tsx';
import { fieldWords, namesItsCode } from '../../parts/evidence-layers.tsx';
import { ForOthers } from '../../parts/others.tsx';
import { constantsOf, tellingFields } from './telling.ts';

/** The last two parts of a path say enough in a row. */
const shortName = (name: string): string =>
  name
    .split('.')
    .slice(-2)
    .join('.')
    .replace(/^(application|apdu|pdu)\./, '');

/** `protocol`: that of the conversation, which the head of the page names. */
const Row = ({
  row,
  isOn,
  constants,
  protocol,
}: {
  row: MessageRow;
  isOn: boolean;
  constants: ReadonlySet<string>;
  protocol: string;
}) => (
  <li className={isOn ? 'on' : ''}>
    <span className="frame-number">
      <EvidenceLinks evidence={[{ source: row.source, frame: row.frame }]} />
    </span>
    <span className="mono" title={row.at ?? ''}>
      {row.at === null ? <Unknown /> : clock(row.at)}
    </span>
    {row.toServer ? (
      <IconArrowNarrowRight size={15} stroke={1.8} role="img" aria-label="client to server" />
    ) : (
      <IconArrowNarrowLeft size={15} stroke={1.8} role="img" aria-label="server to client" className="dim" />
    )}
    <span>
      <span className="strong">{row.type}</span>{' '}
      {row.protocol !== protocol && <span className="dim tiny">{row.title}</span>}
    </span>
    <span className="message-fields small">
      {tellingFields(row, constants).map((f) => (
        <span key={f.name}>
          <span className="name">{fieldWords(shortName(f.name))}</span>
          {f.meaning === '' ? (
            <span className="mono">{f.value}</span>
          ) : (
            <span>
              {f.meaning} {!namesItsCode(f) && <span className="mono dim">({f.value})</span>}
            </span>
          )}
        </span>
      ))}
    </span>
  </li>
);

export const MessagesPage = () => {
  const site = useSite();
  const navigate = useNavigate();
  const { flow = '' } = useParams({ strict: false }) as { flow?: string };
  const search = useSearch({ strict: false }) as { frame?: string };
  const conversation = useQuery({
    queryKey: ['flows', site, 'one', flow],
    queryFn: async ({ signal }) =>
      (await call('flows', { site, q: `id:=${flow}`, limit: 1 }, undefined, signal)).items[0] as FlowRow | undefined,
  });
  const query = useInfiniteQuery({
    queryKey: ['messages', site, flow],
    initialPageParam: null as MessageList['next'],
    queryFn: ({ signal, pageParam }) =>
      call('messages', { site, flow, limit: 200, ...(pageParam ?? {}) }, undefined, signal),
    getNextPageParam: (last) => last.next,
    staleTime: 60_000,
  });
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const constants = useMemo(() => constantsOf(rows), [rows]);
  const at = rows.findIndex((row) => `${row.source}:${row.frame}` === search.frame);
  const step = (by: number) => {
    const row = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
    if (row !== undefined)
      void navigate({
        to: '.',
        replace: true,
        search: (old: Record<string, unknown>) => ({ ...old, frame: `${row.source}:${row.frame}` }),
      });
  };
  useKeys({ j: () => step(1), k: () => step(-1) });
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
        count={rows.length === 0 ? undefined : `${number(rows.length)}${query.hasNextPage ? ' and more' : ''}`}
        flush
        actions={
          rows.length > 1 && (
            <span className="dim tiny hint">
              <kbd>j</kbd> <kbd>k</kbd> walk with their octets
            </span>
          )
        }
      >
        {query.isLoading ? (
          <Loading lines={10} what="Reading the frames of these two again" />
        ) : query.error && query.data === undefined ? (
          <Problem error={query.error} retry={() => void query.refetch()} />
        ) : rows.length === 0 ? (
          <Empty title={missing.length > 0 ? 'The frames are not there any more' : 'No message was recognised'}>
            {missing.length > 0
              ? `Messages are read again from the capture, and ${missing.join(', ')} could not be: live traffic is kept in the evidence ring, frame by frame.`
              : 'There was payload that no decoder knows, or none at all. Its frames can still be opened as pcapng.'}
          </Empty>
        ) : (
          <>
            <ul className="messages-list">
              {rows.map((row, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a frame may hold several messages; their order is fixed
                <Row key={i} row={row} isOn={i === at} constants={constants} protocol={f?.protocol ?? ''} />
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
