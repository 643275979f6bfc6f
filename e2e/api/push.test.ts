import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startCuttingProxy } from '../fixtures/cutting-proxy.ts'
import { verify } from '../fixtures/embedded.ts'
import { Client } from '../fixtures/http.ts'
import { makeImage, pushImage } from '../fixtures/oci.ts'
import { ACCOUNT, type Registry, startRegistry } from '../fixtures/registry.ts'
import { tar } from '../fixtures/tar.ts'
import { credentials, expectError, onEachEngine } from './suite.ts'

interface Line {
  readonly status?: string
  readonly id?: string
  readonly error?: string
  readonly errorDetail?: { readonly message: string }
  readonly progressDetail?: { readonly current?: number; readonly total?: number }
  readonly aux?: { readonly Tag: string; readonly Digest: string; readonly Size: number }
}

onEachEngine('push', (subject) => {
  const { api } = subject
  let target: Registry
  let guarded: Registry
  beforeAll(async () => {
    target = await startRegistry()
    guarded = await startRegistry({ auth: true })
  })
  afterAll(async () => {
    await target.stop()
    await guarded.stop()
  })

  const push = async (name: string, tag: string, headers = credentials('', '', '')) => {
    const answer = await api.post(`/images/${name}/push?tag=${tag}`, undefined, { headers })
    return { ...answer, lines: answer.status === 200 ? answer.lines<Line>() : [] }
  }
  const get = (path: string, accept = '*/*') =>
    fetch(`http://${target.host}/v2/${path}`, { headers: { accept } })

  test('a pulled image is pushed with the lines of each layer and the digest at the end [06.04]', async () => {
    const layers = [1, 2].map((n) => tar([{ path: `random-${n}`, content: randomBytes(n * 300_000) }]))
    const image = makeImage(layers, { Cmd: ['true'] })
    await pushImage(subject.registry, 'outbound', '1', image)
    await api.post(`/images/create?fromImage=${subject.registry}/outbound&tag=1`)
    await api.post(`/images/${subject.registry}/outbound:1/tag?repo=${target.host}/outbound&tag=two`)
    const { status, headers, lines } = await push(`${target.host}/outbound`, 'two')
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('application/json')
    expect(lines[0]).toEqual({ status: `The push refers to repository [${target.host}/outbound]` })
    const ids = [...new Set(lines.flatMap((line) => (line.id === undefined ? [] : [line.id])))]
    expect(ids).toHaveLength(2)
    for (const id of ids) {
      const states = lines.filter((line) => line.id === id).map((line) => line.status)
      expect(states[0]).toBe('Preparing')
      expect(states).toContain('Pushing')
      expect(states.at(-1)).toBe('Pushed')
    }
    const last = lines.at(-1)
    expect(last).toEqual({
      progressDetail: {},
      aux: { Tag: 'two', Digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/), Size: expect.any(Number) },
    })
    const { Digest, Size } = last?.aux ?? { Digest: '', Size: 0 }
    expect(lines.at(-2)).toEqual({ status: `two: digest: ${Digest} size: ${Size}` })
    const kept = await get(`outbound/manifests/${Digest}`, image.manifest.mediaType)
    expect((await kept.arrayBuffer()).byteLength).toBe(Size)
    const inspected = (await api.get(`/images/${target.host}/outbound:two/json`)).json<{
      RepoDigests: string[]
    }>()
    expect(inspected.RepoDigests).toContain(`${target.host}/outbound@${Digest}`)

    const again = (await push(`${target.host}/outbound`, 'two')).lines
    expect(again.filter(({ status }) => status === 'Layer already exists')).toHaveLength(2)
    expect(again.at(-1)?.aux?.Digest).toBe(Digest)
    await api.delete(`/images/${target.host}/outbound:two?force=1`)
    await api.delete(`/images/${subject.registry}/outbound:1?force=1`)
  })

  test('what was pulled goes out byte for byte, whatever its media types [06.04]', async () => {
    const image = makeImage([tar([{ path: 'oci', content: 'as it came' }])], { Cmd: ['true'] }, 'oci')
    await pushImage(subject.registry, 'exact', '1', image)
    await api.post(`/images/create?fromImage=${subject.registry}/exact&tag=1`)
    await api.post(`/images/${subject.registry}/exact:1/tag?repo=${target.host}/exact&tag=1`)
    const { lines } = await push(`${target.host}/exact`, '1')
    expect(lines.at(-1)?.aux?.Digest).toBe(image.manifest.digest)
    await api.delete(`/images/${image.config.digest}?force=1`)
  })

  test('a blob that another repository of the registry has is mounted from there [06.04]', async () => {
    const layer = tar([{ path: 'lent', content: randomBytes(50_000) }])
    await pushImage(target.host, 'lender', '1', makeImage([layer], { Cmd: ['true'] }))
    await api.post(`/images/create?fromImage=${target.host}/lender&tag=1`)
    await api.post(`/images/${target.host}/lender:1/tag?repo=${target.host}/some/borrower&tag=1`)
    const { lines } = await push(`${target.host}/some/borrower`, '1')
    expect(lines.map(({ status }) => status)).toContain('Mounted from lender')
    expect(lines.at(-1)?.aux?.Tag).toBe('1')
    await api.delete(`/images/${target.host}/some/borrower:1?force=1`)
    await api.delete(`/images/${target.host}/lender:1?force=1`)
  })

  test('without a tag, every tag of the repository goes [06.04]', async () => {
    for (const tag of ['b', 'a'])
      await api.post(`/images/${subject.busybox}/tag?repo=${target.host}/all&tag=${tag}`)
    const { lines } = await push(`${target.host}/all`, '')
    expect(lines.flatMap(({ aux }) => aux?.Tag ?? [])).toEqual(['a', 'b'])
    expect(await (await get('all/tags/list')).json()).toMatchObject({
      tags: expect.arrayContaining(['a', 'b']),
    })
    for (const tag of ['a', 'b']) await api.delete(`/images/${target.host}/all:${tag}`)
  })

  test('an imported image is pushed compressed, the same each time, and comes back the same [06.04]', async () => {
    const body = tar([{ path: 'big', content: Buffer.alloc(2_000_000, 'squeeze me ') }])
    const imported = await api.request('POST', `/images/create?fromSrc=-&repo=${target.host}/made&tag=1`, {
      body,
      headers: { 'Content-Type': 'application/x-tar' },
    })
    const id = imported.lines<Line>().at(-1)?.status ?? ''
    const first = (await push(`${target.host}/made`, '1')).lines.at(-1)?.aux
    const second = (await push(`${target.host}/made`, '1')).lines.at(-1)?.aux
    expect(first?.Digest).toMatch(/^sha256:/)
    expect(second).toEqual(first)
    const accept =
      'application/vnd.oci.image.manifest.v1+json,application/vnd.docker.distribution.manifest.v2+json'
    const manifest = (await (await get('made/manifests/1', accept)).json()) as {
      layers: { mediaType: string; size: number }[]
    }
    expect(manifest.layers[0]?.mediaType).toMatch(/gzip$/)
    expect(manifest.layers[0]?.size).toBeLessThan(100_000)
    await api.delete(`/images/${target.host}/made:1?force=1`)
    await api.post(`/images/create?fromImage=${target.host}/made&tag=1`)
    expect((await api.get(`/images/${target.host}/made:1/json`)).json()).toMatchObject({ Id: id })
    await api.delete(`/images/${target.host}/made:1?force=1`)
  })

  test('a loaded image is pushed compressed [06.04]', async () => {
    const body = tar([{ path: 'big', content: Buffer.alloc(1_000_000, 'load and squeeze ') }])
    const headers = { 'Content-Type': 'application/x-tar' }
    await api.request('POST', '/images/create?fromSrc=-&repo=loaded&tag=1', { body, headers })
    const saved = await api.get('/images/loaded:1/get')
    await api.delete('/images/loaded:1')
    await api.request('POST', '/images/load?quiet=1', { body: saved.body, headers })
    await api.post(`/images/loaded:1/tag?repo=${target.host}/loaded&tag=1`)
    expect((await push(`${target.host}/loaded`, '1')).lines.at(-1)?.aux?.Tag).toBe('1')
    for (const name of ['loaded', `${target.host}/loaded`]) await api.delete(`/images/${name}:1`)
  })

  test('a push that is cut goes on, and the registry has every byte [06.04]', async () => {
    const bytes = 6_000_000
    const proxy = await startCuttingProxy(target.host, { cuts: 2, bytes: 2_000_000 })
    onTestFinished(() => proxy.stop())
    const image = makeImage([tar([{ path: 'long', content: randomBytes(bytes) }])], { Cmd: ['true'] })
    await pushImage(subject.registry, 'long', '1', image)
    await api.post(`/images/create?fromImage=${subject.registry}/long&tag=1`)
    await api.post(`/images/${subject.registry}/long:1/tag?repo=${proxy.host}/long&tag=1`)
    const { lines } = await push(`${proxy.host}/long`, '1')
    expect(lines.at(-1)?.aux?.Tag, JSON.stringify(lines.at(-1))).toBe('1')
    expect(proxy.cuts()).toBe(2)
    await api.delete(`/images/${image.config.digest}?force=1`)
    expect((await api.post(`/images/create?fromImage=${target.host}/long&tag=1`)).text).toContain('Status: ')
    await api.delete(`/images/${image.config.digest}?force=1`)
  })

  test('a push that fails leaves nothing behind [06.04]', async () => {
    const body = tar([{ path: 'big', content: Buffer.alloc(1_000_000, 'squeezed for nothing ') }])
    const headers = { 'Content-Type': 'application/x-tar' }
    await api.request('POST', `/images/create?fromSrc=-&repo=${guarded.host}/made&tag=1`, { body, headers })
    expect((await push(`${guarded.host}/made`, '1')).lines.at(-1)?.error).toBeDefined()
    if (subject.name === 'embedded') expect(await verify(subject.engine.root)).toMatchObject({ code: 0 })
    await api.delete(`/images/${guarded.host}/made:1`)
  })

  test('a registry that wants an account says so in Docker’s words [06.08]', async () => {
    await api.post(`/images/${subject.busybox}/tag?repo=${guarded.host}/mine&tag=1`)
    const nobody = (await push(`${guarded.host}/mine`, '1')).lines.at(-1)
    expect(nobody?.error).toMatch(/no basic auth credentials|unauthorized: authentication required/)
    expect(nobody?.errorDetail?.message).toBe(nobody?.error)
    const wrong = (await push(`${guarded.host}/mine`, '1', credentials(ACCOUNT.username, 'no', guarded.host)))
      .lines
    expect(wrong.at(-1)?.error).toMatch(/unauthorized: authentication required/)
    const right = await push(
      `${guarded.host}/mine`,
      '1',
      credentials(ACCOUNT.username, ACCOUNT.password, guarded.host),
    )
    expect(right.lines.at(-1)?.aux?.Tag).toBe('1')
    await api.delete(`/images/${guarded.host}/mine:1`)
  })

  test('an image that is not there is an error in the lines [06.04]', async () => {
    const nobody = (await push(`${target.host}/nobody`, '1')).lines
    expect(nobody.at(-1)?.error).toBe(`An image does not exist locally with the tag: ${target.host}/nobody`)
    await api.post(`/images/${subject.busybox}/tag?repo=${target.host}/some&tag=1`)
    const tag = (await push(`${target.host}/some`, 'other')).lines
    expect(tag.at(-1)?.error).toBe(`tag does not exist: ${target.host}/some:other`)
    await api.delete(`/images/${target.host}/some:1`)
    const digest = await api.post(`/images/${target.host}/x@sha256:${'a'.repeat(64)}/push`, undefined, {
      headers: credentials('', '', ''),
    })
    // dockerd 20.10 takes it for the name of an image that is not there.
    if (subject.name === 'embedded') expectError(digest, 400, 'cannot push a digest reference')
  })

  test('a push is told as an event [06.04]', async () => {
    await api.post(`/images/${subject.busybox}/tag?repo=${target.host}/told&tag=1`)
    const since = Math.floor(Date.now() / 1000)
    await push(`${target.host}/told`, '1')
    const until = Math.ceil(Date.now() / 1000) + 1
    const filters = encodeURIComponent(JSON.stringify({ type: ['image'], event: ['push'] }))
    const events = await api.get(`/events?since=${since}&until=${until}&filters=${filters}`)
    expect(events.lines()).toContainEqual(
      expect.objectContaining({
        Action: 'push',
        Actor: {
          ID: `${target.host}/told:1`,
          Attributes: expect.objectContaining({ name: `${target.host}/told` }),
        },
      }),
    )
    await api.delete(`/images/${target.host}/told:1`)
  })

  test('since API 1.46 a platform may be asked for, and must be the image’s [06.04]', async () => {
    const newer = new Client(subject.engine.socket, '/v1.46')
    await newer.post(`/images/${subject.busybox}/tag?repo=${target.host}/platform&tag=1`)
    const ask = async (platform: object) => {
      const query = `tag=1&platform=${encodeURIComponent(JSON.stringify(platform))}`
      return (await newer.post(`/images/${target.host}/platform/push?${query}`)).lines<Line>().at(-1)
    }
    const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'
    expect((await ask({ os: 'linux', architecture }))?.aux?.Tag).toBe('1')
    expect((await ask({ os: 'linux', architecture: 's390x' }))?.error).toMatch(
      /does not match the specified platform/,
    )
    await newer.delete(`/images/${target.host}/platform:1`)
  })
})
