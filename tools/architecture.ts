/** The tables of the architecture test (`tidy.ts`); the same as in docs/ARCHITECTURE.md. */

export const STAGES = [
  'capture',
  'decode',
  'observe',
  'segment',
  'learn',
  'detect',
  'exposure',
  'risk',
  'decide',
  'respond',
  'report',
  'store',
];
export const BASE = ['lib', 'core'];
export const APP = [...BASE, ...STAGES, 'api', 'plant'];
export const MAY: Record<string, readonly string[]> = {
  lib: [],
  core: ['lib'],
  ...Object.fromEntries(STAGES.map((s) => [s, s === 'detect' ? [...BASE, 'learn'] : BASE])),
  api: ['core'],
  app: APP,
  server: [...BASE, 'api', 'app'],
  cli: [...BASE, 'api', 'app', 'server'],
  plant: BASE,
  ui: ['core', 'api'],
  bench: [...BASE, 'app', 'api'],
};
export const PLUG_INS = ['decode', 'detect', 'report', 'store', 'capture'];
/** Packages and the folders that may use them; one not named here is free for app, server, cli. */
export const PACKAGES: Record<string, readonly string[]> = {
  '@duckdb/node-api': ['store'],
  kysely: ['store'],
  pg: ['store'],
  'csv-parse': ['observe'],
  'read-excel-file': ['observe'],
  'oui-data': ['observe'],
  fastify: ['server'],
  pino: ['server', 'cli', 'app'],
  commander: ['cli'],
  typebox: ['api', 'server'],
};
export const NO_PACKAGES = new Set([...BASE, ...STAGES, 'plant', 'bench']);
export const UI_PACKAGES = /^(react|react-dom|@mantine|@tanstack|@tabler|uplot|cytoscape|typebox)(\/|$)/;
export const SOCKETS = /^node:(net|dgram|http|https|http2|tls|dns|child_process|cluster)(\/|$)/;
export const SOCKET_FILES = /^src\/(server\/|cli\/|app\/(live-capture|doctor)\.ts$)/;
export const CLOCK =
  /\b(Date\.now|new Date\(\)|performance\.now|process\.hrtime|Math\.random|randomBytes|randomUUID|getRandomValues)\b/;
export const CLOCK_FILES = /^src\/(app|server|cli|ui)\/|^src\/store\/.*(lock|clock)[^/]*\.ts$/;
