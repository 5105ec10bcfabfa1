/** The layers of a frame from the outside in, each with its fields; pointing at one lights its octets. */
import { IconChevronRight } from '@tabler/icons-react';
import type { FrameLayer } from '../../api/sites.ts';
import type { Span } from './hex.tsx';

interface Props {
  layers: readonly FrameLayer[];
  open: ReadonlySet<number>;
  span: Span | undefined;
  onToggle: (layer: number) => void;
  onHover: (span: Span | undefined) => void;
  onChoose: (span: Span) => void;
}
/** At most so many rows of one nested value; the download has all. */
const MOST_ROWS = 120;
/** Names of fields as words: `pduReference` is `pdu reference`. */
const words = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]/g, ' ')
    .toLowerCase();

/** A nested value (JSON) as rows of path and value; anything else is one row. */
const rowsOf = (value: string): readonly (readonly [string, string])[] => {
  if (!/^[[{]/.test(value)) return [['', value]];
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    return [['', value]];
  }
  const out: [string, string][] = [];
  const walk = (x: unknown, path: string): void => {
    if (out.length >= MOST_ROWS) return;
    if (Array.isArray(x) && x.every((e) => typeof e !== 'object' || e === null))
      out.push([path, x.length === 0 ? 'none' : x.join(', ')]);
    else if (typeof x === 'object' && x !== null) {
      for (const [k, v] of Object.entries(x))
        walk(v, Array.isArray(x) ? `${path} ${Number(k) + 1}` : path === '' ? words(k) : `${path} · ${words(k)}`);
    } else out.push([path, String(x)]);
  };
  walk(parsed, '');
  return out.length === 0 ? [['', 'none']] : out;
};
const Value = ({ value }: { value: string }) => {
  if (value === '') return <span className="dim">empty</span>;
  const rows = rowsOf(value);
  if (rows.length === 1 && rows[0]?.[0] === '')
    return <span className={rows[0][1] === 'none' ? 'dim' : 'mono'}>{rows[0][1]}</span>;
  return (
    <span className="nested">
      {rows.map(([path, v], i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows of one value keep their order
        <span key={i}>
          <span className="dim">{path}</span> <span className="mono">{v === '' ? 'empty' : v}</span>
        </span>
      ))}
      {rows.length >= MOST_ROWS && <span className="dim">and more</span>}
    </span>
  );
};

const has = (s: Span): boolean => s.start >= 0 && s.end > s.start;
const same = (a: Span, b: Span | undefined): boolean => b !== undefined && a.start === b.start && a.end === b.end;

export const Layers = ({ layers, open, span, onToggle, onHover, onChoose }: Props) => (
  // biome-ignore lint/a11y/noStaticElementInteractions: leaving the list only ends the highlight
  <div className="layers" onMouseLeave={() => onHover(undefined)}>
    {layers.length === 0 && (
      <div className="dim" style={{ padding: 12 }}>
        Nothing in this frame was recognised.
      </div>
    )}
    {layers.map((layer, i) => {
      const isOpen = open.has(i);
      return (
        <section key={`${layer.name}${layer.start}`} id={`layer-${i}`}>
          <button
            type="button"
            className={`layer-head${same(layer, span) ? ' on' : ''}`}
            aria-expanded={isOpen}
            onMouseEnter={() => has(layer) && onHover(layer)}
            onFocus={() => has(layer) && onHover(layer)}
            onBlur={() => onHover(undefined)}
            onClick={() => {
              if (has(layer)) onChoose({ start: layer.start, end: layer.end });
              onToggle(i);
            }}
          >
            <IconChevronRight
              size={12}
              stroke={2}
              aria-hidden="true"
              className="dim"
              style={{ transform: isOpen ? 'rotate(90deg)' : 'none' }}
            />
            <span className="strong nowrap">{layer.title}</span>
            <span className="dim layer-summary">{layer.summary}</span>
          </button>
          {isOpen && layer.fields.length > 0 && (
            <ul className="layer-fields">
              {layer.fields.map((f, j) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: fields of one name repeat
                <li key={j}>
                  <button
                    type="button"
                    className={same(f, span) ? 'on' : ''}
                    disabled={!has(f)}
                    onMouseEnter={() => onHover(has(f) ? f : undefined)}
                    onFocus={() => has(f) && onHover(f)}
                    onBlur={() => onHover(undefined)}
                    onClick={() => onChoose({ start: f.start, end: f.end })}
                  >
                    <span className="dim">{words(f.name)}</span>
                    <Value value={f.value} />
                  </button>
                </li>
              ))}
            </ul>
          )}
        </section>
      );
    })}
  </div>
);
