/** What runs here: version, since when, where its data lies, its licence and its interface. */
import { useQuery } from '@tanstack/react-query';
import { call } from '../../lib/api.ts';
import { statusQuery } from '../../lib/site.ts';
import { Address, Unknown, When } from '../../parts/basics.tsx';
import { Section } from './section.tsx';

export const About = () => {
  const status = useQuery(statusQuery);
  const settings = useQuery({
    queryKey: ['settings'],
    queryFn: ({ signal }) => call('settings', {}, undefined, signal),
  });
  return (
    <Section title="About" text="Gatehouse watches and never sends: nothing in it can reach a machine of the plant.">
      <dl className="kv wide">
        <dt>Version</dt>
        <dd>{status.data ? <span className="mono">{status.data.version}</span> : <Unknown />}</dd>
        <dt>Running since</dt>
        <dd>
          <When at={status.data?.startedAt} />
        </dd>
        <dt>Plant’s zone</dt>
        <dd>{status.data?.zone ?? <Unknown />}</dd>
        <dt>Data folder</dt>
        <dd>
          {settings.data ? (
            <Address>{settings.data.dataFolder}</Address>
          ) : settings.isError ? (
            <Unknown>could not be fetched</Unknown>
          ) : (
            <span className="dim">asking …</span>
          )}
        </dd>
        <dt>Licence</dt>
        <dd>Apache License 2.0</dd>
        <dt>Interface</dt>
        <dd>
          <a href="/api/docs">HTTP API, described (OpenAPI 3.1)</a>
        </dd>
      </dl>
    </Section>
  );
};
