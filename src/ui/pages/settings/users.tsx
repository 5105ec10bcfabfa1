/** Who may use Gatehouse, in which role. Nobody is deleted: the journal speaks of them; they are closed. */
import { Button, Modal, NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { IconLockOff, IconUserPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { USER_ROLES, type UserRole } from '../../../api/words.ts';
import { call } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { Loading, Problem, Unknown, When } from '../../parts/basics.tsx';
import { notify } from '../../parts/notify.ts';
import { SmallTable } from '../../parts/simple-table.tsx';
import { MIN_PASSWORD } from './password.tsx';
import { Section } from './section.tsx';

const ROLE_HELP: Readonly<Record<UserRole, string>> = {
  viewer: 'sees everything, changes nothing',
  analyst: 'IT: captures, corrections, evidence',
  engineer: 'OT: captures, corrections, evidence',
  manager: 'names sites, reads the journal',
  admin: 'users, retention and all others',
  auditor: 'evidence and journal, changes nothing',
};

export const Users = ({ me }: { me: string }) => {
  const client = useQueryClient();
  const query = useQuery({ queryKey: ['users'], queryFn: ({ signal }) => call('users', {}, undefined, signal) });
  const [adding, setAdding] = useState(false);
  const change = useMutation({
    mutationFn: ({ id, ...body }: { id: string; role?: UserRole; disabled?: boolean }) =>
      call('changeUser', { user: id }, body),
    onSuccess: (u) => {
      notify.info('Changed', `${u.name}: ${u.role}${u.disabled ? ', closed' : ''}.`);
      return client.invalidateQueries({ queryKey: ['users'] });
    },
    onError: notify.problem,
  });
  const users = query.data?.items;
  return (
    <Section
      title="Users"
      text={
        <>
          {users ? `${plural(users.filter((u) => !u.disabled).length, 'user')} may log in. ` : ''}A user who leaves is
          closed, not deleted: the journal speaks of them.
        </>
      }
      actions={
        <Button leftSection={<IconUserPlus size={14} stroke={1.6} />} onClick={() => setAdding(true)}>
          Add a user …
        </Button>
      }
    >
      {query.isError ? (
        <Problem error={query.error} retry={() => void query.refetch()} />
      ) : users === undefined ? (
        <Loading lines={4} />
      ) : (
        <div className="framed">
          <SmallTable<(typeof users)[number]>
            label="Users"
            rows={users}
            keyOf={(u) => u.id}
            most={50}
            empty="No user yet."
            columns={[
              {
                id: 'name',
                head: 'Name',
                width: 'minmax(96px, 1fr)',
                by: (u) => u.name,
                cell: (u) => (
                  <span className="row" style={{ gap: 6 }}>
                    <span className={u.disabled ? 'dim cut' : 'strong cut'} title={u.name}>
                      {u.name}
                    </span>
                    {u.id === me && <span className="tag outline">you</span>}
                    {u.disabled && (
                      <span className="tag outline">
                        <IconLockOff size={11} aria-hidden="true" /> closed
                      </span>
                    )}
                  </span>
                ),
              },
              {
                id: 'role',
                head: 'Role',
                width: '128px',
                by: (u) => u.role,
                cell: (u) => (
                  <NativeSelect
                    aria-label={`Role of ${u.name}`}
                    className="inline-select"
                    value={u.role}
                    disabled={u.id === me || change.isPending}
                    title={u.id === me ? 'Nobody changes his own role' : ROLE_HELP[u.role]}
                    data={[...USER_ROLES]}
                    onChange={(e) => change.mutate({ id: u.id, role: e.currentTarget.value as UserRole })}
                  />
                ),
              },
              {
                id: 'last',
                head: 'Last login',
                width: '150px',
                by: (u) => u.lastLoginAt ?? '',
                cell: (u) => (u.lastLoginAt ? <When at={u.lastLoginAt} /> : <Unknown>never</Unknown>),
              },
              {
                id: 'created',
                head: 'Since',
                width: '150px',
                from: 600,
                by: (u) => u.createdAt,
                cell: (u) => <When at={u.createdAt} />,
              },
              {
                id: 'act',
                head: 'Actions',
                width: '84px',
                end: true,
                cell: (u) =>
                  u.id !== me && (
                    <button
                      type="button"
                      className="chip"
                      disabled={change.isPending}
                      onClick={() => change.mutate({ id: u.id, disabled: !u.disabled })}
                    >
                      {u.disabled ? 'Reopen' : 'Close'}
                    </button>
                  ),
              },
            ]}
          />
        </div>
      )}
      <AddUser opened={adding} onClose={() => setAdding(false)} />
    </Section>
  );
};

const AddUser = ({ opened, onClose }: { opened: boolean; onClose: () => void }) => {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState<UserRole>('viewer');
  const [password, setPassword] = useState('');
  const add = useMutation({
    mutationFn: () => call('addUser', {}, { name: name.trim(), role, password }),
    onSuccess: async (u) => {
      notify.info('User added', `${u.name} may log in as ${u.role}.`);
      setName('');
      setPassword('');
      await client.invalidateQueries({ queryKey: ['users'] });
      onClose();
    },
  });
  return (
    <Modal opened={opened} onClose={onClose} title="Add a user" size="sm">
      <form
        className="stack"
        onSubmit={(e) => {
          e.preventDefault();
          add.mutate();
        }}
      >
        <TextInput
          label="Name"
          data-autofocus
          autoComplete="off"
          value={name}
          maxLength={100}
          onChange={(e) => setName(e.currentTarget.value)}
        />
        <NativeSelect
          label="Role"
          description={ROLE_HELP[role]}
          value={role}
          data={[...USER_ROLES]}
          onChange={(e) => setRole(e.currentTarget.value as UserRole)}
        />
        <PasswordInput
          label="First password"
          description={`At least ${MIN_PASSWORD} characters; hand it over in person, they change it here.`}
          autoComplete="new-password"
          value={password}
          onChange={(e) => setPassword(e.currentTarget.value)}
        />
        {add.isError && <Problem error={add.error} />}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            variant="filled"
            loading={add.isPending}
            disabled={name.trim() === '' || password.length < MIN_PASSWORD}
          >
            Add
          </Button>
        </div>
      </form>
    </Modal>
  );
};
