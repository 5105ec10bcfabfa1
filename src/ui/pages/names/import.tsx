/** Import of an asset list in three steps: the file, which column is what, what it would change; then it is applied. */
import { Button, Progress, Select } from '@mantine/core';
import { IconArrowLeft, IconFileSpreadsheet } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type DragEvent, useEffect, useRef, useState } from 'react';
import type { Mapping, NameField, NamePreview, NameUpload } from '../../../api/names.ts';
import { FILE_PATHS } from '../../../api/paths.ts';
import { call, sendFile, urlOf } from '../../lib/api.ts';
import { plural, share } from '../../lib/format.ts';
import { takeGivenList } from '../../lib/given-list.ts';
import { useSite } from '../../lib/site.ts';
import { Panel, Problem } from '../../parts/basics.tsx';
import { notify } from '../../parts/notify.ts';
import { PreviewTables } from './preview.tsx';

const STEPS = ['File', 'Columns', 'Preview'] as const;

export const ImportWizard = ({ onClose }: { onClose: () => void }) => {
  const site = useSite();
  const client = useQueryClient();
  const [upload, setUpload] = useState<NameUpload | undefined>();
  const [mapping, setMapping] = useState<Mapping>({});
  const [preview, setPreview] = useState<NamePreview | undefined>();
  const look = useMutation({
    mutationFn: () => call('previewNames', { site, id: upload?.id ?? '' }, { mapping }),
    onSuccess: setPreview,
  });
  const apply = useMutation({
    mutationFn: () => call('applyNames', { site, id: upload?.id ?? '' }, { mapping }),
    onSuccess: async (done) => {
      notify.info(
        'Applied',
        `${plural(done.facts, 'fact')} from ${upload?.file ?? 'the list'}. The journal has it as one step.`,
      );
      await Promise.all([
        client.invalidateQueries({ queryKey: ['names', site] }),
        client.invalidateQueries({ queryKey: ['assets', site] }),
      ]);
      onClose();
    },
    onError: notify.problem,
  });
  const step = preview ? 2 : upload ? 1 : 0;
  return (
    <Panel
      title="Import an asset list"
      actions={
        <>
          <ol className="steps" aria-label="Steps">
            {STEPS.map((s, i) => (
              <li key={s} aria-current={i === step ? 'step' : undefined} className={i < step ? 'done' : ''}>
                <span aria-hidden="true">{i + 1}</span> {s}
              </li>
            ))}
          </ol>
          <Button variant="subtle" color="gray" onClick={onClose}>
            Cancel
          </Button>
        </>
      }
    >
      {upload === undefined ? (
        <TakeFile
          site={site}
          onDone={(u) => {
            setUpload(u);
            setMapping(u.suggested);
          }}
        />
      ) : preview === undefined ? (
        <div className="stack" style={{ gap: 12 }}>
          <Columns upload={upload} mapping={mapping} onChange={setMapping} />
          {look.isError && <Problem error={look.error} />}
          <div className="row">
            <Button leftSection={<IconArrowLeft size={14} />} onClick={() => setUpload(undefined)}>
              Another file
            </Button>
            <span className="grow" />
            <span className="dim small">Nothing is written yet.</span>
            <Button
              variant="filled"
              loading={look.isPending}
              disabled={!identifies(mapping)}
              onClick={() => look.mutate()}
            >
              Preview
            </Button>
          </div>
          {!identifies(mapping) && (
            <p className="p-medium flat">
              Choose at least one column that identifies a device: name, IP, MAC, host name or serial number.
            </p>
          )}
        </div>
      ) : (
        <div className="stack" style={{ gap: 12 }}>
          <PreviewTables preview={preview} />
          <div className="row">
            <Button leftSection={<IconArrowLeft size={14} />} onClick={() => setPreview(undefined)}>
              Columns
            </Button>
            <span className="grow" />
            <span className="dim small">
              Conflicts stand beside what was observed; ambiguous and invalid lines are left out.
            </span>
            <Button
              variant="filled"
              loading={apply.isPending}
              disabled={preview.counts.matched === 0}
              onClick={() => apply.mutate()}
            >
              Apply {plural(preview.counts.matched, 'entry', 'entries')}
            </Button>
          </div>
        </div>
      )}
    </Panel>
  );
};

const identifies = (m: Mapping): boolean =>
  (['name', 'ip', 'mac', 'hostname', 'serial'] as const).some((f) => m[f] !== undefined);

const TakeFile = ({ site, onDone }: { site: string; onDone: (u: NameUpload) => void }) => {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [sent, setSent] = useState<number | undefined>();
  const [error, setError] = useState<unknown>();
  const take = async (file: File | undefined) => {
    if (!file) return;
    setError(undefined);
    setSent(0);
    try {
      onDone(await sendFile<NameUpload>(urlOf(FILE_PATHS.uploadNames.split(' ')[1] ?? '', { site }), file, setSent));
    } catch (cause) {
      setError(cause);
    }
    setSent(undefined);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was dropped elsewhere is taken once
  useEffect(() => void take(takeGivenList()), []);
  const drop = (e: DragEvent) => {
    e.preventDefault();
    setOver(false);
    void take(e.dataTransfer.files[0]);
  };
  return (
    <div className="stack">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same by keyboard */}
      <div
        className={over ? 'take over' : 'take'}
        data-own-drop
        onDragOver={(e) => {
          e.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <IconFileSpreadsheet size={28} stroke={1.3} aria-hidden="true" />
        <strong>Drop the asset list here</strong>
        <span className="dim">
          CSV or XLSX with one device a line and a line of headings. Columns are recognised, you correct them.
        </span>
        {sent === undefined ? (
          <Button variant="filled" onClick={() => input.current?.click()}>
            Choose a file …
          </Button>
        ) : (
          <span style={{ width: 240 }}>
            <Progress value={sent * 100} size="sm" aria-label="Share sent" />
            <span className="dim small">{sent < 1 ? `${share(sent)} sent` : 'Reading the columns …'}</span>
          </span>
        )}
        <input
          ref={input}
          hidden
          type="file"
          accept=".csv,.xlsx,.txt,text/csv"
          aria-label="Asset list"
          data-testid="names-input"
          onChange={(e) => {
            void take(e.target.files?.[0]);
            e.target.value = '';
          }}
        />
      </div>
      {error !== undefined && <Problem error={error} />}
    </div>
  );
};

const FIELD_WORD: Readonly<Record<NameField, string>> = {
  name: 'Name',
  ip: 'IP address',
  mac: 'MAC address',
  hostname: 'Host name',
  serial: 'Serial number',
  vendor: 'Vendor',
  model: 'Model',
  'order-number': 'Order number',
  firmware: 'Firmware',
  role: 'Role',
  level: 'Purdue level',
  location: 'Place',
  'plant-id': 'Plant id',
  description: 'Description',
  contact: 'Whom to call',
  phone: 'Telephone',
};

const NAME_FIELDS = Object.keys(FIELD_WORD) as NameField[];

/** The file as it is, with what each column means above it. */
const Columns = ({
  upload,
  mapping,
  onChange,
}: {
  upload: NameUpload;
  mapping: Mapping;
  onChange: (m: Mapping) => void;
}) => {
  const fieldOf = (column: number): NameField | undefined => NAME_FIELDS.find((f) => mapping[f] === column);
  const set = (column: number, field: string | null) => {
    const next: Mapping = { ...mapping };
    for (const f of NAME_FIELDS) if (next[f] === column || f === field) delete next[f];
    if (field !== null) next[field as NameField] = column;
    onChange(next);
  };
  return (
    <div className="stack" style={{ gap: 6 }}>
      <span>
        <strong>{upload.file}</strong>{' '}
        <span className="dim">
          · {plural(upload.rows, 'line')}. Say what each column is; what has no meaning here is left out.
        </span>
      </span>
      <div className="sheet">
        <table>
          <thead>
            <tr>
              {upload.columns.map((c, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns are their position
                <th key={i} scope="col">
                  <span className="dim cut">{c === '' ? `column ${i + 1}` : c}</span>
                  <Select
                    aria-label={`Column ${c || i + 1} is`}
                    placeholder="left out"
                    clearable
                    searchable
                    data={NAME_FIELDS.map((f) => ({ value: f, label: FIELD_WORD[f] }))}
                    value={fieldOf(i) ?? null}
                    onChange={(v) => set(i, v)}
                  />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {upload.sample.slice(0, 6).map((r, y) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines are their position
              <tr key={y}>
                {upload.columns.map((_, x) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: columns are their position
                  <td key={x} className={fieldOf(x) === undefined ? 'out' : ''}>
                    {r[x] || <span className="dim">empty</span>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
};
