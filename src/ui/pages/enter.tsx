/** The two doors: the first administrator by the one-time link that the first start prints, and the login. */
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { Me } from '../../api/sites.ts';
import { call, setPerson } from '../lib/api.ts';
import { setSessionOver } from '../lib/session.ts';
import { meQuery, statusQuery } from '../lib/site.ts';
import { Problem } from '../parts/basics.tsx';
import { Door, LoginForm, Refusal } from '../parts/login-form.tsx';

/** As `MIN_PASSWORD` of the contract, which the server checks; repeated so that the page carries no validator. */
const MIN_PASSWORD = 12;

/** Remembers who came in, so that the next page does not ask again. */
const useEntered = () => {
  const client = useQueryClient();
  return (me: Me) => {
    setPerson(me);
    setSessionOver(false);
    client.clear();
    client.setQueryData(meQuery.queryKey, me);
  };
};

export const SetupPage = () => {
  // The token is in the fragment, which no server log sees; it leaves the address line once it is used.
  const [token] = useState(() => decodeURIComponent(window.location.hash.replace(/^#/, '')));
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const status = useQuery(statusQuery);
  const navigate = useNavigate();
  const entered = useEntered();
  if (status.error) return <Problem error={status.error} retry={() => void status.refetch()} />;
  if (status.data && !status.data.setupNeeded) {
    return (
      <Door title="Gatehouse is set up" lead="The first administrator exists; the link has done its work.">
        <Button variant="filled" onClick={() => void navigate({ to: '/login' })}>
          Go to the login
        </Button>
      </Door>
    );
  }
  if (token === '') {
    return (
      <Door
        title="Set up Gatehouse"
        lead="There is no default password. The first administrator comes in by a one-time link."
      >
        <ol className="steps">
          <li>Look at the terminal (or the log) in which Gatehouse was started.</li>
          <li>
            Open the line that looks like <code className="mono">{window.location.origin}/setup#…</code>
          </li>
          <li>The link is used up or too old? Start Gatehouse again: it prints a new one.</li>
        </ol>
      </Door>
    );
  }
  const send = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const me = await call('setup', {}, { token, name: name.trim(), password });
      window.history.replaceState(null, '', '/setup');
      entered(me);
      await navigate({ to: '/' });
    } catch (cause) {
      setError(cause);
    }
    setBusy(false);
  };
  const missing = MIN_PASSWORD - password.length;
  return (
    <Door title="Set up Gatehouse" lead="You become the first administrator. Others are added under Settings.">
      <form onSubmit={(e) => void send(e)} className="stack door-form">
        <TextInput
          label="Name"
          autoFocus
          required
          withAsterisk={false}
          autoComplete="username"
          maxLength={100}
          value={name}
          onChange={(e) => setName(e.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          required
          withAsterisk={false}
          autoComplete="new-password"
          minLength={MIN_PASSWORD}
          value={password}
          onChange={(e) => setPassword(e.currentTarget.value)}
          description={
            missing > 0
              ? `At least ${MIN_PASSWORD} characters${password === '' ? '; a sentence is good' : `: ${missing} to go`}.`
              : 'Long enough.'
          }
          inputWrapperOrder={['label', 'input', 'description', 'error']}
        />
        {error !== undefined && <Refusal error={error} />}
        <Button type="submit" variant="filled" loading={busy} disabled={missing > 0 || name.trim() === ''}>
          Create the administrator
        </Button>
      </form>
    </Door>
  );
};

export const LoginPage = () => {
  const navigate = useNavigate();
  const entered = useEntered();
  const back = (useSearch({ strict: false }) as { q?: string }).q ?? '';
  return (
    <Door title="Log in" lead={back.startsWith('/s/') ? 'Then you go on to the page that you asked for.' : undefined}>
      <LoginForm
        onEntered={async (me) => {
          entered(me);
          // Only a path of this console: never an address of somebody else's that came in the link.
          await navigate({ href: /^\/(?![/\\])/.test(back) ? back : '/' });
        }}
      />
    </Door>
  );
};
