/**
 * Early signs of encryption over the network: many files written and renamed within minutes, renamed to one new ending, and
 * backups deleted. Named as what they are signs of. Source: Scaife et al., CryptoLock (and Drop It), ICDCS (2016): type change
 * and mass access; Continella et al., ShieldFS, ACSAC (2016).
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { At, Command } from '../../core/observation.ts';
import { Distinct, type SavedDistinct } from '../../learn/network/distinct.ts';
import { siteLearning } from '../shared/learning.ts';
import { count, counted, who, words, wordsAll } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';

const check = [
  'Can the files still be opened, and do their names look right?',
  'If not: part {client} from the network now, and do not switch it off.',
  'Are backups out of its reach? Check before anything else is restored.',
];
export const MASS_RENAME: FindingKind = {
  code: 'ransomware.rename',
  family: 'malware',
  title: '{client} renames many files of {server}: as ransomware does',
  what: 'Within ten minutes {client} renamed {number} files of {server} to the new ending {ending}, for example {files}.',
  comparedWith: 'Programs rename a few files, to endings that exist; {limit} are the limit of this rule.',
  innocent: 'Somebody renames a collection of files, or an archive program works on the share.',
  check,
  severity: 'uptime',
  techniques: ['T1486', 'T0828'],
  needsLearning: false,
};
export const MASS_WRITE: FindingKind = {
  code: 'ransomware.write',
  family: 'malware',
  title: '{client} rewrites very many files of {server}',
  what: 'Within ten minutes {client} wrote, renamed or deleted {number} files of {server}, in {folders} folders.',
  comparedWith: 'Its busiest usual ten minutes touched {usual} there.',
  innocent: 'A backup, a synchronisation, or an update of programs on the share.',
  check,
  severity: 'uptime',
  techniques: ['T1486', 'T0809'],
  needsLearning: true,
};
export const BACKUPS_DELETED: FindingKind = {
  code: 'backups-deleted',
  family: 'malware',
  title: '{client} deletes backups on {server}',
  what: 'Within ten minutes {client} deleted {number} backup files on {server}: {files}.',
  comparedWith:
    'Backups are kept for a time and deleted by the server that made them; {limit} are the limit of this rule.',
  innocent: 'The backup program clears what is too old.',
  check: ['Is {client} the backup server, and was this its time?', 'Are newer backups whole?', ...check.slice(1, 2)],
  severity: 'uptime',
  techniques: ['T1490', 'T0809'],
  needsLearning: false,
};
/** Clients and servers counted; files of each bounded by 2,048. */
export const MAX_PAIRS = 2048;
const WINDOW_US = 600_000_000;
const RENAMED = 20;
const TOUCHED = 100;
const FACTOR = 3;
const BACKUPS = 3;
const BACKUP = /\.(bak|bkf|vbk|vib|vbm|vhdx?|tib|gho|wbcat|bck|mrimg|dump|ab[dk])$|\\(backup|sicherung)s?\\/i;

const endingOf = (name: string): string => /\.([^.\\/]{1,16})$/.exec(name)?.[1]?.toLowerCase() ?? '';
const folderOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('\\')));

const create = (context: DetectorContext): RunningDetector => {
  const make = (members: number): Distinct => new Distinct(WINDOW_US, MAX_PAIRS, members);
  const tables = { renamed: make(512), touched: make(2048), folders: make(512), deleted: make(512) };
  const usual = new Map<string, number>();
  const command = (at: At, c: Command): void => {
    if (at.protocol !== 'smb' || c.object === undefined || at.client <= 0) return;
    if ((c.verb !== 'write' && c.verb !== 'delete') || (c.outcome !== 'accepted' && c.outcome !== 'unseen')) return;
    const file = c.object.slice(0, 260);
    const key = `${context.host(at.client)} ${context.host(at.server)}`;
    const common = {
      actor: at.client,
      target: at.server,
      protocol: 'smb',
      tsUs: at.tsUs,
      frames: [at.requestFrame, at.frame],
    };
    const parts = { client: who(at.client), server: who(at.server) };
    const to = typeof c.value === 'string' ? c.value : '';
    const ending = endingOf(to);
    if (to !== '' && ending !== '' && ending !== endingOf(file)) {
      const own = `${key} ${ending}`;
      const n = tables.renamed.add(own, file, at.tsUs);
      if (n >= RENAMED)
        context.state({
          ...common,
          kind: MASS_RENAME,
          key: own,
          sinceUs: Math.min(at.tsUs, tables.renamed.sinceUs(own)),
          surprise: Math.min(0.97, 0.85 + n / 1000),
          certainty: 'likely',
          parts: {
            ...parts,
            number: count(n),
            ending: words(`.${ending}`),
            files: wordsAll(tables.renamed.members(own, 3).map(String)),
            limit: count(RENAMED),
          },
        });
    }
    if (c.verb === 'delete' && BACKUP.test(file)) {
      const n = tables.deleted.add(key, file, at.tsUs);
      if (n >= BACKUPS)
        context.state({
          ...common,
          kind: BACKUPS_DELETED,
          key,
          surprise: n >= 10 ? 0.8 : 0.6,
          certainty: 'possible',
          parts: {
            ...parts,
            number: count(n),
            files: wordsAll(tables.deleted.members(key, 4).map(String)),
            limit: count(BACKUPS),
          },
        });
    }
    const n = tables.touched.add(key, file, at.tsUs);
    const folders = tables.folders.add(key, folderOf(file), at.tsUs);
    const before = usual.get(key) ?? 0;
    if (context.phase === 'learning') {
      if (n > before && !context.isSuspect(at.client) && (usual.has(key) || usual.size < MAX_PAIRS)) usual.set(key, n);
      return;
    }
    if (n < TOUCHED || n < before * FACTOR) return;
    context.state({
      ...common,
      kind: MASS_WRITE,
      key,
      sinceUs: Math.min(at.tsUs, tables.touched.sinceUs(key)),
      surprise: folders >= 5 ? 0.75 : 0.55,
      certainty: 'possible',
      parts: { ...parts, number: count(n), folders: count(folders), usual: counted(before, 'file') },
    });
  };
  return {
    command,
    learning: () => siteLearning(context),
    accept(finding) {
      const n = finding.parts.number;
      if (finding.kind !== MASS_WRITE.code || n?.kind !== 'count') return false;
      usual.set(`${context.host(finding.actor)} ${context.host(finding.target)}`, n.value);
      return true;
    },
    save: () =>
      toText({ tables: Object.fromEntries(Object.entries(tables).map(([k, t]) => [k, t.save()])), usual: [...usual] }),
    load(text) {
      const saved = fromText(text) as {
        readonly tables: Record<keyof typeof tables, SavedDistinct>;
        readonly usual: readonly (readonly [string, number])[];
      };
      for (const k of Object.keys(tables) as (keyof typeof tables)[]) tables[k].load(saved.tables[k]);
      for (const [k, n] of saved.usual) usual.set(k, n);
    },
  };
};

export const ransomware: Detector = {
  name: 'ransomware',
  card: {
    notices: 'Many files written, renamed to one new ending or deleted over SMB within minutes, and backups deleted.',
    worksWhen: 'Files lie on a share and SMB is not encrypted.',
    failsWhen:
      'Files are encrypted on the local disk of the host itself: nothing of it is on the wire, only its spread is (lateral).',
    cost: 'Constant per file opened for writing; 2,048 pairs with up to 2,048 names each for ten minutes.',
    source: 'Scaife et al.: CryptoLock (and Drop It), ICDCS (2016); Continella et al.: ShieldFS, ACSAC (2016)',
  },
  kinds: [MASS_RENAME, MASS_WRITE, BACKUPS_DELETED],
  create,
};
