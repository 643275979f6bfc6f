/** One engine of a test's own, started by its command with a daemon.json and flags of the test's. */
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import { startEmbedded } from '../fixtures/embedded.ts'
import type { RunningEngine } from '../fixtures/engine.ts'
import { Client } from '../fixtures/http.ts'
import { busyboxTar } from '../fixtures/images.ts'
import { bin, freshFolder } from '../fixtures/paths.ts'
import { type Finished, run } from '../fixtures/processes.ts'

/** The image that `giveBox` makes. */
export const BOX = 'box:latest'

/** An engine with its configuration file. */
export interface OwnDaemon {
  readonly engine: RunningEngine
  readonly api: Client
  /** A folder that goes with it. */
  readonly folder: string
  readonly configFile: string
  /** Writes daemon.json; the engine reads it at a start or a SIGHUP. */
  configure(value: unknown): void
  /** Makes and starts a container; gives its id. */
  start(body: Readonly<Record<string, unknown>>): Promise<string>
  /** Ends the engine and removes everything. */
  stop(): Promise<void>
}

/** Starts an engine on `config` (an object, or the text of the file). Rejects with its log when it does not start. */
export async function startDaemon(
  config: unknown = {},
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<OwnDaemon> {
  const folder = freshFolder('daemon')
  const configFile = path.join(folder, 'daemon.json')
  const configure = (value: unknown) =>
    writeFileSync(configFile, typeof value === 'string' ? value : JSON.stringify(value))
  configure(config)
  let engine: RunningEngine
  try {
    engine = await startEmbedded({ args: ['--config-file', configFile, ...args], env })
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
  const api = new Client(engine.socket)
  return {
    engine,
    api,
    folder,
    configFile,
    configure,
    async start(body) {
      const created = await api.post('/containers/create', { Image: BOX, ...body })
      expect(created.status, created.text).toBe(201)
      const { Id } = created.json<{ Id: string }>()
      const started = await api.post(`/containers/${Id}/start`)
      expect(started.status, started.text).toBe(204)
      return Id
    },
    async stop() {
      await engine.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Gives an engine the image BOX, which is busybox, without a registry. */
export async function giveBox(api: Client): Promise<void> {
  const answer = await api.post('/images/create?fromSrc=-&repo=box', undefined, { body: busyboxTar() })
  expect(answer.text).toContain('sha256:')
}

/** Runs `longshore engine ...` to its end. */
export function engineCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  return run(process.execPath, [bin, 'engine', ...args], { env, timeoutMs: 30_000 })
}

/** A shell's loop that ends with 42 at once when it is sent TERM. */
export const POLITE = ['sh', '-c', 'trap "echo bye; exit 42" TERM; echo ready; while :; do sleep 0.05; done']
