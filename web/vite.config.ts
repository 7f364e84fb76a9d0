// Builds build/web: static files with fixed names, so that the service worker can list them.
// scripts/build_web.sh puts the module and the model into the public folder first.
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  publicDir: '../build/web-public',
  build: {
    outDir: '../build/web',
    emptyOutDir: true,
    modulePreload: false,
    rollupOptions: {
      input: { page: 'index.html', offline: 'src/offline.ts' },
      output: { entryFileNames: '[name].js', assetFileNames: '[name][extname]' },
    },
  },
  // `npm run dev` beside a `solder serve`.
  server: { proxy: { '/board': { target: 'ws://127.0.0.1:8080', ws: true } } },
});
