/** What was learned, kept under names: saved, compared with now, restored, carried to a twin machine as a file. */
import { Button, Modal, Textarea, TextInput } from '@mantine/core';
import { IconDeviceFloppy, IconFileImport } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { BaselineRow } from '../../../api/detection.ts';
import { FILE_PATHS } from '../../../api/paths.ts';
import type { Answer } from '../../../api/routes.ts';
import { call, sendFile, urlOf } from '../../lib/api.ts';
import { bytes, duration, inWords, number, plural } from '../../lib/format.ts';
import { useMay } from '../../lib/may.ts';
import { useSite } from '../../lib/site.ts';
import { Loading, Panel, Problem, When } from '../../parts/basics.tsx';
import { FormDialog, Reason } from '../../parts/form-dialog.tsx';
import { notify } from '../../parts/notify.ts';
import { ForOthers } from '../../parts/others.tsx';
import { SmallTable } from '../../parts/simple-table.tsx';

const HOUR_MS = 3_600_000;
const ORIGIN_WORD: Readonly<Record<BaselineRow['origin'], string>> = {
  saved: 'saved here',
  carried: 'carried here',
  automatic: 'kept before a restore',
};

export const Baselines = () => {
  const site = useSite();
  const client = useQueryClient();
  const may = useMay('teach');
  const takesFiles = useMay('evidence');
  const [saving, setSaving] = useState(false);
  const [compared, setCompared] = useState<BaselineRow | undefined>();
  const [restored, setRestored] = useState<BaselineRow | undefined>();
  const file = useRef<HTMLInputElement>(null);
  const query = useQuery({
    queryKey: ['detection', site, 'baselines'],
    queryFn: ({ signal }) => call('baselines', { site }, undefined, signal),
  });
  const carry = useMutation({
    mutationFn: (f: File) =>
      sendFile<BaselineRow>(urlOf(FILE_PATHS.importBaseline.split(' ')[1] ?? '', { site }), f, () => undefined),
    onSuccess: async (b) => {
      notify.info(
        'Baseline taken in',
        `${b.name} stands beside the others. Nothing is judged by it before it is restored.`,
      );
      await client.invalidateQueries({ queryKey: ['detection', site, 'baselines'] });
    },
    onError: notify.problem,
  });
  const rows = query.data?.items;
  return (
    <div className="page">
      <Panel
        title="Baselines"
        count={rows === undefined ? undefined : plural(rows.length, 'baseline')}
        flush
        actions={
          <ForOthers work="teach" what="save and restore">
            <span className="row" style={{ gap: 6 }}>
              <input
                ref={file}
                type="file"
                hidden
                accept=".gz,application/gzip"
                aria-label="Baseline file"
                onChange={(e) => {
                  const f = e.target.files?.[0];
                  if (f) carry.mutate(f);
                  e.target.value = '';
                }}
              />
              <Button
                leftSection={<IconFileImport size={14} stroke={1.6} />}
                loading={carry.isPending}
                onClick={() => file.current?.click()}
              >
                Take in a file …
              </Button>
              <Button
                variant="filled"
                leftSection={<IconDeviceFloppy size={14} stroke={1.6} />}
                onClick={() => setSaving(true)}
              >
                Save what is learned now …
              </Button>
            </span>
          </ForOthers>
        }
      >
        {query.isError ? (
          <Problem error={query.error} retry={() => void query.refetch()} />
        ) : rows === undefined ? (
          <Loading lines={5} />
        ) : (
          <SmallTable<BaselineRow>
            label="Baselines"
            rows={rows}
            keyOf={(b) => b.id}
            most={100}
            empty="None is kept yet. Save one when the plant runs as it should: it can be compared, restored, and carried to a twin machine."
            columns={[
              {
                id: 'name',
                head: 'Name',
                width: 'minmax(180px, 2fr)',
                by: (b) => b.name,
                cell: (b) => (
                  <span title={b.note}>
                    <span className="strong">{b.name}</span> <span className="dim small">{b.note}</span>
                  </span>
                ),
              },
              { id: 'at', head: 'Made', width: '150px', by: (b) => b.at, cell: (b) => <When at={b.at} /> },
              { id: 'who', head: 'By', width: '110px', from: 700, by: (b) => b.who, cell: (b) => b.who },
              {
                id: 'origin',
                head: 'Origin',
                width: '150px',
                by: (b) => b.origin,
                cell: (b) => (
                  <span title={b.madeAt === '' ? undefined : `made at ${b.madeAt}`}>{ORIGIN_WORD[b.origin]}</span>
                ),
              },
              {
                id: 'hours',
                head: 'Watched',
                width: '84px',
                end: true,
                by: (b) => b.watchedHours,
                cell: (b) => duration(b.watchedHours * HOUR_MS),
              },
              {
                id: 'endpoints',
                head: 'Addresses',
                width: '84px',
                from: 980,
                end: true,
                by: (b) => b.endpoints,
                cell: (b) => number(b.endpoints),
              },
              {
                id: 'cells',
                head: 'Cells',
                width: '60px',
                from: 920,
                end: true,
                by: (b) => b.cells,
                cell: (b) => number(b.cells),
              },
              {
                id: 'bytes',
                head: 'Size',
                width: '76px',
                from: 1000,
                end: true,
                by: (b) => b.bytes,
                cell: (b) => bytes(b.bytes),
              },
              {
                id: 'act',
                head: 'Actions',
                width: '218px',
                end: true,
                cell: (b) => (
                  <span className="row" style={{ gap: 4, justifyContent: 'flex-end' }}>
                    <button type="button" className="chip" onClick={() => setCompared(b)}>
                      Compare
                    </button>
                    {takesFiles && (
                      <a
                        className="chip"
                        href={urlOf(FILE_PATHS.baselineFile.split(' ')[1] ?? '', { site, baseline: b.id })}
                        download
                        title="As a file, for a twin machine"
                      >
                        File
                      </a>
                    )}
                    {may && (
                      <button type="button" className="chip" onClick={() => setRestored(b)}>
                        Restore …
                      </button>
                    )}
                  </span>
                ),
              },
            ]}
          />
        )}
      </Panel>
      {saving && <SaveDialog onClose={() => setSaving(false)} />}
      {compared && <Comparison baseline={compared} onClose={() => setCompared(undefined)} />}
      {restored && <RestoreDialog baseline={restored} onClose={() => setRestored(undefined)} />}
    </div>
  );
};

const SaveDialog = ({ onClose }: { onClose: () => void }) => {
  const site = useSite();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [note, setNote] = useState('');
  const keep = async () => {
    const b = await call(
      'saveBaseline',
      { site },
      { name: name.trim(), ...(note.trim() === '' ? {} : { note: note.trim() }) },
    );
    notify.info('Baseline saved', b.name);
    await client.invalidateQueries({ queryKey: ['detection', site, 'baselines'] });
  };
  return (
    <FormDialog title="Save what is learned now" act="Save" ready={name.trim() !== ''} send={keep} onClose={onClose}>
      <TextInput
        label="Name"
        placeholder="Summer campaign, line 2"
        data-autofocus
        maxLength={200}
        value={name}
        onChange={(e) => setName(e.currentTarget.value)}
      />
      <Textarea
        label="Note"
        description="The state of the plant it was learned in."
        autosize
        minRows={2}
        maxLength={1000}
        value={note}
        onChange={(e) => setNote(e.currentTarget.value)}
      />
    </FormDialog>
  );
};

const CHANGE_WORD = { 'only-now': 'new since', 'only-before': 'gone since', different: 'different' } as const;
const Comparison = ({ baseline, onClose }: { baseline: BaselineRow; onClose: () => void }) => {
  const site = useSite();
  const query = useQuery({
    queryKey: ['detection', site, 'comparison', baseline.id],
    queryFn: ({ signal }) => call('compareBaseline', { site, baseline: baseline.id }, undefined, signal),
  });
  const c = query.data;
  return (
    <Modal opened onClose={onClose} title={`${baseline.name} against now`} size="xl">
      {query.isError ? (
        <Problem error={query.error} retry={() => void query.refetch()} />
      ) : c === undefined ? (
        <Loading lines={6} />
      ) : (
        <div className="stack" style={{ gap: 14 }}>
          <ul className="plain-list">
            {c.sentences.map((s) => (
              <li key={s}>{s}</li>
            ))}
          </ul>
          {c.rows.length > 0 && (
            <div className="framed">
              <SmallTable<(typeof c.rows)[number]>
                label="Differences"
                rows={c.rows}
                keyOf={(r, i) => `${r.detector}${r.what}${i}`}
                most={20}
                empty="No difference."
                columns={[
                  {
                    id: 'change',
                    head: 'Change',
                    width: '92px',
                    by: (r) => r.change,
                    cell: (r) => CHANGE_WORD[r.change],
                  },
                  {
                    id: 'what',
                    head: 'What',
                    width: 'minmax(180px, 2fr)',
                    by: (r) => r.what,
                    cell: (r) => <span title={r.what}>{r.what}</span>,
                  },
                  {
                    id: 'before',
                    head: 'Then',
                    width: 'minmax(110px, 1fr)',
                    cell: (r) => <span title={r.before}>{r.before}</span>,
                  },
                  {
                    id: 'now',
                    head: 'Now',
                    width: 'minmax(110px, 1fr)',
                    cell: (r) => <span title={r.now}>{r.now}</span>,
                  },
                  {
                    id: 'detector',
                    head: 'Detector',
                    width: '110px',
                    by: (r) => r.detector,
                    cell: (r) => inWords(r.detector),
                  },
                ]}
              />
            </div>
          )}
          {c.rowsMore > 0 && <span className="dim small">and {number(c.rowsMore)} more differences</span>}
        </div>
      )}
    </Modal>
  );
};

const RestoreDialog = ({ baseline, onClose }: { baseline: BaselineRow; onClose: () => void }) => {
  const site = useSite();
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const [done, setDone] = useState<Answer<'restoreBaseline'> | undefined>();
  const restore = async () => {
    setDone(await call('restoreBaseline', { site, baseline: baseline.id }, { reason: reason.trim() }));
    await client.invalidateQueries({ queryKey: ['detection', site] });
  };
  if (done === undefined) {
    return (
      <FormDialog
        title={`Restore ${baseline.name}`}
        act="Restore"
        ready={reason.trim() !== ''}
        send={restore}
        closes={false}
        onClose={onClose}
      >
        <p className="flat">
          From now on this site is judged by what was learned until <When at={baseline.at} />. What is learned now is
          kept first, so that this can be taken back.
        </p>
        <Reason needed focus value={reason} onChange={setReason} />
      </FormDialog>
    );
  }
  return (
    <Modal opened onClose={onClose} title={`Restored ${baseline.name}`} size="md">
      <div className="stack" style={{ gap: 12 }}>
        <p className="flat">
          {plural(done.detectors, 'detector')} and {plural(done.cells, 'cell')} judge by it now. What was learned before
          is kept among the baselines.
        </p>
        {done.missing.length > 0 && (
          <div>
            <h3>Not found on this site</h3>
            <ul className="plain-list">
              {done.missing.map((m) => (
                <li key={m}>{m}</li>
              ))}
            </ul>
            {done.missingMore > 0 && <span className="dim small">and {number(done.missingMore)} more</span>}
          </div>
        )}
        <div className="row dialog-foot">
          <Button variant="filled" data-autofocus onClick={onClose}>
            Done
          </Button>
        </div>
      </div>
    </Modal>
  );
};
