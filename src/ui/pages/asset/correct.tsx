/** A person's word on name, role, level and whom to call: stands beside what was observed, wins for display, is journalled. */
import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { AssetChange, AssetDetail } from '../../../api/assets.ts';
import type { Role } from '../../../core/site.ts';
import { call } from '../../lib/api.ts';
import { useSite } from '../../lib/site.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { LEVEL_WORD, ROLE_WORD } from '../../parts/glyphs.tsx';
import { useCorrected, useUndoNotice } from './merge.tsx';

const LEVELS = [0, 1, 2, 3, 3.5, 4, 5];
export const CorrectDialog = ({ asset, onClose }: { asset: AssetDetail; onClose: () => void }) => {
  const site = useSite();
  const corrected = useCorrected();
  const undo = useUndoNotice();
  const [name, setName] = useState(asset.name);
  const [role, setRole] = useState<string>(asset.role.value);
  const [level, setLevel] = useState(asset.level.value === null ? '' : String(asset.level.value));
  const [contact, setContact] = useState(asset.contact);
  const change: AssetChange = {
    ...(contact.trim() === asset.contact ? {} : { contact: contact.trim() }),
    ...(name.trim() === asset.name ? {} : { name: name.trim() }),
    ...(role === asset.role.value ? {} : { role: (role === 'unknown' ? '' : role) as Role | '' }),
    ...(level === (asset.level.value === null ? '' : String(asset.level.value))
      ? {}
      : { level: level === '' ? null : Number(level) }),
  };
  const save = async () => {
    const done = await call('changeAsset', { site, asset: asset.id }, change);
    await corrected();
    undo('Corrected', done.correction);
  };
  return (
    <FormDialog
      title={`Correct ${asset.name}`}
      act="Save"
      ready={Object.keys(change).length > 0}
      send={save}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        maxLength={200}
        value={name}
        data-autofocus
        onChange={(e) => setName(e.currentTarget.value)}
        description="Empty: back to the name that was observed."
      />
      <NativeSelect
        label="Role"
        value={role}
        onChange={(e) => setRole(e.currentTarget.value)}
        data={Object.entries(ROLE_WORD).map(([value, label]) => ({
          value,
          label: value === 'unknown' ? 'as observed' : label,
        }))}
      />
      <NativeSelect
        label="Purdue level"
        value={level}
        onChange={(e) => setLevel(e.currentTarget.value)}
        data={[
          { value: '', label: 'as observed' },
          ...LEVELS.map((l) => ({ value: String(l), label: LEVEL_WORD[String(l)] ?? `Level ${l}` })),
        ]}
      />
      <TextInput
        label="Whom to call"
        maxLength={200}
        value={contact}
        placeholder="Name, telephone"
        onChange={(e) => setContact(e.currentTarget.value)}
        description="Stands with every alert about this device. Empty: back to what the plant's list says."
      />
      <p className="dim small flat">
        Your word stands beside what was observed and is written into the journal. It can be undone.
      </p>
    </FormDialog>
  );
};
