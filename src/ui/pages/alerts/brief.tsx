/** The chosen alert beside the queue: the statement, its chart in small, and what can be done, without leaving the list. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { AlertRow } from '../../../api/alerts.ts';
import { call } from '../../lib/api.ts';
import { useSite } from '../../lib/site.ts';
import { EvidenceLinks, Loading, Problem } from '../../parts/basics.tsx';
import { AlertActions } from '../alert/actions.tsx';
import { ProofView } from '../alert/proof.tsx';
import { FindingFacts } from '../alert/statement.tsx';

interface Props {
  row: AlertRow;
  /** Chooses the row after it. */
  next: () => void;
  /** False: keys are for several chosen alerts, not for this one. */
  hearsKeys: boolean;
}
export const AlertBrief = ({ row, next, hearsKeys }: Props) => {
  const site = useSite();
  const query = useQuery({
    queryKey: ['alerts', site, 'one', row.id],
    queryFn: ({ signal }) => call('alert', { site, alert: row.id }, undefined, signal),
  });
  if (query.isError) return <Problem error={query.error} retry={() => void query.refetch()} />;
  if (query.data === undefined) return <Loading lines={8} />;
  const { finding } = query.data;
  return (
    <>
      <AlertActions
        key={row.id}
        detail={query.data}
        hearsKeys={hearsKeys}
        // What left the queue is done with: the next one takes its place.
        onDone={(closed) => closed && row.state !== 'closed' && next()}
      />
      {finding.proof !== null && <ProofView proof={finding.proof} lastAt={finding.lastAt} height={170} brief />}
      <section>
        <h3>What happened</h3>
        <p className="flat">{finding.what}</p>
      </section>
      {finding.comparedWith !== '' && (
        <section>
          <h3>Compared with</h3>
          <p className="flat">{finding.comparedWith}</p>
        </section>
      )}
      {finding.innocent !== '' && (
        <section>
          <h3>May be innocent</h3>
          <p className="flat">{finding.innocent}</p>
        </section>
      )}
      {finding.check.length > 0 && (
        <section>
          <h3>Check next</h3>
          <ol className="check">
            {finding.check.map((c) => (
              <li key={c}>{c}</li>
            ))}
          </ol>
        </section>
      )}
      <section>
        <h3>Facts</h3>
        <FindingFacts finding={finding} />
      </section>
      <section className="row wrap">
        <EvidenceLinks evidence={finding.evidence} most={4} />
        <span className="grow" />
        <Link to="/s/$site/alerts/$alert" params={{ site, alert: row.id }}>
          Open in full <kbd>Enter</kbd>
        </Link>
      </section>
    </>
  );
};
