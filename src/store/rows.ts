/** The codec of every table of a site's model, in the order in which a model is loaded. */
import type { SiteRows } from '../core/site-model.ts';
import { aliases, endpoints, facts, limits, memberships, modules, overrides } from './rows-inventory.ts';
import { changes, commands, sessions, weirds } from './rows-records.ts';
import { conversations, flows, points, runs } from './rows-traffic.ts';

export const SITE_CODECS = {
  endpoints,
  overrides,
  memberships,
  facts,
  modules,
  points,
  runs,
  conversations,
  flows,
  commands,
  sessions,
  weirds,
  changes,
  aliases,
  limits,
} as const satisfies { readonly [K in keyof SiteRows]: unknown };
