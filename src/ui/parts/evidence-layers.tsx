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
/** Names of fields as words: `items[0].pduReference` is `items 1 · pdu reference`. */
export const fieldWords = (name: string): string =>
  name
    .replace(/^(detail|head|body)\.(?=.)/g, '')
    .replace(/^(detail|head|body)\.(?=.)/g, '')
    .replace(/\bcls\b/g, 'class')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/\[(\d+)\]/g, (_, index: string) => ` ${Number(index) + 1}`)
    .replaceAll('.', ' · ')
    .replace(/[_-]/g, ' ')
    .toLowerCase();

const Value = ({ value }: { value: string }) =>
  value === '' || value === 'none' ? (
    <span className="dim">{value === '' ? 'empty' : 'none'}</span>
  ) : (
    <span className="mono">{value}</span>
  );

/**
 * A decoder's sign for "not there": told as such, and only where the octets of other fields are known while this one rests on
 * none, for -1 may be a measured value.
 */
export const isAbsent = (field: FrameLayer['fields'][number], layer: FrameLayer): boolean =>
  (field.value === '-1' || field.value === 'none') && !has(field) && layer.fields.some(has);

/** Codes are looked up in hexadecimal in most manuals. '' where that says nothing. */
export const hexOf = (f: FrameLayer['fields'][number]): string =>
  has(f) && f.end - f.start <= 4 && /^[1-9]\d+$/.test(f.value) && Number(f.value) < 2 ** 32
    ? `0x${Number(f.value).toString(16)}`
    : '';

/** Some names of codes have the code with them: `function code not supported (0x01)`. */
export const namesItsCode = (f: { readonly value: string; readonly meaning: string }): boolean =>
  f.meaning.endsWith(`(${f.value})`) || /\(0x[0-9a-f]+\)$/i.test(f.meaning) || /^\d{4}-\d\d-\d\dT/.test(f.meaning);

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
      const absent = layer.fields.filter((f) => isAbsent(f, layer));
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
              {layer.fields
                .filter((f) => !absent.includes(f))
                .map((f, j) => (
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
                      <span className="dim">{fieldWords(f.name)}</span>
                      <span>
                        {f.meaning === '' ? (
                          <Value value={f.value} />
                        ) : (
                          <>
                            {f.meaning} {!namesItsCode(f) && <span className="mono dim">({f.value})</span>}
                          </>
                        )}
                        {hexOf(f) !== '' && <span className="mono dim tiny"> {hexOf(f)}</span>}
                      </span>
                    </button>
                  </li>
                ))}
              {absent.length > 0 && (
                <li className="layer-absent dim small">
                  Not in this message: {absent.map((f) => fieldWords(f.name)).join(', ')}
                </li>
              )}
            </ul>
          )}
        </section>
      );
    })}
  </div>
);
