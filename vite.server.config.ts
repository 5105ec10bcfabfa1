/**
 * Joins the built server (dist/src) with its dependencies into a few files in dist/bundle: a start loads these instead of
 * some 3,000 modules, most of which are only re-exports. What has native code or files of its own stays in node_modules.
 */
import { defineConfig } from 'vite';

export default defineConfig({
  publicDir: false,
  build: {
    ssr: true,
    outDir: 'dist/bundle',
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    rolldownOptions: {
      input: {
        main: 'dist/src/cli/main.js',
        'engine-worker': 'dist/src/app/engine-worker.js',
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
