/** Builds the console (src/ui) into dist/ui: static files, no inline scripts (CSP script-src 'self'), nothing from elsewhere. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const api = process.env.GATEHOUSE_API ?? 'http://127.0.0.1:8470';

/** Smaller files gain nothing, octets. */
const PACKED_FROM = 1024;
/** Beside each script and sheet its gzip, made once: a browser elsewhere loads a third, and no server packs while it answers. */
const packed = (): Plugin => ({
  name: 'packed',
  apply: 'build',
  writeBundle: ({ dir = '' }) => {
    for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
      const path = join(dir, name);
      if (!/\.(js|css|svg)$/.test(name) || statSync(path).size < PACKED_FROM) continue;
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
    }
  },
});

export default defineConfig({
  root: 'src/ui',
  base: '/',
  plugins: [react(), packed()],
  build: {
    outDir: '../../dist/ui',
    emptyOutDir: true,
    target: 'es2022',
    // Scripts must stay files of our own origin: no data: URLs, no inline preload helper.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
  server: { proxy: { '/api': { target: api, changeOrigin: false } } },
  preview: { proxy: { '/api': { target: api, changeOrigin: false } } },
});
