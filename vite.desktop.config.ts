/**
 * The desktop shell as three bundles in dist/desktop: Electron's main process, its preload and the services process.
 * Electron reads no TypeScript. Each is built by itself and shares no file with another, because a sandboxed preload
 * can require nothing but Electron.
 */
import { builtinModules } from 'node:module'
import path from 'node:path'
import type { EnvironmentOptions } from 'vite'
import { defineConfig } from 'vite'

const top = import.meta.dirname

/** What Node and Electron bring; the rest is bundled, so that the package needs no node_modules. */
const provided = (id: string) => id === 'electron' || id.startsWith('node:') || builtinModules.includes(id)

/** Addons that ssh2 and msgpackr try for speed and do without; a package with native code would need one a platform. */
const doneWithout = (id: string) => /^(cpu-features|msgpackr-extract)$|\.node$/.test(id)

/** One entry to one CommonJS file. */
function bundle(name: string, entry: string): EnvironmentOptions {
  return {
    consumer: 'server',
    // Packages are found by `main`, as Node does in a checkout; `module` may export other names.
    resolve: { noExternal: true, mainFields: ['main'], conditions: ['node'] },
    build: {
      outDir: 'dist/desktop',
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      sourcemap: true,
      rolldownOptions: {
        input: { [name]: path.join(top, entry) },
        external: (id: string) => provided(id) || doneWithout(id),
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  }
}

const bundles: Readonly<Record<string, EnvironmentOptions>> = {
  main: bundle('main', 'electron/desktop/main.ts'),
  preload: bundle('preload', 'electron/preload/preload.ts'),
  services: bundle('services', 'electron/desktop/services-process.ts'),
}

export default defineConfig({
  root: top,
  // No page is built here, so nothing public is copied.
  publicDir: false,
  environments: bundles,
  builder: {
    async buildApp(builder) {
      for (const name of Object.keys(bundles)) {
        const environment = builder.environments[name]
        if (environment !== undefined) await builder.build(environment)
      }
    },
  },
})
