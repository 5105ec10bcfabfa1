/** Relations between points as text: an engineer reads, approves, rejects, edits or adds them. Rejected ones are not watched. */
import { Button, Textarea } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconPencil, IconPlus, IconX } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { RelationChange, RelationRow } from '../../../api/process.ts';
import { call } from '../../lib/api.ts';
import { number, plural, share } from '../../lib/format.ts';
import { useMay } from '../../lib/may.ts';
import { useSite } from '../../lib/site.ts';
import { Panel, Unknown, When } from '../../parts/basics.tsx';
import { PointLink } from '../../parts/finding-marks.tsx';
import { FormDialog, Reason, reasonOf } from '../../parts/form-dialog.tsx';
import { notify } from '../../parts/notify.ts';
import { ForOthers } from '../../parts/others.tsx';

const STATE_WORD: Readonly<Record<RelationRow['state'], string>> = {
  proposed: 'found in the data',
  approved: 'approved',
  rejected: 'rejected, not watched',
};

export const Relations = ({ cell, relations }: { cell: string; relations: readonly RelationRow[] }) => {
  const site = useSite();
  const client = useQueryClient();
  const may = useMay('teach');
  const [editing, setEditing] = useState<RelationRow | 'new' | undefined>();
  const change = useMutation({
    mutationFn: ({ relation, ...body }: RelationChange & { relation: string }) =>
      call('changeRelation', { site, cell, relation }, body),
    onSuccess: () => client.invalidateQueries({ queryKey: ['process', site] }),
    onError: notify.problem,
  });
  const waiting = relations.filter((r) => r.state === 'proposed').length;
  return (
    <Panel
      title="Relations"
      count={waiting > 0 ? `${plural(waiting, 'proposal')} to read` : plural(relations.length, 'relation')}
      flush
      actions={
        <ForOthers work="teach" what="add and approve">
          <Button size="compact-xs" leftSection={<IconPlus size={13} />} onClick={() => setEditing('new')}>
            Add …
          </Button>
        </ForOthers>
      }
    >
      {relations.length === 0 ? (
        <p className="dim flat" style={{ padding: '10px 12px' }}>
          None was found so far: too few rows, or the points of this cell go their own ways. An engineer can add one.
        </p>
      ) : (
        <ul className="list">
          {relations.map((r) => (
            <li key={r.id} className={`relation ${r.state}`}>
              <span className="relation-text">{r.text}</span>
              <span className="row wrap small" style={{ gap: '2px 12px' }}>
                {r.holds === false && r.state !== 'rejected' ? (
                  <span className="row p-high strong" style={{ gap: 4 }}>
                    <IconAlertTriangle size={13} aria-hidden="true" /> broken now
                  </span>
                ) : r.holds === null ? (
                  <Unknown>whether it holds now is not known</Unknown>
                ) : null}
                <span className={r.state === 'proposed' ? '' : 'dim'}>
                  {r.origin === 'learned' ? STATE_WORD[r.state] : `${STATE_WORD[r.state]}, ${r.origin}`}
                  {r.who !== '' && ` by ${r.who}`}
                </span>
                {r.at !== null && r.who !== '' && (
                  <span className="dim">
                    <When at={r.at} />
                  </span>
                )}
                <span className="dim">
                  {r.held === null ? 'never tried on data' : `held in ${share(r.held)} of ${number(r.rows)} rows`}
                </span>
              </span>
              <span className="row wrap small" style={{ gap: 8 }}>
                {r.points.map((p) => (
                  <PointLink key={p.id} point={p} asset={false} />
                ))}
                <span className="grow" />
                {may && (
                  <span className="row" style={{ gap: 4 }}>
                    {r.state !== 'approved' && (
                      <Button
                        size="compact-xs"
                        leftSection={<IconCheck size={13} />}
                        loading={change.isPending && change.variables?.relation === r.id}
                        onClick={() => change.mutate({ relation: r.id, state: 'approved' })}
                      >
                        Approve
                      </Button>
                    )}
                    {r.state !== 'rejected' && (
                      <Button
                        size="compact-xs"
                        leftSection={<IconX size={13} />}
                        onClick={() => change.mutate({ relation: r.id, state: 'rejected' })}
                      >
                        Reject
                      </Button>
                    )}
                    <Button size="compact-xs" leftSection={<IconPencil size={13} />} onClick={() => setEditing(r)}>
                      Edit …
                    </Button>
                  </span>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
      {editing !== undefined && (
        <EditRelation
          cell={cell}
          relation={editing === 'new' ? undefined : editing}
          example={relations[0]?.text ?? ''}
          onClose={() => setEditing(undefined)}
        />
      )}
    </Panel>
  );
};

interface EditProps {
  cell: string;
  relation: RelationRow | undefined;
  /** One that is there, to show how they are written. */
  example: string;
  onClose: () => void;
}
const EditRelation = ({ cell, relation, example, onClose }: EditProps) => {
  const site = useSite();
  const client = useQueryClient();
  const [text, setText] = useState(relation?.text ?? '');
  const [reason, setReason] = useState('');
  const send = async () => {
    if (relation === undefined) await call('addRelation', { site, cell }, { text: text.trim() });
    else
      await call(
        'changeRelation',
        { site, cell, relation: relation.id },
        { text: text.trim(), state: 'approved', ...reasonOf(reason) },
      );
    notify.info(relation === undefined ? 'Relation added' : 'Relation changed', 'It is watched from the next row on.');
    await client.invalidateQueries({ queryKey: ['process', site] });
  };
  return (
    <FormDialog
      title={relation === undefined ? 'Add a relation' : 'Edit the relation'}
      act={relation === undefined ? 'Add' : 'Save and approve'}
      size="lg"
      ready={text.trim() !== ''}
      send={send}
      onClose={onClose}
    >
      <Textarea
        label="What always holds"
        description={example === '' ? 'Written as relations are shown.' : `Written as this one: ${example}`}
        autosize
        minRows={2}
        maxLength={500}
        data-autofocus
        styles={{ input: { fontFamily: 'var(--gh-mono)', height: 'auto' } }}
        value={text}
        onChange={(e) => setText(e.currentTarget.value)}
      />
      {relation !== undefined && <Reason needed={false} value={reason} onChange={setReason} />}
    </FormDialog>
  );
};
