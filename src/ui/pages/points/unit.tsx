/** The unit of points, by hand: hardly any protocol carries one, and a number without it says little. */
import { TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { useSite } from '../../lib/site.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { notify } from '../../parts/notify.ts';

const USUAL = ['°C', 'bar', 'm³/h', 'l/min', '%', 'mm', 'kg', '1/min', 'A', 'V', 'kW', 's'];

interface Props {
  points: readonly number[];
  /** What stands there now; '' where nothing does, or where the points differ. */
  unit: string;
  onClose: () => void;
  onDone?: () => void;
}
export const UnitDialog = ({ points, unit, onClose, onDone }: Props) => {
  const site = useSite();
  const client = useQueryClient();
  const [text, setText] = useState(unit);
  const set = async () => {
    const done = await call('setUnits', { site }, { points: [...points], unit: text.trim() });
    notify.info(text.trim() === '' ? 'Unit taken back' : `Unit: ${text.trim()}`, plural(done.changed, 'point'));
    await Promise.all(
      [
        ['points', site],
        ['process', site],
        ['alerts', site],
        ['list', 'points', site],
      ].map((queryKey) => client.invalidateQueries({ queryKey })),
    );
    onDone?.();
  };
  return (
    <FormDialog
      title={`Unit of ${plural(points.length, 'point')}`}
      act="Save"
      ready={text.trim() !== unit}
      send={set}
      onClose={onClose}
    >
      <TextInput
        label="Unit"
        description="Shown beside every value; nothing is judged by it. Empty: not known."
        data-autofocus
        maxLength={20}
        value={text}
        onChange={(e) => setText(e.currentTarget.value)}
      />
      <div className="chips">
        {USUAL.map((u) => (
          <button key={u} type="button" className="chip" aria-pressed={text === u} onClick={() => setText(u)}>
            {u}
          </button>
        ))}
      </div>
    </FormDialog>
  );
};
