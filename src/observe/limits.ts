/**
 * The named limits of the site. What exceeds one is dropped or folded, and counted under the limit's name; the counters
 * are shown with the health of the sources (law 7).
 */
export const SITE_LIMITS = {
  /** Process variables of a site, and of one device. */
  points: 500_000,
  pointsPerTarget: 65_536,
  /** Distinct block reads (client, target, area, start, count); beyond, values count at the points one by one. */
  runs: 100_000,
  /** Rows of commands; a tenth more is kept for rows without object, into which further objects fold. */
  commandRows: 200_000,
  conversations: 100_000,
  /** Server ports kept apart between one client and one server for one protocol; others fold into port 0. */
  portsPerPair: 64,
  factsPerEndpoint: 256,
  factsPerAttribute: 16,
  evidencePerFact: 3,
  facts: 500_000,
  modules: 50_000,
  sessions: 50_000,
  weirds: 20_000,
  changes: 100_000,
  aliases: 10_000,
  /** Flow rows that wait for the store. */
  pendingFlows: 50_000,
  /** Rows of flows kept whose client was not told apart (`decode/newcomers.ts`): only their sums are kept. */
  flowsOfForged: 0,
  /** Open flows whose totals are remembered. */
  openFlows: 300_000,
  /** Chunks of samples that wait for the store, 65,536 each. */
  sampleChunks: 16,
  /** Characters of a text that came from the wire. */
  text: 512,
  /** Silent sub-addresses of one gateway that are listed as assets. */
  silentChildren: 32,
} as const;

export type SiteLimits = { readonly [K in keyof typeof SITE_LIMITS]: number };
