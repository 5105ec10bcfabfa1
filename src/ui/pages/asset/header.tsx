/** The head of an asset: name, role and why, level and why, what it is made of, and the ways to correct it. */
import { Button, Menu, Popover } from '@mantine/core';
import { IconDots, IconGitMerge, IconPencil, IconTopologyStar3 } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { AssetDetail } from '../../../api/assets.ts';
import { share } from '../../lib/format.ts';
import { useSite } from '../../lib/site.ts';
import { Address, EvidenceLinks, PartyLink, Unknown } from '../../parts/basics.tsx';
import { LEVEL_WORD, LevelMark, ROLE_WORD, RoleGlyph } from '../../parts/glyphs.tsx';
import { ForOthers } from '../../parts/others.tsx';
import { CorrectDialog } from './correct.tsx';
import { MergeWithDialog } from './merge-with.tsx';

const Why = ({
  label,
  confidence,
  reasons,
  children,
}: {
  label: string;
  confidence: number;
  reasons: readonly string[];
  children: ReactNode;
}) => (
  <Popover position="bottom-start" width={360} shadow="md" transitionProps={{ duration: 0 }}>
    <Popover.Target>
      <button type="button" className="why">
        <span className="sr">{label}: </span>
        {children}
        <span className="why-mark">why?</span>
      </button>
    </Popover.Target>
    <Popover.Dropdown>
      <div className="stack" style={{ gap: 6, padding: '4px 6px' }}>
        <span className="strong">
          {label}
          {reasons.length > 0 && <span className="dim"> · {share(confidence)} sure</span>}
        </span>
        {reasons.length === 0 ? (
          <span className="dim">Nothing was seen that would say so.</span>
        ) : (
          <ul className="reasons">
            {reasons.map((r) => (
              <li key={r}>{r}</li>
            ))}
          </ul>
        )}
      </div>
    </Popover.Dropdown>
  </Popover>
);

/** The best fact about an attribute, with the frame that proves it. */
const Identity = ({
  asset,
  attribute,
  value,
  name,
  mono = false,
}: {
  asset: AssetDetail;
  attribute: string;
  value: string;
  name: string;
  mono?: boolean;
}) => {
  const facts = asset.attributes.find((a) => a.attribute === attribute);
  const best = facts?.facts.find((f) => f.value === value) ?? facts?.facts[0];
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value === '' ? (
          <Unknown />
        ) : (
          <span className={mono ? 'mono' : ''} title={best ? `${best.via}` : undefined}>
            {value}
          </span>
        )}
        {facts?.contradicting && (
          <Link to="." search={{ tab: 'facts' }} className="tag medium" title="Facts contradict each other">
            ◆ contradicted
          </Link>
        )}
        {value !== '' && best && <EvidenceLinks evidence={best.evidence} most={1} />}
      </dd>
    </div>
  );
};

export const AssetHeader = ({ asset }: { asset: AssetDetail }) => {
  const site = useSite();
  const [dialog, setDialog] = useState<'correct' | 'merge' | undefined>();
  const addressName = asset.ips.includes(asset.name) || asset.macs.includes(asset.name);
  return (
    <header className="asset-head">
      <div className="asset-title">
        <RoleGlyph role={asset.role.value} size={22} />
        <h1 className={addressName ? 'mono' : ''}>{asset.name}</h1>
        <Why label={`Role: ${ROLE_WORD[asset.role.value]}`} {...asset.role}>
          {asset.role.value === 'unknown' ? <Unknown>role not known</Unknown> : ROLE_WORD[asset.role.value]}
        </Why>
        <Why
          label={asset.level.value === null ? 'Purdue level not known' : (LEVEL_WORD[String(asset.level.value)] ?? '')}
          confidence={asset.level.confidence}
          reasons={asset.level.reasons}
        >
          <LevelMark level={asset.level.value} />
        </Why>
        {asset.mode !== '' && (
          <span className={`tag ${/^run/i.test(asset.mode) ? '' : 'medium'}`} title="Operating mode as last seen">
            mode {asset.mode}
          </span>
        )}
        {asset.kind === 'child' && <span className="tag outline">behind a gateway</span>}
        {asset.kind === 'silent-child' && (
          <span className="tag outline" title="It was addressed and never answered: whether it exists is not known">
            addressed, never answered
          </span>
        )}
        <span className="grow" />
        <Button
          component={Link}
          // The map keeps its selection in the address line.
          to={`/s/${site}/map?sel=${encodeURIComponent(asset.id)}`}
          leftSection={<IconTopologyStar3 size={14} stroke={1.6} />}
        >
          On the map
        </Button>
        <ForOthers work="correct" what="correct it">
          <Menu position="bottom-end">
            <Menu.Target>
              <Button leftSection={<IconDots size={14} stroke={1.6} />}>Correct</Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconPencil size={14} />} onClick={() => setDialog('correct')}>
                Name, role, level, whom to call …
              </Menu.Item>
              <Menu.Item leftSection={<IconGitMerge size={14} />} onClick={() => setDialog('merge')}>
                Merge with another asset …
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </ForOthers>
      </div>
      <dl className="identity">
        <Identity asset={asset} attribute="vendor" value={asset.vendor} name="Vendor" />
        <Identity asset={asset} attribute="model" value={asset.model} name="Model" />
        {asset.orderNumber !== '' && (
          <Identity asset={asset} attribute="order-number" value={asset.orderNumber} name="Order number" mono />
        )}
        <Identity asset={asset} attribute="firmware" value={asset.firmware} name="Firmware" mono />
        <Identity asset={asset} attribute="serial" value={asset.serial} name="Serial number" mono />
        {asset.os !== '' && <Identity asset={asset} attribute="os" value={asset.os} name="Operating system" />}
        {asset.contact !== '' && (
          <Identity asset={asset} attribute="contact" value={asset.contact} name="Whom to call" />
        )}
        <div>
          <dt>IP address</dt>
          <dd className="addresses">
            {asset.ips.length === 0 ? (
              <Unknown>none seen</Unknown>
            ) : (
              asset.ips.slice(0, 2).map((ip) => <Address key={ip}>{ip}</Address>)
            )}
            {asset.ips.length > 2 && <span className="dim small">+{asset.ips.length - 2}</span>}
          </dd>
        </div>
        <div>
          <dt>MAC address</dt>
          <dd className="addresses">
            {asset.macs.length === 0 ? (
              <Unknown>none seen</Unknown>
            ) : (
              asset.macs.slice(0, 1).map((m) => <Address key={m}>{m}</Address>)
            )}
            {asset.macs.length > 1 && <span className="dim small">+{asset.macs.length - 1}</span>}
          </dd>
        </div>
        <div>
          <dt>{asset.parent ? 'Behind' : 'Network'}</dt>
          <dd>
            {asset.parent ? (
              <>
                <PartyLink party={asset.parent} address={false} />
                {asset.sub && <span className="dim mono">{`${asset.sub.kind} ${asset.sub.address}`}</span>}
              </>
            ) : asset.network === '' ? (
              <Unknown />
            ) : (
              <Link
                to="/s/$site/assets"
                params={{ site }}
                search={{ q: `network:"${asset.network}"` }}
                className="mono plain-link"
              >
                {asset.network}
              </Link>
            )}
          </dd>
        </div>
      </dl>
      {dialog === 'correct' && <CorrectDialog asset={asset} onClose={() => setDialog(undefined)} />}
      {dialog === 'merge' && <MergeWithDialog asset={asset} onClose={() => setDialog(undefined)} />}
    </header>
  );
};
