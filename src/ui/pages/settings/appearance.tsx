/** Dark, light, or as the system has it. Kept in this browser. */
import { SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { zoneName } from '../../lib/format.ts';
import { Section } from './section.tsx';

export const Appearance = () => {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Section title="Appearance" text="Kept in this browser only.">
      <dl className="kv wide">
        <dt>Colours</dt>
        <dd>
          <SegmentedControl
            aria-label="Colours"
            value={colorScheme}
            onChange={(v) => setColorScheme(v as 'auto' | 'light' | 'dark')}
            data={[
              { value: 'auto', label: 'As the system' },
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
            ]}
          />
        </dd>
        <dt>Times</dt>
        <dd>
          {zoneName()} <span className="dim">· the exact time in UTC stands behind each (point at it)</span>
        </dd>
      </dl>
    </Section>
  );
};
