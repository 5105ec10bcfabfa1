/** Before there is any site: how frames get in. */
import { Button } from '@mantine/core';
import { IconAntenna, IconCopy, IconFileAnalytics, IconTerminal2 } from '@tabler/icons-react';
import { Navigate } from '@tanstack/react-router';
import { useSites } from '../lib/site.ts';
import { Loading, Problem } from '../parts/basics.tsx';
import { notify } from '../parts/notify.ts';
import { openUpload } from '../shell/drop.tsx';
import './welcome.css';

const Command = ({ children }: { children: string }) => (
  <button
    type="button"
    className="command mono"
    title="Copy"
    onClick={() => void navigator.clipboard?.writeText(children).then(() => notify.info('Copied', children))}
  >
    <span className="grow cut">{children}</span>
    <IconCopy size={13} stroke={1.6} aria-hidden="true" className="dim" />
  </button>
);

export const WelcomePage = () => {
  const sites = useSites();
  if (sites.isLoading) return <Loading />;
  if (sites.error) return <Problem error={sites.error} retry={() => void sites.refetch()} />;
  const first = sites.data?.items[0];
  if (first) return <Navigate to="/s/$site/now" params={{ site: first.id }} replace />;
  return (
    <div className="page welcome">
      <div className="welcome-head">
        <h1>No plant yet</h1>
        <p className="dim">
          Give Gatehouse a capture, and it shows which devices are there, who talks to whom, who writes to which
          controller, and what it could not see. It only listens: not one packet is sent.
        </p>
      </div>
      <button type="button" className="drop-here" onClick={openUpload}>
        <IconFileAnalytics size={34} stroke={1.2} aria-hidden="true" />
        <strong>Drop a capture file anywhere on this page</strong>
        <span className="dim">pcap or pcapng, also gzip or zstd, of any size. It stays on this machine.</span>
        <Button component="span" variant="filled" mt={6}>
          Choose a file
        </Button>
      </button>
      <div className="ways">
        <section className="panel way">
          <h2>
            <IconTerminal2 size={16} stroke={1.6} aria-hidden="true" /> From the command line
          </h2>
          <p className="dim">One or more files, or the folder that a recorder writes into.</p>
          <Command>npm start -- plant.pcapng</Command>
          <Command>npm start -- /var/captures/</Command>
        </section>
        <section className="panel way">
          <h2>
            <IconAntenna size={16} stroke={1.6} aria-hidden="true" /> Live, from a mirror port
          </h2>
          <p className="dim">
            An interface without an address, at the mirror (SPAN) port of a switch, both directions.
          </p>
          <Command>npx gatehouse doctor</Command>
          <Command>npm start -- --interface eth1</Command>
        </section>
      </div>
    </div>
  );
};
