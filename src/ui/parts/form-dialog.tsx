/**
 * The dialog in which a person commits an act: what it is about, what must be given, what it will do, and the server's
 * refusal in its own words. One piece for all of them, so that Enter, Escape, focus and waiting are the same everywhere.
 */
import { Button, Modal, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Problem } from './basics.tsx';

interface Props {
  title: string;
  /** The act in a word or two, on the button. */
  act: string;
  /** False while something that is needed is missing. */
  ready: boolean;
  /** Commits it; a rejection is shown and the dialog stays. */
  send: () => Promise<unknown>;
  onClose: () => void;
  /** False: the dialog stays after the act, because it shows what came of it. */
  closes?: boolean;
  size?: 'md' | 'lg';
  children: ReactNode;
}

export const FormDialog = ({ title, act, ready, send, onClose, closes = true, size = 'md', children }: Props) => {
  const commit = useMutation({ mutationFn: send, onSuccess: () => closes && onClose() });
  return (
    <Modal opened onClose={onClose} title={title} size={size} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        className="stack"
        style={{ gap: 14 }}
        onSubmit={(e) => {
          e.preventDefault();
          // Enter twice is one act.
          if (ready && !commit.isPending) commit.mutate();
        }}
        onKeyDown={(e) => {
          // Enter is a new line where a reason is written.
          if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) e.currentTarget.requestSubmit();
        }}
      >
        {children}
        {commit.isError && <Problem error={commit.error} />}
        <div className="row dialog-foot">
          <span className="dim small grow dialog-keys">
            <kbd>Ctrl Enter</kbd> {act.toLowerCase()}
          </span>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" loading={commit.isPending} disabled={!ready}>
            {act}
          </Button>
        </div>
      </form>
    </Modal>
  );
};

interface ReasonProps {
  value: string;
  onChange: (text: string) => void;
  /** It is written into the journal either way; without it some acts are not taken. */
  needed: boolean;
  help?: string;
  focus?: boolean;
}
/** Why somebody does it, for the journal. */
export const Reason = ({ value, onChange, needed, help, focus = false }: ReasonProps) => (
  <Textarea
    label={needed ? 'Reason (needed)' : 'Reason'}
    description={help}
    autosize
    minRows={2}
    maxLength={500}
    {...(focus ? { 'data-autofocus': true } : {})}
    value={value}
    onChange={(e) => onChange(e.currentTarget.value)}
  />
);

/** `{ reason }` where one was given: an empty text is no reason. */
export const reasonOf = (text: string): { reason?: string } => (text.trim() === '' ? {} : { reason: text.trim() });
