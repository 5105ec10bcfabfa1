/** The deepest level of the console: one frame, its octets beside what was read in them, and what is stated because of it. */
import { ActionIcon, Drawer, FocusTrap, Menu, Tooltip } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconChevronLeft, IconChevronRight, IconCopy, IconDownload, IconLink } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useState } from 'react';
import { FILE_PATHS } from '../../api/paths.ts';
import type { Frame } from '../../api/sites.ts';
import { call, urlOf } from '../lib/api.ts';
import { clock, dateTime, number } from '../lib/format.ts';
import { useKeys } from '../lib/keys.ts';
import { useMay, whoMay } from '../lib/may.ts';
import { Empty, Loading, Problem, Unknown } from './basics.tsx';
import { fieldWords, Layers } from './evidence-layers.tsx';
import { HexView, type Span } from './hex.tsx';
import { notify } from './notify.ts';
import './evidence.css';

const splitAt = (at: string): { source: string; frame: number } => {
  const i = at.lastIndexOf(':');
  return { source: at.slice(0, i), frame: Number(at.slice(i + 1)) };
};

/** Below this width a drawer at the side would hide the list that is walked: it comes from below then. */
const NARROW = '(max-width: 1180px)';

/** A frame for a mail or a ticket: its layers with their fields, a line each. Octets are in the download. */
const textOf = (frame: Frame): string =>
  [
    `Frame ${frame.frame} of ${frame.sourceName}${frame.at === null ? '' : `, ${frame.at}`}, ${frame.wire} octets`,
    ...frame.layers.flatMap((layer) => [
      `${layer.title}: ${layer.summary}`,
      ...layer.fields.map(
        (f) => `  ${fieldWords(f.name)}: ${f.meaning === '' ? f.value : `${f.meaning} (${f.value})`}`,
      ),
    ]),
  ].join('\n');

export const EvidenceDrawer = ({ site, at }: { site: string; at: string }) => {
  const { source, frame } = splitAt(at);
  const navigate = useNavigate();
  const valid = source !== '' && Number.isSafeInteger(frame) && frame > 0;
  const go = useCallback(
    (n: number | undefined, replace = true) =>
      void navigate({
        to: '.',
        replace,
        search: (old: Record<string, unknown>) => ({ ...old, frame: n === undefined ? undefined : `${source}:${n}` }),
      }),
    [navigate, source],
  );
  const query = useQuery({
    queryKey: ['frame', site, source, frame],
    queryFn: ({ signal }) => call('frame', { site, source, frame }, undefined, signal),
    enabled: valid,
    staleTime: 600_000,
    placeholderData: keepPreviousData,
  });
  const isBelow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false });
  const shown = query.data;
  const previous = shown?.frame === frame ? shown.previous : null;
  const next = shown?.frame === frame ? shown.next : null;
  useKeys({ '[': () => previous !== null && go(previous), ']': () => next !== null && go(next) }, true);
  const takesFrames = useMay('evidence');
  const pcap = (around: number) =>
    urlOf(FILE_PATHS.framePcap.split(' ')[1] ?? '', { site, source, frame, around: around === 0 ? undefined : around });
  return (
    <Drawer
      opened
      onClose={() => go(undefined, false)}
      position={isBelow ? 'bottom' : 'right'}
      size={isBelow ? '56vh' : 'min(860px, 78vw)'}
      lockScroll={false}
      overlayProps={{ backgroundOpacity: 0.18 }}
      closeButtonProps={{ 'aria-label': 'Close the frame' }}
      classNames={{
        content: isBelow ? 'frame-drawer below' : 'frame-drawer',
        body: 'frame-body',
        title: 'frame-title',
        header: 'frame-header',
      }}
      title={
        <>
          <span className="strong nowrap">Frame {valid ? number(frame) : '?'}</span>
          <span className="dim cut" title={shown?.sourceName}>
            {shown?.sourceName ?? ''}
          </span>
          <span className="grow" />
          <Tooltip label="Previous frame ( [ )">
            <ActionIcon
              aria-label="Previous frame"
              disabled={previous === null}
              onClick={() => previous !== null && go(previous)}
            >
              <IconChevronLeft size={16} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label="Next frame ( ] )">
            <ActionIcon aria-label="Next frame" disabled={next === null} onClick={() => next !== null && go(next)}>
              <IconChevronRight size={16} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label="Copy the link to this frame">
            <ActionIcon
              aria-label="Copy the link to this frame"
              onClick={() =>
                void navigator.clipboard?.writeText(window.location.href).then(() => notify.info('Link copied'))
              }
            >
              <IconLink size={16} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label="Copy what was read in it">
            <ActionIcon
              aria-label="Copy what was read in it"
              disabled={shown?.available !== true}
              onClick={() =>
                shown !== undefined &&
                void navigator.clipboard?.writeText(textOf(shown)).then(() => notify.info('What was read is copied'))
              }
            >
              <IconCopy size={16} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon
                aria-label="Download"
                title={takesFrames ? 'Download' : `${whoMay('evidence')} take the frames`}
                disabled={shown?.available !== true || !takesFrames}
              >
                <IconDownload size={16} stroke={1.6} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item component="a" href={pcap(0)} download>
                This frame (pcap)
              </Menu.Item>
              <Menu.Item component="a" href={pcap(10)} download>
                With 10 frames before and after
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </>
      }
    >
      <FocusTrap.InitialFocus />
      {!valid ? (
        <Empty title="This link names no frame">A frame is named by its source and number, as in f1:42.</Empty>
      ) : query.isLoading ? (
        <Loading lines={14} what="Loading the frame" />
      ) : query.error && shown?.frame !== frame ? (
        <Problem error={query.error} retry={() => void query.refetch()} />
      ) : shown ? (
        <FrameView key={`${shown.source}:${shown.frame}`} frame={shown} site={site} />
      ) : null}
    </Drawer>
  );
};

const SUPPORT_WORD: Readonly<Record<Frame['supports'][number]['kind'], string>> = {
  fact: 'fact',
  command: 'command',
  session: 'session',
  change: 'change',
  weird: 'oddity',
};

const FrameView = ({ frame, site }: { frame: Frame; site: string }) => {
  const [hover, setHover] = useState<Span | undefined>();
  const [chosen, setChosen] = useState<Span | undefined>();
  // The innermost layer is what somebody came for.
  const [open, setOpen] = useState<ReadonlySet<number>>(() => new Set([frame.layers.length - 1]));
  const span = hover ?? chosen;
  const pick = (octet: number) => {
    const found = deepest(frame, octet);
    if (found === undefined) return;
    setOpen((old) => new Set([...old, found.layer]));
    setChosen(found.span);
    document.getElementById(`layer-${found.layer}`)?.scrollIntoView({ block: 'nearest' });
  };
  useEffect(() => {
    const last = frame.layers.at(-1);
    if (last && last.end > last.start) setChosen({ start: last.start, end: last.end });
  }, [frame]);
  return (
    <>
      <dl className="frame-facts">
        <Fact term="Time">
          {frame.at ? (
            <time dateTime={frame.at} title={frame.at}>
              {dateTime(frame.at).slice(0, 10)} {clock(frame.at)}
            </time>
          ) : (
            <Unknown />
          )}
        </Fact>
        <Fact term="Link">{frame.linkType}</Fact>
        <Fact term="Length">
          {number(frame.wire)} octets
          {frame.captured < frame.wire && <span className="p-medium"> ({number(frame.captured)} captured: cut)</span>}
        </Fact>
        {frame.masked.length > 0 && <Fact term="Masked">octets that hold or may hold a password</Fact>}
      </dl>
      {frame.supports.length > 0 && (
        <section className="frame-supports" aria-label="What is stated because of this frame">
          <h3 className="caps">Stated because of this frame</h3>
          <ul>
            {frame.supports.map((s) => (
              <li key={`${s.kind}${s.asset}${s.text}`}>
                <span className="tag outline">{SUPPORT_WORD[s.kind]}</span>
                {s.asset === '' ? (
                  <span>{s.text}</span>
                ) : (
                  <Link to="/s/$site/assets/$asset" params={{ site, asset: s.asset }} search={{}}>
                    {s.text}
                  </Link>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      {!frame.available ? (
        <Empty title="The octets are not here any more">
          {frame.reason} What was read in the frame, and what was stated because of it, remains.
        </Empty>
      ) : (
        <div className="frame-split">
          <Layers
            layers={frame.layers}
            open={open}
            span={span}
            onToggle={(i) => {
              const nextOpen = new Set(open);
              if (!nextOpen.delete(i)) nextOpen.add(i);
              setOpen(nextOpen);
            }}
            onHover={setHover}
            onChoose={setChosen}
          />
          <HexView hex={frame.hex} masked={frame.masked} layers={frame.layers} span={span} onPick={pick} />
        </div>
      )}
    </>
  );
};

const Fact = ({ term, children }: { term: string; children: React.ReactNode }) => (
  <div>
    <dt>{term}</dt>
    <dd>{children}</dd>
  </div>
);

/** The smallest field, else the innermost layer, that holds an octet. */
const deepest = (frame: Frame, octet: number): { layer: number; span: Span } | undefined => {
  let best: { layer: number; span: Span } | undefined;
  const size = (s: Span) => s.end - s.start;
  frame.layers.forEach((layer, i) => {
    for (const s of [layer, ...layer.fields]) {
      if (s.start >= 0 && octet >= s.start && octet < s.end && (best === undefined || size(s) <= size(best.span))) {
        best = { layer: i, span: { start: s.start, end: s.end } };
      }
    }
  });
  return best;
};
