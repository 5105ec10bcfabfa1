/** The door and the way through it: on a page of its own, and over a page whose session ended. */
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Me } from '../../api/sites.ts';
import { ApiProblem, call } from '../lib/api.ts';
import { statusQuery } from '../lib/site.ts';
import { Brand } from './glyphs.tsx';
import './login-form.css';

interface DoorProps {
  title: string;
  lead?: ReactNode;
  /** Over a page, which has its main part. */
  isOver?: boolean;
  children: ReactNode;
}
export const Door = ({ title, lead, isOver = false, children }: DoorProps) => {
  const status = useQuery(statusQuery);
  const Place = isOver ? 'div' : 'main';
  return (
    <Place className="enter">
      <div className="door">
        <div className="door-brand">
          <Brand size={26} />
          <span>Gatehouse</span>
        </div>
        <h1>{title}</h1>
        {lead && <p className="dim">{lead}</p>}
        {children}
        <footer className="dim tiny">
          {status.data ? `Gatehouse ${status.data.version} · ` : ''}
          {window.location.host}
        </footer>
      </div>
    </Place>
  );
};

export const Refusal = ({ error }: { error: unknown }) => {
  const p = error instanceof ApiProblem ? error : undefined;
  return (
    <div className="refusal" role="alert">
      <strong>{p?.message ?? 'That did not work.'}</strong>
      {p?.whatToDo && <span>{p.whatToDo}</span>}
    </div>
  );
};

/** Mantine closes what is open below at Escape, unless the key was hit in a place that is marked so. */
const KEEPS_ESCAPE = { 'data-mantine-stop-propagation': true };

interface LoginProps {
  onEntered: (me: Me) => unknown;
  /** Who was here, if that is known. */
  before?: string;
}
export const LoginForm = ({ onEntered, before = '' }: LoginProps) => {
  const [name, setName] = useState(before);
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const send = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await onEntered(await call('login', {}, { name: name.trim(), password }));
    } catch (cause) {
      setError(cause);
      setPassword('');
    }
    setBusy(false);
  };
  return (
    <form onSubmit={(e) => void send(e)} className="stack door-form">
      <TextInput
        label="Name"
        autoFocus={before === ''}
        {...(before === '' ? { 'data-autofocus': true } : {})}
        required
        withAsterisk={false}
        autoComplete="username"
        value={name}
        onChange={(e) => setName(e.currentTarget.value)}
        {...KEEPS_ESCAPE}
      />
      <PasswordInput
        label="Password"
        {...(before === '' ? {} : { 'data-autofocus': true })}
        required
        withAsterisk={false}
        autoComplete="current-password"
        value={password}
        onChange={(e) => setPassword(e.currentTarget.value)}
        {...KEEPS_ESCAPE}
      />
      {error !== undefined && <Refusal error={error} />}
      <Button
        type="submit"
        variant="filled"
        loading={busy}
        disabled={name.trim() === '' || password === ''}
        {...KEEPS_ESCAPE}
      >
        Log in
      </Button>
    </form>
  );
};
