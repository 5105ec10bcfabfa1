/** Octets, sixteen a line with their offsets and text; the octets of a field are lit, masked ones are hatched. */
import { useEffect, useMemo, useRef } from 'react';

export interface Span {
  readonly start: number;
  readonly end: number;
}
interface Props {
  hex: string;
  masked: readonly Span[];
  layers: readonly Span[];
  span: Span | undefined;
  onPick: (octet: number) => void;
}
/** Frames on plants are at most some kilobytes; jumbo frames beyond this are cut, and it is said. */
const MOST_OCTETS = 4096;

export const HexView = ({ hex, masked, layers, span, onPick }: Props) => {
  const octets = useMemo(() => hex.slice(0, MOST_OCTETS * 2).match(/../g) ?? [], [hex]);
  const box = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the lit octets move when the chosen field does
  useEffect(() => {
    const line = box.current?.querySelector('.lit');
    line?.scrollIntoView({ block: 'nearest' });
  }, [span]);
  const isMasked = (i: number) => masked.some((m) => i >= m.start && i < m.end);
  const isLit = (i: number) => span !== undefined && i >= span.start && i < span.end;
  // Octets of every second layer are dimmer, so that the seams are visible without colour.
  const depth = (i: number) => layers.reduce((n, l, k) => (i >= l.start && i < l.end ? k : n), -1);
  const cls = (i: number) => (isLit(i) ? 'lit' : isMasked(i) ? 'masked' : depth(i) % 2 === 0 ? 'even' : undefined);
  const lines = [];
  for (let at = 0; at < octets.length; at += 16) lines.push(at);
  const pickFrom = (target: EventTarget) => {
    const i = (target as HTMLElement).dataset?.i;
    if (i !== undefined) onPick(Number(i));
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the fields on the left do the same from the keyboard
    <div
      ref={box}
      className="hex mono"
      role="img"
      aria-label={`${octets.length} octets, hexadecimal`}
      onClick={(e) => pickFrom(e.target)}
    >
      {lines.map((at) => (
        <div key={at} className="hex-line">
          <span className="hex-offset">{at.toString(16).padStart(4, '0')}</span>
          <span className="hex-octets">
            {octets.slice(at, at + 16).map((o, k) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: octets are their place
              <i key={k} data-i={at + k} className={cls(at + k)}>
                {isMasked(at + k) ? '··' : o}
              </i>
            ))}
          </span>
          <span className="hex-text">
            {octets.slice(at, at + 16).map((o, k) => {
              const c = Number.parseInt(o, 16);
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: octets are their place
                <i key={k} data-i={at + k} className={cls(at + k)}>
                  {!isMasked(at + k) && c >= 0x20 && c < 0x7f ? String.fromCharCode(c) : '·'}
                </i>
              );
            })}
          </span>
        </div>
      ))}
      {hex.length > MOST_OCTETS * 2 && (
        <div className="dim">The first {MOST_OCTETS} octets; the rest is in the download.</div>
      )}
    </div>
  );
};
