import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Client } from '../fixtures/http.ts'
import { busyboxTar } from '../fixtures/images.ts'
import { hostArchitecture, makeImage, makeIndex, pushImage, pushIndex } from '../fixtures/oci.ts'
import { type Registry, startRegistry } from '../fixtures/registry.ts'
import { tar } from '../fixtures/tar.ts'
import { credentials, expectError, onEachEngine } from './suite.ts'

interface Manifest {
  readonly ID: string
  readonly Kind: string
  readonly Available: boolean
  readonly ImageData?: { readonly Platform: object; readonly Containers: string[] }
}

const here = makeImage([busyboxTar()], { Cmd: ['true'] }, 'oci')
const there = makeImage([tar([{ path: 'there', content: 'there' }])], { Cmd: ['true'] }, 'oci', {
  architecture: 's390x',
})
const OURS = { os: 'linux', architecture: hostArchitecture }
const OTHER = { os: 'linux', architecture: 's390x' }
const index = makeIndex(
  [
    { image: there, platform: OTHER },
    { image: here, platform: OURS },
  ],
  {},
)

onEachEngine('platforms', (subject) => {
  const { api, registry } = subject
  const name = `${registry}/several:1`
  const newest = new Client(subject.engine.socket, '/v1.51')
  const pull = (platform = '', from = 'several') =>
    api.post(`/images/create?fromImage=${registry}/${from}&tag=1&platform=${encodeURIComponent(platform)}`)
  const asJson = (platform: object) => encodeURIComponent(JSON.stringify(platform))
  let target: Registry
  beforeAll(async () => {
    target = await startRegistry()
    await pushIndex(registry, 'several', '1', index)
    await pushImage(registry, 'foreign', '1', there)
  })
  afterAll(() => target.stop())
  beforeEach(async () => {
    for (const { config } of [here, there]) await api.delete(`/images/${config.digest}?force=1`)
  })

  test('one that the image is not made for is refused, saying for which it is [06.01]', async () => {
    // dockerd has begun to answer by then, and says it in the lines.
    const refused = await pull('linux/riscv64')
    expect(refused.status).toBe(subject.name === 'dockerd' ? 200 : 404)
    expect(refused.text).toMatch(
      /"message":"no matching manifest for linux\/riscv64 in the manifest list entries/,
    )
    expectError(await pull('not a platform'), [400, 500], /invalid/)
  })

  test('another than this machine’s is pulled when asked for [06.01]', async () => {
    expect((await pull('linux/s390x')).text).toContain('Status: Downloaded newer image')
    const image = (await api.get(`/images/${name}/json`)).json()
    expect(image).toMatchObject({ Id: there.config.digest, Architecture: 's390x' })
  })

  test('a single image for another platform comes with a warning [06.01]', async () => {
    expect((await pull(`linux/${hostArchitecture}`, 'foreign')).text).toMatch(
      new RegExp(
        `WARNING: image with reference ${registry}/foreign:1 was found but does not match the specified platform: wanted linux/${hostArchitecture}, actual: linux/s390x`,
      ),
    )
  })

  test('a container is made of the platform asked for, or refused [06.01]', async () => {
    await pull()
    const create = (platform: string) =>
      api.post(`/containers/create?platform=${encodeURIComponent(platform)}`, { Image: name })
    expect((await create(`linux/${hostArchitecture}`)).status).toBe(201)
    expectError(await create('linux/s390x'), 404, /does not match the specified platform/)
  })

  test('several stand under one name, and the one that runs here is meant by it [06.01]', async () => {
    for (const platform of ['', 'linux/s390x']) await pull(platform)
    expect((await api.get(`/images/${name}/json`)).json()).toMatchObject({ Id: here.config.digest })
    const created = await api.post('/containers/create?platform=linux/s390x', { Image: name })
    expect((await subject.inspect(created.json<{ Id: string }>().Id)).Image).toBe(there.config.digest)
    const rows = (await api.get('/images/json')).json<{ Id: string }[]>().map(({ Id }) => Id)
    expect(rows).toContain(here.config.digest)
    expect(rows).not.toContain(there.config.digest)
  })

  test('since API 1.47 a list tells what each name stands for [05.04]', async () => {
    await pull()
    const id = await subject.create({ Image: name })
    const list = await newest.get('/images/json?manifests=1')
    type Row = { RepoTags: string[]; Descriptor: object; Manifests: Manifest[] }
    const row = list.json<Row[]>().find(({ RepoTags }) => RepoTags.includes(name))
    expect(row?.Descriptor).toEqual({
      mediaType: index.index.mediaType,
      digest: index.index.digest,
      size: index.index.bytes.length,
    })
    expect(row?.Manifests).toEqual([
      expect.objectContaining({ ID: there.manifest.digest, Kind: 'image', Available: false }),
      expect.objectContaining({
        ID: here.manifest.digest,
        Kind: 'image',
        Available: true,
        ImageData: expect.objectContaining({ Platform: OURS, Containers: [id] }),
      }),
    ])
  })

  test('since API 1.48 an image that was here with other layers is counted as well [05.02]', async () => {
    const plain = makeImage([busyboxTar()], { Cmd: ['true'] }, 'oci', { compression: 'none' })
    expect(plain.config.digest).toBe(here.config.digest)
    await pushImage(registry, 'plainly', '1', plain)
    await pull('', 'plainly')
    await pull()
    const found = await newest.get(`/images/${name}/json?manifests=1`)
    const { Manifests } = found.json<{ Manifests: Manifest[] }>()
    expect(Manifests.map(({ Available }) => Available)).toEqual([false, true])
  })

  test('since API 1.48 inspect and history take a platform [05.02] [05.03]', async () => {
    for (const platform of ['', 'linux/s390x']) await pull(platform)
    const inspect = (query: string) => newest.get(`/images/${name}/json?${query}`)
    expect((await inspect(`platform=${asJson(OTHER)}`)).json()).toMatchObject({ Id: there.config.digest })
    expect((await inspect('manifests=1')).json<{ Manifests: Manifest[] }>().Manifests).toHaveLength(2)
    expectError(await inspect(`manifests=1&platform=${asJson(OTHER)}`), 400, /^conflicting options/)
    expectError(
      await inspect(`platform=${asJson({ os: 'linux', architecture: 'arm' })}`),
      404,
      /does not match/,
    )
    expectError(await inspect('platform=linux'), 400, /^failed to parse platform/)
    const history = await newest.get(`/images/${name}/history?platform=${asJson(OTHER)}`)
    expect(history.json<{ Id: string }[]>()[0]).toMatchObject({ Id: there.config.digest })
  })

  test('since API 1.50 one platform is removed and the name stays [05.06]', async () => {
    for (const platform of ['', 'linux/s390x']) await pull(platform)
    const removed = await newest.delete(`/images/${name}?platforms=${asJson(OURS)}`)
    expect(removed.json()).toContainEqual({ Deleted: here.config.digest })
    expect((await api.get(`/images/${name}/json`)).json()).toMatchObject({ Id: there.config.digest })
    expect((await newest.delete(`/images/${name}?platforms=${asJson(OURS)}`)).status).toBe(404)
  })

  test('removing the name removes every platform [05.06]', async () => {
    for (const platform of ['', 'linux/s390x']) await pull(platform)
    const items = (await api.delete(`/images/${name}`)).json<object[]>()
    expect(items).toContainEqual({ Deleted: here.config.digest })
    expect(items).toContainEqual({ Deleted: there.config.digest })
  })

  test('a name goes out whole when all of it is here, and else what is here [06.04]', async () => {
    const push = async () => {
      await api.post(`/images/${name}/tag?repo=${target.host}/whole&tag=1`)
      const headers = credentials('', '', '')
      const pushed = await api.post(`/images/${target.host}/whole/push?tag=1`, undefined, { headers })
      return pushed.lines<{ aux?: { Digest: string } }>().at(-1)?.aux?.Digest
    }
    await pull()
    expect(await push()).toBe(here.manifest.digest)
    await pull('linux/s390x')
    expect(await push()).toBe(index.index.digest)
    await api.delete(`/images/${target.host}/whole:1`)
  })
})
