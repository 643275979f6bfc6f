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
  const { createBuilder } = await import('vite')
  const builder = await createBuilder({
    configFile: path.join(top, 'vite.desktop.config.ts'),
    logLevel: 'error',
  })
  for (const { config } of Object.values(builder.environments)) config.build.outDir = folder
  await builder.buildApp()
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What a bundle requires as it is loaded: every statement with a `require` at its top, bound to a name or not. */
function requiredBy(bundle: string): string[] {
  const text = readFileSync(path.join(folder, bundle), 'utf8')
  return [...text.matchAll(/^(?:(?:let|const|var) .*?)?\brequire\("([^"]+)"\)/gm)].map(
    (match) => match[1] ?? '',
  )
}

test('there are three, and each is whole', () => {
  expect(readdirSync(folder).filter((name) => !name.endsWith('.map'))).toEqual([
    'main.cjs',
    'preload.cjs',
    'services.cjs',
  ])
  for (const bundle of ['main.cjs', 'preload.cjs', 'services.cjs']) {
    const outside = requiredBy(bundle).filter(
      (name) => name !== 'electron' && !name.startsWith('node:') && !builtinModules.includes(name),
    )
    expect(outside, bundle).toEqual([])
  }
})

test('the preload requires Electron and nothing else, as its sandbox demands, and exposes nothing', () => {
  expect(requiredBy('preload.cjs')).toEqual(['electron'])
  const text = readFileSync(path.join(folder, 'preload.cjs'), 'utf8')
  expect(text.match(/require\(/g)).toHaveLength(1)
  expect(text).not.toMatch(/contextBridge|exposeInMainWorld/)
})

test('Electron reaches the main process and not the services', () => {
  expect(requiredBy('main.cjs')).toContain('electron')
  expect(requiredBy('services.cjs')).not.toContain('electron')
})
