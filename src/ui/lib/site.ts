/** The site in the URL, and the sites there are. */
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { call } from './api.ts';

export const useSite = (): string => useParams({ strict: false, select: (p) => (p as { site?: string }).site }) ?? '';

export const sitesQuery = queryOptions({
  queryKey: ['sites'],
  queryFn: ({ signal }) => call('sites', {}, undefined, signal),
});
export const useSites = () => useQuery(sitesQuery);
/** Captures that were read to their end: nothing goes on there any more. */
export const useIsRecording = (): boolean => {
  const site = useSite();
  const here = useSites().data?.items.find((s) => s.id === site);
  return here?.kind === 'capture' && !here.busy;
};
export const statusQuery = queryOptions({ queryKey: ['status'], queryFn: () => call('status'), staleTime: 60_000 });
const protocolsQuery = queryOptions({
  queryKey: ['protocols'],
  queryFn: ({ signal }) => call('protocols', {}, undefined, signal),
  staleTime: Number.POSITIVE_INFINITY,
});
/** What people call a protocol: `EtherNet/IP` for `enip`; the name itself until the list is here, or where it is in none (`tcp 4840`). */
export const useProtocolTitle = (): ((name: string) => string) => {
  const { data } = useQuery(protocolsQuery);
  return (name) => data?.items.find((p) => p.name === name)?.title ?? name;
};
/** Whether what is read by a protocol can stand under Points: not of DNS or SMB. */
export const useCarriesPoints = (): ((name: string) => boolean) => {
  const { data } = useQuery(protocolsQuery);
  return (name) => ['ot', 'iiot'].includes(data?.items.find((p) => p.name === name)?.family ?? '');
};
export const meQuery = queryOptions({ queryKey: ['me'], queryFn: () => call('me'), staleTime: 300_000, retry: false });
