/** Starts the console. */
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import '@mantine/spotlight/styles.layer.css';
import './style/tokens.css';
import './style/base.css';
import './style/shell.css';
import './style/parts.css';
import './style/print.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiProblem, whenLoggedOut } from './lib/api.ts';
import { setSessionOver } from './lib/session.ts';
import { makeRouter } from './router.tsx';
import { cssVariables, theme } from './theme.ts';

/** A server that is away or in trouble may answer later; what it said clearly stays said. */
const mayCome = (error: unknown): boolean => error instanceof ApiProblem && (error.status === 0 || error.status >= 500);
const TRY_AGAIN_MS = 5000;

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // Gatehouse stands on this machine or in this plant: a browser that says "no internet" says nothing about it.
      networkMode: 'always',
      refetchOnReconnect: 'always',
      // "This page tries again by itself": until it comes, as long as trying can help.
      refetchInterval: ({ state }) => (state.status === 'error' && mayCome(state.error) ? TRY_AGAIN_MS : false),
      refetchOnWindowFocus: false,
      // What the server said clearly is not asked again; a server that is away is.
      retry: (count, error) => mayCome(error) && count < 2,
      // Shorter than the refresh of a live page: a new question would otherwise take the place of each that is about to fail.
      retryDelay: (count) => 200 * 2 ** count,
    },
    mutations: { networkMode: 'always' },
  },
});
const router = makeRouter(client);
// The session ended while the page was open: the page stays, behind a door.
whenLoggedOut(() => {
  const { pathname } = router.latestLocation;
  if (pathname !== '/login' && pathname !== '/setup') setSessionOver(true);
});
const place = document.getElementById('root');
if (place === null) throw new Error('index.html has no #root');
createRoot(place).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <Notifications position="bottom-right" limit={4} />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
