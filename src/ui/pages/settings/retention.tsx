/** How long what is kept, and what it takes on disk. Empty fields mean for ever; that is said, not implied. */
import { Button, NumberInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../lib/api.ts';
import { bytes } from '../../lib/format.ts';
import { Loading, Problem, Unknown } from '../../parts/basics.tsx';
import { notify } from '../../parts/notify.ts';
import { Section } from './section.tsx';

const FIELDS = [
  { key: 'evidenceDays', label: 'Frames behind evidence', unit: 'days', min: 1, none: 'for ever' },
  { key: 'evidenceMiB', label: 'Frames behind evidence, at most', unit: 'MiB', min: 16, none: 'no limit but the disk' },
  { key: 'historyDays', label: 'History and conversations', unit: 'days', min: 1, none: 'for ever' },
] as const;
type Retained = Record<(typeof FIELDS)[number]['key'], number | null>;

export const Retention = ({ admin }: { admin: boolean }) => {
  const client = useQueryClient();
  const query = useQuery({ queryKey: ['settings'], queryFn: ({ signal }) => call('settings', {}, undefined, signal) });
  const [edit, setEdit] = useState<Partial<Retained>>({});
  const change = useMutation({
    mutationFn: (retention: Retained) => call('changeSettings', {}, { retention }),
    onSuccess: (s) => {
      client.setQueryData(['settings'], s);
      setEdit({});
      notify.info('Kept as said', 'What is older goes with the next round; the journal has the change.');
    },
    onError: notify.problem,
  });
  const s = query.data;
  const changed = Object.keys(edit).length > 0;
  return (
    <Section
      title="Retention"
      text="The journal, assets and their facts are never thrown away. What is thrown away is counted."
    >
      {query.isError && s === undefined ? (
        <Problem error={query.error} retry={() => void query.refetch()} />
      ) : s === undefined ? (
        <Loading lines={4} />
      ) : (
        <form
          className="stack"
          style={{ gap: 14 }}
          onSubmit={(e) => {
            e.preventDefault();
            change.mutate({ ...s.retention, ...edit });
          }}
        >
          <div className="retention">
            {FIELDS.map((f) => {
              const value = f.key in edit ? edit[f.key] : s.retention[f.key];
              return (
                <NumberInput
                  key={f.key}
                  label={f.label}
                  placeholder={f.none}
                  suffix={` ${f.unit}`}
                  min={f.min}
                  max={1_000_000}
                  allowDecimal={false}
                  thousandSeparator=","
                  disabled={!admin}
                  value={value ?? ''}
                  onChange={(v) => setEdit({ ...edit, [f.key]: typeof v === 'number' ? v : null })}
                />
              );
            })}
          </div>
          <DiskUse data={s.dataBytes} evidence={s.evidenceBytes} free={s.freeBytes} />
          {admin && (
            <div className="row">
              <Button
                type="submit"
                variant={changed ? 'filled' : 'default'}
                disabled={!changed}
                loading={change.isPending}
              >
                Save
              </Button>
              {changed && (
                <Button variant="subtle" color="gray" onClick={() => setEdit({})}>
                  Take back
                </Button>
              )}
            </div>
          )}
        </form>
      )}
    </Section>
  );
};

const DiskUse = ({ data, evidence, free }: { data: number; evidence: number; free: number | null }) => (
  <dl className="kv wide">
    <dt>In use</dt>
    <dd>
      {bytes(data)} <span className="dim">database,</span> {bytes(evidence)}{' '}
      <span className="dim">frames behind evidence</span>
    </dd>
    <dt>Free on that disk</dt>
    <dd>{free === null ? <Unknown /> : bytes(free)}</dd>
  </dl>
);
