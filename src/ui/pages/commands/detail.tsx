/** One folded command in full: who asked whom for what, what came of it, and the frames of the first and last time. */
import { Link } from '@tanstack/react-router';
import type { CommandRow } from '../../../api/traffic.ts';
import { duration, number } from '../../lib/format.ts';
import { useSite } from '../../lib/site.ts';
import { Address, EvidenceLinks, PartyLink, Protocol, shownValue, Text, Unknown, When } from '../../parts/basics.tsx';
import { NoObject, NoValue } from '../../parts/command-none.tsx';
import { OUTCOME_HELP, OutcomeMark } from '../../parts/glyphs.tsx';

export const CommandDetail = ({ row: c }: { row: CommandRow }) => {
  const site = useSite();
  const over = c.firstAt && c.lastAt ? Date.parse(c.lastAt) - Date.parse(c.firstAt) : 0;
  const every = c.count > 1 && over > 0 ? duration(over / (c.count - 1)) : '';
  const object = c.object.replaceAll('"', '');
  return (
    <>
      <section>
        <h3>Outcome</h3>
        <OutcomeMark outcome={c.outcome} />
        <p className="dim flat">{OUTCOME_HELP[c.outcome]}</p>
        {c.reason !== '' && (
          <dl className="kv">
            <dt>Reason</dt>
            <dd>{c.reason}</dd>
          </dl>
        )}
      </section>
      <section>
        <h3>What was asked</h3>
        <dl className="kv">
          <dt>Who</dt>
          <dd>
            <PartyLink party={c.client} address={false} />
            {c.client.address !== c.client.name && (
              <>
                <br />
                <Address>{c.client.address}</Address>
              </>
            )}
          </dd>
          <dt>Asked of</dt>
          <dd>
            <PartyLink party={c.target} address={false} />
            {c.target.address !== c.target.name && (
              <>
                <br />
                <Address>{c.target.address}</Address>
              </>
            )}
          </dd>
          <dt>User</dt>
          <dd>
            <Text unknown="not seen on the wire">{c.user}</Text>
          </dd>
          <dt>Service</dt>
          <dd>{c.operation}</dd>
          <dt>Protocol</dt>
          <dd>
            <Protocol name={c.protocol} />
          </dd>
          <dt>Object</dt>
          <dd>{c.object === '' ? <NoObject row={c} /> : <span className="mono">{c.object}</span>}</dd>
          <dt>Value</dt>
          <dd>{c.value === null ? <NoValue row={c} /> : <span className="mono">{shownValue(c.value)}</span>}</dd>
        </dl>
      </section>
      <section>
        <h3>When</h3>
        <dl className="kv">
          <dt>Times</dt>
          <dd>
            {number(c.count)}
            {every !== '' && <span className="dim"> · every {every} on average</span>}
          </dd>
          <dt>First</dt>
          <dd>
            <When at={c.firstAt} />{' '}
          </dd>
          <dt>Frames</dt>
          <dd>
            {c.evidence.length === 0 ? <Unknown>not kept</Unknown> : <EvidenceLinks evidence={c.evidence} most={8} />}
          </dd>
          <dt>Last</dt>
          <dd>
            <When at={c.lastAt} />
          </dd>
          <dt>Frames</dt>
          <dd>
            {c.lastEvidence.length === 0 ? (
              <Unknown>not kept</Unknown>
            ) : (
              <EvidenceLinks evidence={c.lastEvidence} most={8} />
            )}
          </dd>
        </dl>
      </section>
      <section className="stack" style={{ gap: 3 }}>
        <h3>From here</h3>
        {c.target.id !== '' && (
          <Link to="/s/$site/commands" params={{ site }} search={{ q: `target:=${c.target.id} writes:true` }}>
            All that changed {c.target.name}
          </Link>
        )}
        {c.client.id !== '' && (
          <Link to="/s/$site/commands" params={{ site }} search={{ q: `client:=${c.client.id} writes:true` }}>
            All that {c.client.name} changed
          </Link>
        )}
        {object !== '' && c.target.id !== '' && (
          <Link to="/s/$site/points" params={{ site }} search={{ q: `asset:=${c.target.id} path:"${object}"` }}>
            The point, if its value was seen
          </Link>
        )}
      </section>
    </>
  );
};
