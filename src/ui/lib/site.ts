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
export const statusQuery = queryOptions({ queryKey: ['status'], queryFn: () => call('status'), staleTime: 60_000 });
export const meQuery = queryOptions({ queryKey: ['me'], queryFn: () => call('me'), staleTime: 300_000, retry: false });
