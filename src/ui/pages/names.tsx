/** Names: the plant's own asset list against the wire. What is listed and not seen, seen and not listed, in conflict. */
import './names/names.css';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ImportWizard } from './names/import.tsx';
import { Reconciled } from './names/report.tsx';

export const NamesPage = () => {
  const navigate = useNavigate();
  const { tab } = useSearch({ strict: false }) as { tab?: string };
  const go = (to: string | undefined) =>
    void navigate({ to: '.', replace: true, search: (old: Record<string, unknown>) => ({ ...old, tab: to }) });
  return (
    <div className="page">
      <header className="page-head">
        <h1>Names</h1>
        <span className="dim">
          The plant's asset list against what is on the wire. What was observed is never overwritten.
        </span>
      </header>
      {tab === 'import' ? <ImportWizard onClose={() => go(undefined)} /> : <Reconciled onImport={() => go('import')} />}
    </div>
  );
};
