/** A capture file dropped anywhere on the page is sent, read, and its site opened. Errors say what to do. */
import { Modal, Progress } from '@mantine/core';
import { IconFileAnalytics } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useState } from 'react';
import { FILE_PATHS } from '../../api/paths.ts';
import type { Uploaded } from '../../api/sites.ts';
import { sendFile } from '../lib/api.ts';
import { bytes, share } from '../lib/format.ts';
import { giveList } from '../lib/given-list.ts';
import { useLive } from '../lib/live.ts';
import { useMay, whoMay } from '../lib/may.ts';
import { useSite } from '../lib/site.ts';
import { notify } from '../parts/notify.ts';

let picker: HTMLInputElement | null = null;
/** False: the server would refuse the file after all of it was sent. */
let mayGive = false;
const refuse = (): void => notify.info('Not for your role', `${whoMay('capture')} give Gatehouse captures to read.`);
/** Opens the file dialog of the browser, or tells who may. */
export const openUpload = (): void => (mayGive ? picker?.click() : refuse());

/** What the page Names takes. */
const ASSET_LIST = /\.(csv|xlsx)$/i;

interface Sending {
  name: string;
  size: number;
  share: number;
  /** Set when the file is there and being read. */
  source: string;
}

export const DropCapture = () => {
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState<Sending | undefined>();
  const depth = useRef(0);
  const client = useQueryClient();
  const navigate = useNavigate();
  const site = useSite();
  mayGive = useMay('capture');
  const progress = useLive((l) => (sending?.source ? l.progress[sending.source] : undefined));

  const take = useCallback(
    async (files: readonly File[]) => {
      for (const file of files) {
        if (ASSET_LIST.test(file.name) && site !== '') {
          giveList(file);
          await navigate({ to: '/s/$site/names', params: { site }, search: { tab: 'import' } });
          continue;
        }
        setSending({ name: file.name, size: file.size, share: 0, source: '' });
        try {
          const done = await sendFile<Uploaded>(FILE_PATHS.upload.split(' ')[1] ?? '', file, (s) =>
            setSending((old) => old && { ...old, share: s }),
          );
          setSending((old) => old && { ...old, share: 1, source: done.source });
          await client.invalidateQueries({ queryKey: ['sites'] });
          if (done.known)
            notify.info('Read before', `This recording is here already, as ${done.as}. Nothing was read again.`);
          await navigate({ to: '/s/$site/now', params: { site: done.site } });
        } catch (error) {
          notify.problem(error);
        }
        setSending(undefined);
      }
    },
    [client, navigate, site],
  );

  useEffect(() => {
    const hasFiles = (e: DragEvent) => e.dataTransfer?.types.includes('Files') === true;
    const enter = (e: DragEvent) => {
      if (!hasFiles(e) || (e.target as HTMLElement).closest?.('[data-own-drop]')) return;
      depth.current++;
      setOver(true);
    };
    const leave = () => {
      depth.current = Math.max(0, depth.current - 1);
      if (depth.current === 0) setOver(false);
    };
    const hover = (e: DragEvent) => {
      if (hasFiles(e)) e.preventDefault();
    };
    const drop = (e: DragEvent) => {
      if (!hasFiles(e)) return;
      depth.current = 0;
      setOver(false);
      e.preventDefault();
      if ((e.target as HTMLElement).closest?.('[data-own-drop]')) return;
      if (!mayGive) return refuse();
      void take([...(e.dataTransfer?.files ?? [])]);
    };
    window.addEventListener('dragenter', enter);
    window.addEventListener('dragleave', leave);
    window.addEventListener('dragover', hover);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragenter', enter);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('dragover', hover);
      window.removeEventListener('drop', drop);
    };
  }, [take]);

  return (
    <>
      <input
        type="file"
        hidden
        multiple
        accept=".pcap,.pcapng,.cap,.gz,.zst"
        aria-label="Capture file"
        data-testid="capture-input"
        ref={(el) => {
          picker = el;
        }}
        onChange={(e) => {
          void take([...(e.target.files ?? [])]);
          e.target.value = '';
        }}
      />
      {over && (
        <div className="dropzone">
          <div className="stack" style={{ alignItems: 'center' }}>
            <IconFileAnalytics size={34} stroke={1.3} />
            <strong>Drop to analyse this capture</strong>
            <span className="dim small">
              pcap or pcapng, also gzip. It stays on this machine and opens a site of its own.
            </span>
          </div>
        </div>
      )}
      <Modal
        opened={sending !== undefined}
        onClose={() => setSending(undefined)}
        title={sending?.source ? 'Reading' : 'Sending'}
        size="sm"
      >
        {sending && (
          <div className="stack">
            <div className="row">
              <span className="cut grow">{sending.name}</span>
              <span className="dim small nowrap">{bytes(sending.size)}</span>
            </div>
            <Progress value={(progress?.progress ?? sending.share) * 100} size="sm" aria-label="Share sent" />
            <span className="dim small">{share(sending.share)} sent. You can close this; it goes on.</span>
          </div>
        )}
      </Modal>
    </>
  );
};
