import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { builtinModules } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeServicesArguments } from './services-arguments.ts'

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

/** Runs the services' bundle as Electron's utilityProcess would, with its `process.parentPort`, in a worker. */
function runServices(state: string): Worker {
  const asUtilityProcess = `
    const { parentPort, workerData } = require('node:worker_threads')
    process.parentPort = {
      on: (event, listener) => parentPort.on(event, listener),
      postMessage: (message) => parentPort.postMessage(message),
    }
    require(workerData)`
  const none = path.join(state, 'none')
  const argv = writeServicesArguments({
    ...{ state, root: none, socket: path.join(none, 'engine.sock'), engine: none, node: none, page: none },
    version: '0.0.0',
    stopEngineOnExit: false,
  })
  return new Worker(asUtilityProcess, {
    eval: true,
    workerData: path.join(folder, 'services.cjs'),
    argv: [...argv],
    env: { HOME: state },
  })
}

/** The next message of a port or worker. */
function next(from: MessagePort | Worker): Promise<unknown> {
  return new Promise((resolve) => (from as Worker).once('message', resolve))
}

test('the services bundle answers a window over its port, and ends when told to', async () => {
  const state = mkdtempSync(path.join(os.tmpdir(), 'longshore-services-'))
  const services = runServices(state)
  try {
    expect(await next(services)).toEqual({ kind: 'ready' })
    const { port1, port2 } = new MessageChannel()
    services.postMessage({ data: { kind: 'window', windowId: 1 }, ports: [port1] }, [port1])
    port2.postMessage([['call', 1, ['engines', 'watch'], undefined]])
    const [opened, ...items] = [await next(port2), await next(port2)].flat() as unknown[][]
    expect(opened).toEqual(['open', 1])
    expect(items[0]?.slice(0, 2)).toEqual(['items', 1])
    expect(JSON.stringify(items[0])).toContain('"kind":"embedded"')
    const ended = new Promise((resolve) => services.once('exit', resolve))
    services.postMessage({ data: { kind: 'stop' }, ports: [] })
    expect(await ended).toBe(0)
    port2.close()
  } finally {
    await services.terminate()
    rmSync(state, { recursive: true })
  }
})

test('the services bundle says why it cannot start', async () => {
  const state = mkdtempSync(path.join(os.tmpdir(), 'longshore-services-'))
  const services = runServices(path.join(state, 'too-long-for-a-socket'.repeat(8)))
  try {
    expect(await next(services)).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('too long'),
    })
    expect(await new Promise((resolve) => services.once('exit', resolve))).toBe(1)
  } finally {
    await services.terminate()
    rmSync(state, { recursive: true })
  }
})
