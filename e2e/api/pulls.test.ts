import { randomBytes } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { type Blob, digestOf, makeImage, type TestImage } from '../fixtures/oci.ts'
import { until } from '../fixtures/processes.ts'
import { type Script, type ScriptedRegistry, startScriptedRegistry } from '../fixtures/scripted-registry.ts'
import { tar } from '../fixtures/tar.ts'
import { onEachEngine } from './suite.ts'

const fresh = (bytes = 60_000) =>
  makeImage([tar([{ path: 'fresh', content: randomBytes(bytes) }])], { Cmd: ['true'] })

onEachEngine('pulls', (subject) => {
  const { api } = subject
  const serve = async (script: Script): Promise<ScriptedRegistry> => {
    const registry = await startScriptedRegistry(script)
    onTestFinished(async () => {
      for (const { config } of Object.values(script.images))
        await api.delete(`/images/${config.digest}?force=1`)
      await registry.stop()
    })
    return registry
  }
  const pull = async ({ host }: ScriptedRegistry) =>
    (await api.post(`/images/create?fromImage=${host}/x&tag=1`)).text
  const blobRequests = (registry: ScriptedRegistry, image: TestImage) =>
    registry.requests.filter((line) => line.startsWith(`GET /v2/x/blobs/${image.layers[0]?.digest}`))

  test('a layer that is cut is read on from there [06.01]', async () => {
    const image = fresh(900_000)
    const registry = await serve({ images: { x: image }, cuts: 2 })
    expect(await pull(registry)).toContain('Status: Downloaded newer image')
    expect(blobRequests(registry, image).some((line) => / bytes=[1-9]\d*-/.test(line))).toBe(true)
  })

  test('two pulls of the same image download it once [06.01]', async () => {
    const image = fresh()
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    const hold = (digest: string) => (digest === image.config.digest ? Promise.resolve() : held)
    const registry = await serve({ images: { x: image }, hold })
    const pulls = [pull(registry), pull(registry)]
    await until('both to ask for the manifest', () => {
      const manifests = registry.requests.filter((line) => line.startsWith('GET /v2/x/manifests/'))
      return manifests.length >= 2 && blobRequests(registry, image).length > 0
    })
    release()
    for (const said of await Promise.all(pulls))
      expect(said).toMatch(/Status: (Downloaded|Image is up to date)/)
    expect(blobRequests(registry, image)).toHaveLength(1)
  })

  test('the old format is refused, saying what it is [06.01]', async () => {
    const image = fresh()
    const mediaType = 'application/vnd.docker.distribution.manifest.v1+prettyjws'
    const bytes = Buffer.from(
      JSON.stringify({ schemaVersion: 1, name: 'x', tag: '1', fsLayers: [], history: [], signatures: [] }),
    )
    const manifest: Blob = { mediaType, digest: digestOf(bytes), bytes }
    const registry = await serve({ images: { x: { ...image, manifest } } })
    expect(await pull(registry)).toMatch(/old image format \(schema 1\) is not supported/)
  })

  test('a foreign layer is taken from a registry that has it, else said to be one [06.01]', async () => {
    const plain = makeImage([tar([{ path: 'far', content: randomBytes(500) }])], { Cmd: ['true'] }, 'oci')
    const text = plain.manifest.bytes
      .toString()
      .replace('image.layer.v1.tar', 'image.layer.nondistributable.v1.tar')
    const bytes = Buffer.from(text)
    const image = { ...plain, manifest: { ...plain.manifest, bytes, digest: digestOf(bytes) } }
    expect(await pull(await serve({ images: { x: image } }))).toContain('Status: Downloaded newer image')
    await api.delete(`/images/${plain.config.digest}?force=1`)
    const faults = { [plain.layers[0]?.digest ?? '']: 'missing' } as const
    expect(await pull(await serve({ images: { x: image }, faults }))).toMatch(
      /it is a foreign layer, which its publisher keeps elsewhere/,
    )
  })

  test('removing an image while containers are made of it leaves whole containers or none [05.06]', async () => {
    const image = fresh(2000)
    const registry = await serve({ images: { x: image } })
    for (let round = 0; round < 10; round++) {
      expect(await pull(registry)).toContain('Status:')
      const create = () =>
        api.post('/containers/create', {
          Image: `${registry.host}/x:1`,
          Volumes: { '/data': {} },
          Cmd: ['x'],
        })
      const [made, removed, also] = await Promise.all([
        create(),
        api.delete(`/images/${registry.host}/x:1?force=1`),
        create(),
      ])
      expect([200, 404, 409]).toContain(removed.status)
      for (const { status, text } of [made, also]) {
        expect([201, 404], text).toContain(status)
        if (status === 404) expect(text).toContain('No such image')
        // Its layers are there: it can be looked into.
        else {
          const { Id } = JSON.parse(text) as { Id: string }
          expect((await api.get(`/containers/${Id}/json`)).status).toBe(200)
          await api.delete(`/containers/${Id}?force=1&v=1`)
        }
      }
    }
  })
})
