/**
 * Joins the built server (dist/src) with its dependencies into a few files in dist/bundle: a start loads these instead of
 * some 3,000 modules, most of which are only re-exports. What has native code or files of its own stays in node_modules.
 */
import { defineConfig, type Plugin } from 'vite';

/**
 * The engine keeps a source with one character beyond Latin-1 at two octets a character, all of it and in each thread that
 * loads it: such characters are written as escapes. (In `String.raw` one would mean something else; there is none.)
 */
const oneOctetSources: Plugin = {
  name: 'one-octet-sources',
  generateBundle: (_options, files) => {
    for (const file of Object.values(files))
      if (file.type === 'chunk')
        file.code = file.code.replace(
          /[^\x00-\xff]/g,
          (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
        );
  },
};

export default defineConfig({
  publicDir: false,
  plugins: [oneOctetSources],
  build: {
    ssr: true,
    outDir: 'dist/bundle',
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    rolldownOptions: {
      input: {
        main: 'dist/src/cli/main.js',
        'engine-entry': 'dist/src/app/engine-entry.js',
        'fit-worker': 'dist/src/app/detection/fit-worker.js',
      },
      output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
  ssr: {
    target: 'node',
    noExternal: true,
    external: ['@duckdb/node-bindings', '@fastify/swagger-ui'],
  },
});
