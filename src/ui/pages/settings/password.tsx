/** The own password. The new one is asked for twice, and its length is said before it is refused. */
import { Button, PasswordInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiProblem, call } from '../../lib/api.ts';
import { notify } from '../../parts/notify.ts';
import { Section } from './section.tsx';

/** As `MIN_PASSWORD` of the contract, which the console does not load at run time. */
export const MIN_PASSWORD = 12;

export const MyPassword = () => {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const change = useMutation({
    mutationFn: () => call('changePassword', {}, { current, next }),
    onSuccess: () => {
      setCurrent('');
      setNext('');
      setAgain('');
      notify.info('Password changed', 'Other sessions of yours are closed.');
    },
  });
  const short = next.length > 0 && next.length < MIN_PASSWORD;
  const differs = again.length > 0 && again !== next;
  const problem = change.error;
  return (
    <Section
      title="My password"
      text={`At least ${MIN_PASSWORD} characters. A sentence is easier to keep than a riddle.`}
    >
      <form
        className="stack narrow"
        onSubmit={(e) => {
          e.preventDefault();
          change.mutate();
        }}
      >
        <PasswordInput
          label="Current password"
          autoComplete="current-password"
          value={current}
          onChange={(e) => setCurrent(e.currentTarget.value)}
          error={problem instanceof ApiProblem ? `${problem.message} ${problem.whatToDo}` : problem?.message}
        />
        <PasswordInput
          label="New password"
          autoComplete="new-password"
          value={next}
          onChange={(e) => setNext(e.currentTarget.value)}
          error={short ? `${MIN_PASSWORD - next.length} more to go` : undefined}
        />
        <PasswordInput
          label="New password again"
          autoComplete="new-password"
          value={again}
          onChange={(e) => setAgain(e.currentTarget.value)}
          error={differs ? 'Not the same yet' : undefined}
        />
        <div>
          <Button
            type="submit"
            loading={change.isPending}
            disabled={current === '' || next.length < MIN_PASSWORD || again !== next}
          >
            Change the password
          </Button>
        </div>
      </form>
    </Section>
  );
};
