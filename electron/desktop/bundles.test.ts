import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { builtinModules } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

// The shell as it is shipped: what vite.desktop.config.ts makes of it, looked at as text.
const top = path.resolve(import.meta.dirname, '../..')
let folder = ''

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'longshore-bundles-'))
  const { build } = await import('vite')
  await build({
    configFile: path.join(top, 'vite.desktop.config.ts'),
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  })
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What a bundle requires at its top, by name. */
function requiredBy(bundle: string): string[] {
  const text = readFileSync(path.join(folder, bundle), 'utf8')
  return [...text.matchAll(/^(?:let|const|var) .* = (?:\w+\.\w+\()?require\("([^"]+)"\)/gm)].map(
    (m) => m[1] ?? '',
  )
}

test('the preload is one file that requires Electron and nothing else, as its sandbox demands', () => {
  expect(requiredBy('preload.cjs')).toEqual(['electron'])
  expect(readFileSync(path.join(folder, 'preload.cjs'), 'utf8')).not.toMatch(
    /contextBridge|exposeInMainWorld/,
  )
})

test('Electron reaches the main process and the preload, and not the services', () => {
  expect(requiredBy('main.cjs')).toContain('electron')
  expect(requiredBy('services.cjs')).not.toContain('electron')
})

test('the bundles need no node_modules', () => {
  const bundles = readdirSync(folder).filter((name) => name.endsWith('.cjs'))
  const provided = new Set(['electron', ...builtinModules, ...bundles.map((name) => `./${name}`)])
  for (const bundle of bundles) {
    const outside = requiredBy(bundle).filter((name) => !name.startsWith('node:') && !provided.has(name))
    expect(outside, bundle).toEqual([])
  }
})
