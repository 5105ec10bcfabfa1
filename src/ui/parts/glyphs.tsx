/** Small shapes that say what colour alone must not: priorities (ISA-18.2 style), outcomes, verbs, roles, levels. */
import {
  IconAntennaBars5,
  IconArrowsRightLeft,
  IconBolt,
  IconBuildingFactory2,
  IconCamera,
  IconCircleDashed,
  IconCloud,
  IconCpu,
  IconDatabase,
  IconDeviceDesktop,
  IconDeviceDesktopAnalytics,
  IconEngine,
  IconGauge,
  IconNetwork,
  IconPhone,
  IconPlugConnected,
  IconPrinter,
  IconRouter,
  IconServer2,
  IconShieldHalf,
  IconTool,
  IconWall,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { ENGINEERING_VERBS, type Priority, WRITING_VERBS } from '../../api/words.ts';
import type { Outcome, Verb } from '../../core/observation.ts';
import type { Role } from '../../core/site.ts';

export const PRIORITY_WORD: Readonly<Record<Priority, string>> = {
  urgent: 'Urgent',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
};
const shapes: Readonly<Record<Priority, string>> = {
  urgent: 'M4.6 1h6.8L15 4.6v6.8L11.4 15H4.6L1 11.4V4.6z',
  high: 'M8 1.4 15.4 14.6H.6z',
  medium: 'M8 .8 15.2 8 8 15.2.8 8z',
  low: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2z',
};
/** Octagon, triangle, diamond, circle: with the word for whoever cannot see them. */
export const PriorityGlyph = ({ priority, size = 13 }: { priority: Priority; size?: number }) => (
  <svg
    className={`glyph p-${priority}`}
    width={size}
    height={size}
    viewBox="0 0 16 16"
    role="img"
    aria-label={`${PRIORITY_WORD[priority]} priority`}
  >
    <path
      d={shapes[priority]}
      fill={priority === 'low' ? 'none' : 'currentColor'}
      stroke="currentColor"
      strokeWidth={priority === 'low' ? 2 : 0}
    />
  </svg>
);

const outcomeShape: Readonly<Record<Outcome, string>> = {
  accepted: 'M3 8.5 6.5 12 13 4.5',
  refused: 'M4 4l8 8M12 4l-8 8',
  unanswered: 'M8 3v6M8 12v1',
  unseen: 'M2.5 8h2M7 8h2M11.5 8h2',
  unconfirmed: 'M3 8h9M9 5l3 3-3 3',
};
export const OUTCOME_HELP: Readonly<Record<Outcome, string>> = {
  accepted: 'The device accepted it.',
  refused: 'The device refused it.',
  unanswered: 'Both directions are visible, and no answer came in time.',
  unseen: 'The direction of the answer is not in the capture: what came of it is not known.',
  unconfirmed: 'This service has no answer by design.',
};
export const OutcomeMark = ({ outcome, reason }: { outcome: Outcome; reason?: string }) => {
  const loud = outcome === 'refused' || outcome === 'unanswered';
  return (
    <span
      className={loud ? 'row p-medium' : 'row dim'}
      style={{ gap: 5 }}
      title={reason ? `${OUTCOME_HELP[outcome]} Reason: ${reason}` : OUTCOME_HELP[outcome]}
    >
      <svg className="glyph" width="12" height="12" viewBox="0 0 16 16" aria-hidden="true">
        <path d={outcomeShape[outcome]} fill="none" stroke="currentColor" strokeWidth="2" />
      </svg>
      <span className="cut">{reason ? `${outcome}: ${reason}` : outcome}</span>
    </span>
  );
};

const engineering: ReadonlySet<string> = new Set(ENGINEERING_VERBS);
const writing: ReadonlySet<string> = new Set(WRITING_VERBS);
export const isEngineering = (verb: string): boolean => engineering.has(verb);
export const isWriting = (verb: string): boolean => writing.has(verb);
/** Engineering verbs stand out, writes are plain strong, the rest is quiet. */
export const VerbTag = ({ verb, count }: { verb: Verb | string; count?: number }) => (
  <span className={engineering.has(verb) ? 'tag high' : writing.has(verb) ? 'tag' : 'tag outline'}>
    {engineering.has(verb) && <IconTool size={11} aria-hidden="true" />}
    {verb}
    {count !== undefined && count > 1 && <span className="dim">×{count.toLocaleString('en-GB')}</span>}
  </span>
);

type Icon = ComponentType<{ size?: number; stroke?: number }>;
const roleIcons: Readonly<Record<Role, Icon>> = {
  plc: IconCpu,
  'safety-controller': IconShieldHalf,
  'remote-io': IconPlugConnected,
  drive: IconEngine,
  hmi: IconDeviceDesktopAnalytics,
  'engineering-station': IconTool,
  historian: IconDatabase,
  'scada-server': IconServer2,
  'iiot-gateway': IconAntennaBars5,
  'field-gateway': IconPlugConnected,
  switch: IconNetwork,
  router: IconRouter,
  firewall: IconWall,
  'jump-host': IconArrowsRightLeft,
  server: IconServer2,
  workstation: IconDeviceDesktop,
  printer: IconPrinter,
  camera: IconCamera,
  phone: IconPhone,
  'building-controller': IconBuildingFactory2,
  'field-device': IconGauge,
  external: IconCloud,
  unknown: IconCircleDashed,
};
export const ROLE_WORD: Readonly<Record<Role, string>> = {
  plc: 'PLC',
  'safety-controller': 'Safety controller',
  'remote-io': 'Remote I/O',
  drive: 'Drive',
  hmi: 'HMI',
  'engineering-station': 'Engineering station',
  historian: 'Historian',
  'scada-server': 'SCADA server',
  'iiot-gateway': 'IIoT gateway',
  'field-gateway': 'Field gateway',
  switch: 'Switch',
  router: 'Router',
  firewall: 'Firewall',
  'jump-host': 'Jump host',
  server: 'Server',
  workstation: 'Workstation',
  printer: 'Printer',
  camera: 'Camera',
  phone: 'Phone',
  'building-controller': 'Building controller',
  'field-device': 'Field device',
  external: 'External',
  unknown: 'Role not known',
};
export const RoleGlyph = ({ role, size = 15 }: { role: Role; size?: number }) => {
  const Shape = roleIcons[role] ?? IconBolt;
  return (
    <span
      className="glyph dim"
      title={ROLE_WORD[role]}
      role="img"
      aria-label={ROLE_WORD[role]}
      style={{ display: 'inline-flex' }}
    >
      <Shape size={size} stroke={1.6} />
    </span>
  );
};

export const LEVEL_WORD: Readonly<Record<string, string>> = {
  '0': 'Level 0: sensors and actuators',
  '1': 'Level 1: controllers',
  '2': 'Level 2: supervision',
  '3': 'Level 3: plant operations',
  '3.5': 'Level 3.5: industrial DMZ',
  '4': 'Level 4: business',
  '5': 'Level 5: outside',
};
export const LevelMark = ({ level }: { level: number | null }) =>
  level === null ? (
    <span className="level" title="Purdue level not known" style={{ borderStyle: 'dashed' }}>
      ?
    </span>
  ) : (
    <span className="level" title={`Purdue ${LEVEL_WORD[String(level)] ?? `level ${level}`}`}>
      L{level}
    </span>
  );

export const Brand = ({ size = 20 }: { size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" style={{ flex: 'none' }}>
    <path d="M3 21V7h3.4V4.5h2.4V7h6.4V4.5h2.4V7H21v14h-4.6v-5.4a4.4 4.4 0 0 0-8.8 0V21z" fill="currentColor" />
    <path d="M10.5 21v-6.6M13.5 21v-6.6M9 17.6h6" stroke="var(--gh-accent)" strokeWidth="1.3" fill="none" />
  </svg>
);
