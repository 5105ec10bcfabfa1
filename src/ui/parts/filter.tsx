/** The filter line of every list: free words and `field:value` terms, completed from the fields of the contract. */
import { IconFilter, IconX } from '@tabler/icons-react';
import { useEffect, useId, useMemo, useRef, useState } from 'react';
import { FILTER_FIELDS } from '../../api/filter.ts';
import type { ListName } from '../../api/words.ts';
import { useKeys } from '../lib/keys.ts';

interface Props {
  list: ListName;
  value: string;
  onChange: (value: string) => void;
  /** What is wrong with the filter, as the server says it. */
  problem?: string | undefined;
  placeholder?: string;
}

/** The word under the caret and where it begins. */
const wordAt = (text: string, caret: number): { from: number; word: string } => {
  const from = text.lastIndexOf(' ', caret - 1) + 1;
  return { from, word: text.slice(from, caret) };
};

export const FilterLine = ({ list, value, onChange, problem, placeholder }: Props) => {
  const [text, setText] = useState(value);
  const [caret, setCaret] = useState(0);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const sent = useRef(value);
  const id = useId();
  useEffect(() => {
    if (value !== sent.current) {
      sent.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return;
    const t = setTimeout(() => {
      sent.current = text;
      onChange(text);
    }, 250);
    return () => clearTimeout(t);
  }, [text, onChange]);
  useKeys({
    '/': () => {
      input.current?.focus();
      input.current?.select();
    },
  });

  const options = useMemo(() => {
    const { word } = wordAt(text, caret);
    const bare = word.replace(/^-/, '').toLowerCase();
    if (bare.includes(':')) return [];
    return FILTER_FIELDS[list].filter((f) => f.name.startsWith(bare) && f.name !== bare);
  }, [text, caret, list]);

  const take = (name: string) => {
    const { from, word } = wordAt(text, caret);
    const next = `${text.slice(0, from)}${word.startsWith('-') ? '-' : ''}${name}:${text.slice(caret)}`;
    setText(next);
    setAt(-1);
    const to = from + name.length + 1 + (word.startsWith('-') ? 1 : 0);
    requestAnimationFrame(() => input.current?.setSelectionRange(to, to));
    setCaret(to);
  };
  const shown = open && options.length > 0;
  return (
    <search className="filter">
      <IconFilter size={14} className="lead" aria-hidden="true" />
      <input
        ref={input}
        value={text}
        spellCheck={false}
        autoComplete="off"
        aria-label={`Filter ${list}`}
        aria-invalid={problem !== undefined}
        aria-describedby={problem ? `${id}-problem` : undefined}
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-activedescendant={shown && at >= 0 ? `${id}-${at}` : undefined}
        role="combobox"
        aria-autocomplete="list"
        placeholder={placeholder ?? 'Words or field:value'}
        onChange={(e) => {
          setText(e.target.value);
          setCaret(e.target.selectionStart ?? e.target.value.length);
          setOpen(true);
          setAt(-1);
        }}
        onSelect={(e) => setCaret(e.currentTarget.selectionStart ?? 0)}
        onClick={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={(e) => {
          if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
            if (!shown) return setOpen(true);
            e.preventDefault();
            setAt(
              (at + (e.key === 'ArrowDown' ? 1 : options.length) + (at < 0 && e.key === 'ArrowUp' ? 0 : 0)) %
                options.length,
            );
          } else if (
            (e.key === 'Enter' || e.key === 'Tab') &&
            shown &&
            (at >= 0 || (e.key === 'Tab' && wordAt(text, caret).word !== ''))
          ) {
            e.preventDefault();
            take(options[Math.max(at, 0)]?.name ?? '');
          } else if (e.key === 'Enter') {
            sent.current = text;
            onChange(text);
            setOpen(false);
          } else if (e.key === 'Escape') {
            if (shown) setOpen(false);
            else input.current?.blur();
          }
        }}
      />
      <span className="tail row" style={{ gap: 4 }}>
        {text !== '' && (
          <button
            type="button"
            aria-label="Clear filter"
            title="Clear filter"
            style={{
              background: 'none',
              border: 0,
              color: 'var(--gh-dim)',
              cursor: 'pointer',
              display: 'flex',
              padding: 2,
            }}
            onMouseDown={(e) => {
              e.preventDefault();
              setText('');
              sent.current = '';
              onChange('');
            }}
          >
            <IconX size={14} />
          </button>
        )}
        <kbd>/</kbd>
      </span>
      {shown && (
        <div className="suggest" id={`${id}-list`} role="listbox" aria-label="Fields">
          {options.map((f, i) => (
            <div
              key={f.name}
              id={`${id}-${i}`}
              role="option"
              aria-selected={i === at}
              onMouseDown={(e) => {
                e.preventDefault();
                take(f.name);
              }}
            >
              <span className="mono">{f.name}:</span>
              <span className="dim small">{f.help}</span>
            </div>
          ))}
        </div>
      )}
      {problem && (
        <div id={`${id}-problem`} className="small p-urgent" role="alert" style={{ marginTop: 3 }}>
          {problem}
        </div>
      )}
    </search>
  );
};
