import { defineConfig } from 'vite'

// Addresses are relative, so the console also works behind a proxy that serves the worker below a path.
export default defineConfig({
  base: './',
  resolve: { conditions: ['source', 'module', 'browser', 'import', 'default'] }, // packages of ours need no build
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { target: 'es2022', modulePreload: false, assetsInlineLimit: 0, reportCompressedSize: false },
  // `vite` alone: the console from source beside a worker that runs already
  server: { proxy: { '^/(?!ui/|src/|@|node_modules/)': process.env.PENSTOCK_URL ?? 'http://127.0.0.1:8083' } },
})
