/** One embedded engine for a file of fault tests, with a registry; each file may kill it as it likes. */
import { createHash } from 'node:crypto'
import { afterAll, expect } from 'vitest'
import { startEmbedded, verify } from '../fixtures/embedded.ts'
import type { RunningEngine } from '../fixtures/engine.ts'
import { Client } from '../fixtures/http.ts'
import { busyboxImage } from '../fixtures/images.ts'
import { pushImage, type TestImage } from '../fixtures/oci.ts'
import { type Registry, startRegistry } from '../fixtures/registry.ts'
import { tar } from '../fixtures/tar.ts'

/** How often each fault is tried: LONGSHORE_REPEAT, else once. */
export const repeats = Number(process.env.LONGSHORE_REPEAT ?? '1')

/** The name under which the test image is known after `giveImage`. */
export const IMAGE = 'faults/busybox:1'

/** Puts busybox into an engine, by way of a registry, under the name IMAGE. */
export async function giveImage(engine: RunningEngine, registry: Registry): Promise<void> {
  await pushImage(registry.host, 'busybox', 'latest', busyboxImage())
  const api = new Client(engine.socket)
  const pull = await api.post(`/images/create?fromImage=${registry.host}/busybox&tag=latest`)
  expect(pull.text).not.toContain('"error"')
  expect(
    (await api.post(`/images/${registry.host}/busybox:latest/tag?repo=faults/busybox&tag=1`)).status,
  ).toBe(201)
}

/** An engine that has IMAGE, its API and its registry. */
export interface FaultEngine {
  readonly engine: RunningEngine
  readonly api: Client
  readonly registry: Registry
}

/** Starts one for the tests of a file, and stops it after them; each may kill it as it likes. */
export async function engineWithImage(
  starting: () => Promise<RunningEngine> = startEmbedded,
): Promise<FaultEngine> {
  const registry = await startRegistry()
  const engine = await starting()
  afterAll(async () => {
    await engine.stop()
    await registry.stop()
  })
  await giveImage(engine, registry)
  return { engine, api: new Client(engine.socket), registry }
}

/** Expects that `verify` has nothing to say about an engine's folder. */
export async function expectSound(
  engine: RunningEngine,
  when = '',
  args: readonly string[] = [],
): Promise<void> {
  const verdict = await verify(engine.root, args)
  expect(
    verdict,
    `${when}\nengine verify says:\n${verdict.output}\nengine log:\n${engine.log().slice(-3000)}`,
  ).toMatchObject({
    code: 0,
  })
}

/** Creates and starts a container; gives its id. */
export async function start(api: Client, body: object): Promise<string> {
  const created = await api.post('/containers/create', { Image: IMAGE, ...body })
  expect(created.status, created.text).toBe(201)
  const id = created.json<{ Id: string }>().Id
  const started = await api.post(`/containers/${id}/start`)
  expect(started.status, started.text).toBe(204)
  return id
}

/** Numbers from a printed seed, so that a failure can be made again (LONGSHORE_SEED). */
export function randomNumbers(label: string): (below: number) => number {
  const seed = process.env.LONGSHORE_SEED ?? String(Date.now())
  console.log(`${label}: LONGSHORE_SEED=${seed}`)
  let n = 0
  return (below) => {
    const digest = createHash('sha256').update(`${seed}/${label}/${n++}`).digest()
    return digest.readUInt32BE(0) % below
  }
}

/** An image as `docker save` writes it, with its layers compressed as they are. */
export function dockerArchive(image: TestImage, name: string): Buffer {
  const short = (digest: string) => digest.slice('sha256:'.length, 'sha256:'.length + 32)
  const layers = image.layers.map(({ digest }) => `${short(digest)}.tar.gz`)
  const config = `${short(image.config.digest)}.json`
  const manifest = JSON.stringify([{ Config: config, RepoTags: [name], Layers: layers }])
  return tar([
    ...image.layers.map(({ bytes }, index) => ({ path: layers[index] ?? '', content: bytes })),
    { path: config, content: image.config.bytes },
    { path: 'manifest.json', content: manifest },
  ])
}
