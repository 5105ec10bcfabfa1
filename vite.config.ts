/** Builds the console (src/ui) into dist/ui: static files, no inline scripts (CSP script-src 'self'), nothing from elsewhere. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const api = process.env.GATEHOUSE_API ?? 'http://127.0.0.1:8470';

export default defineConfig({
  root: 'src/ui',
  base: '/',
  plugins: [react()],
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
