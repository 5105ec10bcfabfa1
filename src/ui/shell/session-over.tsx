/**
 * The session ended while a page was open (unused for long, ended elsewhere, Gatehouse began anew): a door over the page, which
 * nobody can look through. Behind it all stays as it is, a half-written review too; somebody else who comes in begins anew.
 */
import { FocusTrap, Portal } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { Me } from '../../api/sites.ts';
import { call, setPerson } from '../lib/api.ts';
import { setSessionOver } from '../lib/session.ts';
import { meQuery } from '../lib/site.ts';
import { Door, LoginForm } from '../parts/login-form.tsx';

export const SessionOver = () => {
  const client = useQueryClient();
  const latest = useRef<(me: Me) => Promise<void>>(async () => undefined);
  // Who comes back goes on typing where he was.
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  // Logged in again in another tab: the door is open here too.
  useEffect(() => {
    const look = () =>
      void call('me')
        .then((me) => latest.current(me))
        .catch(() => undefined);
    window.addEventListener('focus', look);
    return () => window.removeEventListener('focus', look);
  }, []);
  const entered = async (me: Me) => {
    const before = client.getQueryData(meQuery.queryKey);
    if (before?.id !== me.id) return window.location.reload();
    setPerson(me);
    client.setQueryData(meQuery.queryKey, me);
    setSessionOver(false);
    await client.invalidateQueries();
  };
  latest.current = entered;
  return (
    <Portal>
      <FocusTrap active>
        <div className="session-over" role="dialog" aria-modal="true" aria-label="Log in again">
          <Door
            title="Log in"
            isOver
            lead="Your session is over: it was unused for long, ended elsewhere, or Gatehouse began anew. Then you go on where you were; what you were writing is still there."
          >
            <LoginForm onEntered={entered} before={client.getQueryData(meQuery.queryKey)?.name ?? ''} />
          </Door>
        </div>
      </FocusTrap>
    </Portal>
  );
};
