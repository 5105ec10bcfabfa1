/** Names: the plant's own asset list against the wire. What is listed and not seen, seen and not listed, in conflict. */
import './names/names.css';
import { useState } from 'react';
import { ImportWizard } from './names/import.tsx';
import { Reconciled } from './names/report.tsx';

export const NamesPage = () => {
  const [importing, setImporting] = useState(false);
  return (
    <div className="page">
      <header className="page-head">
        <h1>Names</h1>
        <span className="dim">
          The plant's asset list against what is on the wire. What was observed is never overwritten.
        </span>
      </header>
      {importing ? (
        <ImportWizard onClose={() => setImporting(false)} />
      ) : (
        <Reconciled onImport={() => setImporting(true)} />
      )}
    </div>
  );
};
