/**
 * Coverage: what is seen, and above all what is not. Blind spots first, then each source with its health, then how much
 * of every network, conduit and protocol is understood. It never says that all is well: only what was not found missing.
 */
import './coverage/coverage.css';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Coverage } from '../../api/overview.ts';
import { call } from '../lib/api.ts';
import { bytes, number, plural } from '../lib/format.ts';
import { useSite } from '../lib/site.ts';
import { Empty, Loading, Panel, Problem } from '../parts/basics.tsx';
import { BlindSpots } from './coverage/blind-spots.tsx';
import { Sources } from './coverage/sources.tsx';
import { ConduitTable, LimitTable, NetworkTable, ProtocolTable, UndecodedTable } from './coverage/tables.tsx';
import { VisibilityBar } from './coverage/visibility.tsx';

export const CoveragePage = () => {
  const site = useSite();
  const query = useQuery({
    queryKey: ['coverage', site],
    queryFn: ({ signal }) => call('coverage', { site }, undefined, signal),
  });
  if (query.isLoading) return <Loading lines={14} what="Loading the coverage" />;
  if (query.data === undefined) return <Problem error={query.error} retry={() => void query.refetch()} />;
  return query.data.sources.length === 0 ? (
    <div className="page">
      <header className="page-head">
        <h1>Coverage</h1>
        <span className="dim">no source of frames yet</span>
      </header>
      {query.data.verdicts.length > 0 && <BlindSpots verdicts={query.data.verdicts} reading={false} />}
      <Panel title="Sources">
        <Empty title="No frame came in yet">
          Drop a capture file anywhere in this window, or start Gatehouse with a folder that a recorder writes into, or
          with the name of a network interface that is connected to a mirror port.
        </Empty>
      </Panel>
    </div>
  ) : (
    <Loaded coverage={query.data} />
  );
};

const Loaded = ({ coverage: c }: { coverage: Coverage }) => {
  const site = useSite();
  const { total } = c;
  const { conversations, oneWay } = total;
  return (
    <div className="page">
      <header className="page-head">
        <h1>Coverage</h1>
        <span className="dim">
          {plural(total.sources, 'source')}, {number(total.frames)} frames, {bytes(total.bytes)}
        </span>
      </header>
      <BlindSpots verdicts={c.verdicts} reading={c.sources.some((s) => s.state === 'reading')} oneWay={oneWay} />
      <div className="coverage-two">
        <Panel title="Payload visible">
          <VisibilityBar
            decoded={total.decodedBytes}
            undecoded={total.undecodedBytes}
            encrypted={total.encryptedBytes}
            missing={total.missingBytes}
          />
        </Panel>
        <Panel title="Directions">
          {conversations === 0 ? (
            <p className="unknown flat">No connection between two devices was seen: directions cannot be judged.</p>
          ) : (
            <div className="stack" style={{ gap: 4 }}>
              <span>
                <b className="big">{number(conversations - oneWay)}</b> of {plural(conversations, 'connection')}{' '}
                {conversations - oneWay === 1 ? 'shows' : 'show'} both directions
              </span>
              {oneWay === 0 ? (
                <span className="dim">No connection with only one direction was found.</span>
              ) : (
                <span>
                  <Link to="/s/$site/flows" params={{ site }} search={{ q: 'oneway:true' }} className="in-text">
                    {plural(oneWay, 'connection')} with one direction only
                  </Link>
                  : nobody answered, or the answers do not pass this mirror. Values read and refusals are not seen
                  there.
                </span>
              )}
            </div>
          )}
        </Panel>
      </div>
      <Sources sources={c.sources} total={total.sources} />
      {c.limits.length > 0 && <LimitTable limits={c.limits} />}
      <UndecodedTable rows={c.undecoded} />
      <ProtocolTable rows={c.protocols} />
      <NetworkTable rows={c.networks} />
      <ConduitTable rows={c.conduits} />
    </div>
  );
};
