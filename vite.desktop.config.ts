/**
 * The desktop shell as three bundles in dist/desktop: Electron's main process, its preload and the services process.
 * Electron reads no TypeScript, and a sandboxed preload must be one CommonJS file.
 */
import { builtinModules } from 'node:module'
import path from 'node:path'
import { defineConfig } from 'vite'

const top = import.meta.dirname

/** What Node and Electron bring; the rest is bundled, so that the package needs no node_modules. */
const provided = (id: string) => id === 'electron' || id.startsWith('node:') || builtinModules.includes(id)

/** Addons that ssh2 and msgpackr try for speed and do without; a package with native code would need one a platform. */
const doneWithout = (id: string) => /^(cpu-features|msgpackr-extract)$|\.node$/.test(id)

export default defineConfig({
  root: top,
  // No page is built here, so nothing public is copied.
  publicDir: false,
  // Every bundle runs in Node or in the preload: Node's conditions of packages, no browser stand-ins.
  // Packages are found by `main`, as Node does in a checkout; `module` may export other names.
  environments: { ssr: { resolve: { mainFields: ['main'] } } },
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: true,
    outDir: 'dist/desktop',
    emptyOutDir: true,
    target: 'node24',
    minify: false,
    sourcemap: true,
    rolldownOptions: {
      input: {
        main: path.join(top, 'electron/desktop/main.ts'),
        preload: path.join(top, 'electron/preload/preload.ts'),
        services: path.join(top, 'electron/desktop/services-process.ts'),
      },
      external: (id: string) => provided(id) || doneWithout(id),
      output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name].cjs' },
    },
  },
})
