/** Settings: how it looks here, the own password, who may use it, how long it keeps what, and what it is. */
import './settings/settings.css';
import { useQuery } from '@tanstack/react-query';
import { meQuery } from '../lib/site.ts';
import { About } from './settings/about.tsx';
import { Appearance } from './settings/appearance.tsx';
import { MyPassword } from './settings/password.tsx';
import { Retention } from './settings/retention.tsx';
import { Users } from './settings/users.tsx';

export const SettingsPage = () => {
  const me = useQuery(meQuery);
  const admin = me.data?.role === 'admin';
  return (
    <div className="page settings">
      <header className="page-head">
        <h1>Settings</h1>
        <span className="dim">
          {me.data ? `You are ${me.data.name}, ${me.data.role}.` : ''}
          {me.data && !admin ? ' Users and retention are an administrator’s.' : ''}
        </span>
      </header>
      <Appearance />
      <MyPassword />
      {admin && <Users me={me.data?.id ?? ''} />}
      <Retention admin={admin} />
      <About />
    </div>
  );
};
