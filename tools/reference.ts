/**
 * Writes the reference pages of the documentation out of the sources: errors, protocols, limits, verbs. Run by
 * `npm run reference`; a test fails when a committed page differs from what the sources say.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Attachment } from '../src/core/decoder.ts';
import { ERRORS, EXIT, WARNINGS } from '../src/core/errors.ts';
import { VERBS, type Verb } from '../src/core/observation.ts';
import { DEPTHS } from '../src/decode/depth.ts';
import { DECODERS } from '../src/decode/list.ts';
import { DETECTORS, FED } from '../src/detect/list.ts';
import { plantPage } from './reference-plant.ts';

/** All that state findings, fed by observations or by the application. */
const STATING = [...DETECTORS, ...FED];
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const NOTE = '<!-- Written by `npm run reference`; edit the sources, not this page. -->\n';

/** Cells of Markdown tables must not hold pipes, braces of templates or line ends. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');
const page = (title: string, lead: string, ...parts: readonly string[]): string =>
  `# ${title}\n\n${NOTE}\n${[lead, ...parts].join('\n\n')}\n`;

const errors = (): string =>
  page(
    'Errors and warnings',
    'Every error that a person can mend has a stable code. The command prints it in brackets behind the sentence, the API ' +
      'sends it as `code`. Words in braces are filled in.',
    '## Exit codes\n\n' +
      table(
        ['code', 'class'],
        Object.entries(EXIT).map(([name, code]) => [String(code), name]),
      ),
    '## Errors\n\n' +
      table(
        ['code', 'exit', 'what happened', 'what to do'],
        Object.entries(ERRORS).map(([code, e]) => [`\`${code}\``, String(EXIT[e.exit]), e.message, e.whatToDo]),
      ),
    '## Warnings about sources\n\nThe source is read all the same.\n\n' +
      table(
        ['code', 'text'],
        Object.entries(WARNINGS).map(([code, text]) => [`\`${code}\``, text]),
      ),
  );

const FAMILIES = { ot: 'control', iiot: 'industrial IoT', it: 'office', network: 'network' } as const;
const hex = (n: number, digits: number): string => `0x${n.toString(16).padStart(digits, '0')}`;

const place = (a: Attachment): string => {
  switch (a.over) {
    case 'tcp':
    case 'udp':
      return a.ports.length === 0 ? `${a.over}, by content` : `${a.over} ${a.ports.join(', ')}`;
    case 'ethertype':
      return `EtherType ${a.types.map((t) => hex(t, 4)).join(', ')}`;
    case 'llc':
      return `LLC ${[...(a.dsaps ?? []).map((x) => hex(x, 2)), ...(a.snap ?? []).map((x) => `SNAP ${hex(x, 10)}`)].join(', ')}`;
    case 'ip':
      return `IP protocol ${a.protocols.join(', ')}`;
    case 'carried':
      return 'carried';
  }
};

const protocols = (): string =>
  page(
    'Protocols',
    'What is decoded, out of `src/decode/list.ts`. Ports are a hint only: content decides, on any port. `carried` means ' +
      'that the protocol lies inside another one. Depth A: to the last field of the public specification. B: messages with their ' +
      'fields, commands and values as used on plants. C: recognised, with the identity that the first frames show.',
    table(
      ['name', 'protocol', 'family', 'depth', 'found on', 'content', 'not known'],
      DECODERS.map((d) => [
        `\`${d.name}\``,
        d.title,
        FAMILIES[d.family],
        DEPTHS[d.name]?.tier ?? '',
        d.attach.map(place).join('; '),
        d.encrypted === true ? 'encrypted: only what is said in clear' : 'read',
        DEPTHS[d.name]?.unknown ?? '',
      ]),
    ),
  );

const TIERS = {
  A: '**A**, to the last field of the public specification',
  B: '**B**, messages with fields, commands and values as used on plants',
  C: '**C**, recognised with the identity of the first frames',
} as const;
const README_DEPTHS = /(<!-- depths: written by `npm run reference` -->\n)[\s\S]*?(\n<!-- end of depths -->)/;
/** The README with its table of depths as the sources say: those of plants first, then those of offices and networks. */
const readme = (): string => {
  const titles = (tier: string, ...families: string[]): string =>
    DECODERS.filter((d) => DEPTHS[d.name]?.tier === tier && families.includes(d.family))
      .map((d) => d.title)
      .join(', ');
  const rows = Object.entries(TIERS).map(([tier, text]) => [
    text,
    `${titles(tier, 'ot', 'iiot')}; ${titles(tier, 'it', 'network')}`,
  ]);
  return readFileSync(join(root, 'README.md'), 'utf8').replace(
    README_DEPTHS,
    (_, before: string, after: string) => `${before}${table(['depth', 'protocols'], rows)}${after}`,
  );
};

/** TypeScript sources of the product below `folder`, without tests, in a fixed order. */
const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((f) => f.endsWith('.ts') && !/\.test\.ts$|(^|[\\/])(testing|fixtures)/.test(f))
    .map((f) => `${folder}/${f.split(sep).join('/')}`)
    .sort();

interface Limit {
  readonly file: string;
  readonly name: string;
  readonly value: string;
  readonly text: string;
}

const commentText = (comment: string): string =>
  comment
    .replace(/^\s*\/\*\*|\*\/\s*$/g, '')
    .replace(/^\s*\* ?/gm, '')
    .trim();

/** `MAX_...` constants that are exported or explained, with the comment above them; and the named limits of the site. */
export const limitsOf = (file: string, source: string): Limit[] => {
  const found: Limit[] = [];
  const constant =
    /(?:(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\s*\n)?^(export )?const (MAX_[A-Z0-9_]+)(?:: \w+)? = ([^;\n]+);/gm;
  for (const m of source.matchAll(constant))
    if (m[1] !== undefined || m[2] !== undefined)
      found.push({ file, name: m[3]!, value: m[4]!, text: m[1] === undefined ? '' : commentText(m[1]) });
  const site = /export const SITE_LIMITS = \{([\s\S]*?)\n\} as const/.exec(source)?.[1];
  for (const m of (site ?? '').matchAll(/(?:(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\s*\n)?\s*(\w+): ([\d_]+),/g))
    found.push({ file, name: m[2]!, value: m[3]!, text: m[1] === undefined ? '' : commentText(m[1]) });
  return found;
};

const limits = (): string => {
  const all = sources('src').flatMap((file) => limitsOf(file, readFileSync(join(root, file), 'utf8')));
  const folders = [
    ...new Set(
      all.map((l) =>
        l.file
          .split('/')
          .slice(0, l.file.startsWith('src/decode/') ? 3 : 2)
          .join('/'),
      ),
    ),
  ];
  return page(
    'Limits',
    'Everything is bounded. What a constant means and what happens when it is reached stands above it in the source; this ' +
      'page gathers them. What was dropped at a limit is counted and shown with the health of the source.',
    ...folders.map((folder) => {
      const rows = all.filter((l) => l.file === folder || l.file.startsWith(`${folder}/`));
      const title = folder.replace(/\.ts$/, '');
      return `## ${title}\n\n${table(
        ['limit', 'value', 'meaning'],
        rows.map((l) => [`\`${l.name}\``, `\`${l.value.replaceAll('_', '')}\``, l.text]),
      )}`;
    }),
  );
};

const MEANING = {
  read: 'asks for values or state and changes nothing',
  write: 'sets a value of the process: register, tag, data block, property',
  control: 'operates something: a switch, a breaker, an output, with select and operate where the protocol has them',
  force: 'holds a value against the program',
  invoke: 'calls a function of the device that fits no other verb',
  configure: 'changes name, address, time or settings of the device',
  'mode-change': 'starts, stops, pauses a controller or switches between run and program',
  'program-upload': 'reads a program or project out of a device',
  'program-download': 'puts a program or project into a device',
  'firmware-update': 'replaces the firmware',
  restart: 'restarts the device or its communication',
  delete: 'removes blocks, files or memory',
  authenticate: 'gives a credential, takes or gives back a lock',
  subscribe: 'asks to be told of changes',
  discover: 'asks who is there',
} as const satisfies Record<Verb, string>;

const verbs = (): string => {
  return page(
    'Verbs',
    'Whatever the protocol, a command is one of these. Adding a verb needs a decision record ' +
      '([ADR 0001](../adr/0001-vocabulary-and-verbs.md)).',
    table(
      ['verb', 'meaning'],
      VERBS.map((verb) => [`\`${verb}\``, MEANING[verb]]),
    ),
  );
};

interface Checklist {
  readonly title: string;
  readonly source: string;
  readonly kinds: readonly {
    readonly engine: string;
    readonly title: string;
    readonly findings: readonly string[];
    readonly why: string;
  }[];
}
const checklist = (): Checklist =>
  JSON.parse(readFileSync(join(root, 'data/checklists/defender-for-iot.json'), 'utf8')) as Checklist;

const findings = (): string => {
  const list = checklist();
  const engines = [...new Set(list.kinds.map((k) => k.engine))];
  const covered = (engine?: string): string => {
    const of = list.kinds.filter((k) => engine === undefined || k.engine === engine);
    return `${of.filter((k) => k.findings.length > 0).length} of ${of.length}`;
  };
  return page(
    'Findings',
    'What detectors can state, out of `src/detect/list.ts`. Words in braces are filled in. A finding says what happened, ' +
      'compared with what, the innocent explanation and what to check next; its severity is the worst that it can mean, and ' +
      '`safety` whenever the target is a safety controller. `rule`: holds from the first frame; `learned`: says nothing until ' +
      'its baseline has learned, and shows how far it is.',
    table(
      ['code', 'headline', 'detector', 'family', 'severity', 'from', 'techniques'],
      STATING.flatMap((d) =>
        d.kinds.map((k) => [
          `\`${k.code}\``,
          k.title,
          `[${d.name}](detectors.md#${d.name})`,
          k.family,
          k.severity,
          k.needsLearning ? 'learned' : 'rule',
          k.techniques.join(', '),
        ]),
      ),
    ),
    ...STATING.flatMap((d) =>
      d.kinds.map(
        (k) =>
          `### \`${k.code}\`\n\n${cell(k.what)}\n\n- Compared with: ${cell(k.comparedWith)}\n- Innocent explanation: ${cell(
            k.innocent,
          )}\n${k.check.map((c, i) => `- Check ${i + 1}: ${cell(c)}`).join('\n')}`,
      ),
    ),
    `## Checked against a public list\n\n${list.title}: ${covered()} kinds are covered by a finding (${engines
      .map((e) => `${e} ${covered(e)}`)
      .join(', ')}). Source: ${list.source}. Titles are theirs; what is not covered says why.`,
    ...engines.map(
      (engine) =>
        `### Engine: ${engine}\n\n${table(
          ['their alert', 'our findings', 'remark'],
          list.kinds
            .filter((k) => k.engine === engine)
            .map((k) => [
              k.title,
              k.findings.length === 0 ? 'none' : k.findings.map((f) => `\`${f}\``).join(', '),
              k.why,
            ]),
        )}`,
    ),
  );
};

const detectors = (): string =>
  page(
    'Detectors',
    'The model cards, out of `src/detect/list.ts`: what each detector notices, when it works, when it fails, what it costs, and ' +
      'the paper or standard behind it. Findings are described in [findings](findings.md).',
    ...STATING.map(
      (d) =>
        `## ${d.name}\n\n${table(
          ['', ''],
          [
            ['notices', d.card.notices],
            ['works when', d.card.worksWhen],
            ['fails when', d.card.failsWhen],
            ['cost', d.card.cost],
            ['source', d.card.source],
            ['findings', d.kinds.map((k) => `\`${k.code}\``).join(', ')],
          ],
        )}`,
    ),
  );

/** Every generated page by its path below the root. */
export const referencePages = (): ReadonlyMap<string, string> =>
  new Map([
    ['docs/reference/errors.md', errors()],
    ['docs/reference/protocols.md', protocols()],
    ['README.md', readme()],
    ['docs/reference/limits.md', limits()],
    ['docs/reference/verbs.md', verbs()],
    ['docs/reference/plant.md', plantPage(page, table)],
    ['docs/reference/findings.md', findings()],
    ['docs/reference/detectors.md', detectors()],
  ]);

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const [path, text] of referencePages()) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    process.stdout.write(`${relative(process.cwd(), join(root, path))}\n`);
  }
}
