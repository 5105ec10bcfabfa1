/** The reference page of the simulated plant: its controllers, their points and programs, and what can happen to it. */
import { ATTACKS, createWorld, DISTURBANCES, type Kind } from '../plant/physics/index.ts';
import type { PointDefinition } from '../plant/world.ts';

type Table = (head: readonly string[], rows: readonly (readonly string[])[]) => string;
type Page = (title: string, lead: string, ...parts: readonly string[]) => string;

const figure = (value: number): string =>
  Math.abs(value) >= 1e9 ? value.toExponential(1) : String(Number(value.toPrecision(6)));
const place = (p: PointDefinition): string => (p.bit === undefined ? String(p.byteOffset) : `${p.byteOffset}.${p.bit}`);
const marks = (p: PointDefinition): string =>
  [p.writable ? 'writable' : '', p.safety === true ? 'safety' : '', p.loop === undefined ? '' : `steers ${p.loop}`]
    .filter((m) => m !== '')
    .join(', ');

const kinds = (table: Table, list: Readonly<Record<string, Kind>>): string =>
  table(
    ['kind', 'what happens', 'target', 'parameters'],
    Object.entries(list).map(([name, kind]) => [
      `\`${name}\``,
      kind.text,
      kind.target,
      Object.entries(kind.parameters)
        .map(([p, { text, low, high, words, usual }]) => {
          const range =
            words !== undefined ? words.join(', ') : low !== undefined ? `${figure(low)} to ${figure(high!)}` : '';
          return `\`${p}\`: ${text}${range === '' ? '' : ` (${range})`}${usual === undefined ? '' : `, if not given ${usual === '' ? 'empty' : usual}`}`;
        })
        .join('; '),
    ]),
  );

export const plantPage = (page: Page, table: Table): string => {
  const { controllers } = createWorld({ seed: 1 });
  const count = controllers.reduce((a, c) => a + c.points.length, 0);
  return page(
    'The simulated plant',
    `${controllers.length} controllers with ${count} points, out of \`plant/physics\`. What is modelled, and how, is told in [the guide](../guides/the-plant.md). ` +
      'Place: octet in the image of the controller, for bools with the bit 0..7 in that octet; memory holds value x scale.',
    `## Controllers\n\n${table(
      ['controller', 'cell', 'family', 'points', 'programs beside its own'],
      controllers.map((c) => [
        `\`${c.id}\`${c.safety ? ' (safety)' : ''}`,
        c.cell,
        c.family,
        String(c.points.length),
        Object.entries(c.variants)
          .map(([name, text]) => `\`${name}\`: ${text}`)
          .join('; '),
      ]),
    )}`,
    `## Attacks\n\n${kinds(table, ATTACKS)}`,
    `## Disturbances\n\n${kinds(table, DISTURBANCES)}`,
    ...controllers.map(
      (c) =>
        `## ${c.id}\n\n${table(
          ['point', 'text', 'unit', 'nature', 'type', 'place', 'scale', 'range', ''],
          c.points.map((p) => [
            `\`${p.name}\``,
            p.text,
            p.unit,
            p.nature,
            p.type,
            place(p),
            figure(p.scale),
            `${figure(p.low)} to ${figure(p.high)}`,
            marks(p),
          ]),
        )}`,
    ),
  );
};
