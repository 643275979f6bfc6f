import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The page: renderer/ into dist/renderer. Nothing is inlined, so that the page's CSP can refuse inline code.
export default defineConfig({
  root: `${import.meta.dirname}/renderer`,
  base: './',
  plugins: [react(), tailwindcss()],
  build: {
    outDir: `${import.meta.dirname}/dist/renderer`,
    emptyOutDir: true,
    target: 'chrome130',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    reportCompressedSize: false,
  },
})
