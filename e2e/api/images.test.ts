import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { makeImage, pushImage } from '../fixtures/oci.ts'
import { tar } from '../fixtures/tar.ts'
import { expectError, onEachEngine } from './suite.ts'

interface Progress {
  readonly status?: string
  readonly id?: string
  readonly error?: string
  readonly errorDetail?: { readonly message: string }
  readonly progressDetail?: { readonly current?: number; readonly total?: number }
}

onEachEngine('images', (subject) => {
  const { api, registry } = subject

  test('pull reports each layer, the digest and the outcome [06.01]', async () => {
    // Its bytes are new each time, so that no engine has any of its layers yet.
    const layers = [1, 2, 3].map((n) => tar([{ path: `random-${n}`, content: randomBytes(n * 700_000) }]))
    await pushImage(registry, 'fresh', '1', makeImage(layers, { Cmd: ['true'] }))
    const answer = await api.post(`/images/create?fromImage=${registry}/fresh&tag=1`)
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('application/json')
    const lines = answer.lines<Progress>()
    expect(lines[0]).toEqual({ status: 'Pulling from fresh', id: '1' })
    const ids = new Set(lines.slice(1).flatMap((line) => (line.id === undefined ? [] : [line.id])))
    expect(ids.size).toBe(3)
    for (const id of ids) {
      expect(id).toMatch(/^[0-9a-f]{12}$/)
      const states = lines.filter((line) => line.id === id).map((line) => line.status)
      expect(states.at(-1)).toBe('Pull complete')
      expect(states).toEqual(expect.arrayContaining(['Pulling fs layer', 'Download complete']))
    }
    const measured = lines.filter((line) => (line.progressDetail?.total ?? 0) > 0)
    expect(measured.length).toBeGreaterThan(0)
    for (const { progressDetail } of measured) {
      expect(progressDetail?.current).toBeLessThanOrEqual(progressDetail?.total ?? 0)
    }
    expect(lines.at(-2)?.status).toMatch(/^Digest: sha256:[0-9a-f]{64}$/)
    expect(lines.at(-1)?.status).toBe(`Status: Downloaded newer image for ${registry}/fresh:1`)

    const again = (await api.post(`/images/create?fromImage=${registry}/fresh&tag=1`)).lines<Progress>()
    expect(again.at(-1)?.status).toBe(`Status: Image is up to date for ${registry}/fresh:1`)
    await api.delete(`/images/${registry}/fresh:1?force=1`)
  })

  test('a pulled image is inspected as its config says [05.02]', async () => {
    const ref = await subject.pull('layered')
    const image = (await api.get(`/images/${ref}/json`)).json<Record<string, unknown>>()
    expect(image).toMatchObject({
      Id: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      RepoTags: [ref],
      RepoDigests: [expect.stringMatching(`^${registry}/layered@sha256:[0-9a-f]{64}$`)],
      Created: '2026-01-02T03:04:05Z',
      Architecture: 'amd64',
      Os: 'linux',
      Config: expect.objectContaining({
        Entrypoint: ['/bin/echo', 'entry'],
        Cmd: ['default'],
        WorkingDir: '/data',
        ExposedPorts: { '80/tcp': {}, '53/udp': {} },
        Volumes: { '/data/volume': {} },
        Labels: { 'org.example.kind': 'layered' },
        StopSignal: 'SIGINT',
        Env: expect.arrayContaining(['COLOUR=teal']),
      }),
      RootFS: { Type: 'layers', Layers: expect.any(Array) },
      Size: expect.any(Number),
    })
    expect((image.RootFS as { Layers: string[] }).Layers).toHaveLength(4)
    const byDigest = (image.RepoDigests as string[])[0] ?? ''
    expect((await api.get(`/images/${byDigest}/json`)).json()).toMatchObject({ Id: image.Id })
    const short = String(image.Id).slice(7, 19)
    expect((await api.get(`/images/${short}/json`)).json()).toMatchObject({ Id: image.Id })
  })

  test('a pull by digest gives that image without a tag [05.12] [06.03]', async () => {
    const ref = await subject.pull('oci')
    const image = (await api.get(`/images/${ref}/json`)).json<{ Id: string; RepoDigests: string[] }>()
    const digest = (image.RepoDigests[0] ?? '').split('@')[1] ?? ''
    await api.delete(`/images/${ref}?force=1`)
    const answer = await api.post(
      `/images/create?fromImage=${encodeURIComponent(`${registry}/layered`)}&tag=${digest}`,
    )
    expect(answer.lines<Progress>().at(-1)?.status).toContain(digest)
    expect((await api.get(`/images/${registry}/layered@${digest}/json`)).json()).toMatchObject({
      Id: image.Id,
      RepoTags: [],
    })
    await api.delete(`/images/${image.Id}?force=1`)
  })

  test('whiteouts, opaque folders, hard links, modes and owners are applied [05.01]', async () => {
    const Image = await subject.pull('layered')
    const { code, log } = await subject.finish({
      Image,
      Entrypoint: ['sh', '-c'],
      Cmd: [
        'ls -1 /data; echo --; ls -1a /replaced; echo --; stat -c %h /hard /hard-again; stat -c "%a %u:%g" /setuid /owned; cat data/last last; pwd',
      ],
      Tty: true,
    })
    expect(log.toString().replaceAll('\r', '')).toBe(
      "kept\nlast\nvolume\n--\n.\n..\nnew\n--\n2\n2\n4755 0:0\n640 1000:1001\ncat: can't open 'data/last': No such file or directory\nlast docker\n/data\n",
    )
    expect(code).toBe(0)
  })

  test('an unknown image or tag is an error in the answer, in Docker’s words', async () => {
    const unknown = await api.post(`/images/create?fromImage=${registry}/nobody&tag=latest`)
    expectError(
      unknown,
      404,
      `manifest for ${registry}/nobody:latest not found: manifest unknown: manifest unknown`,
    )
    const tag = await api.post(`/images/create?fromImage=${registry}/busybox&tag=nosuch`)
    expectError(
      tag,
      404,
      `manifest for ${registry}/busybox:nosuch not found: manifest unknown: manifest unknown`,
    )
    // dockerd 20.10 says it twice ("no such image: X: No such image: X"); newer ones and ours once.
    expectError(await api.get('/images/nobody:latest/json'), 404, /No such image: nobody:latest$/)
    expectError(
      await api.post('/images/create?fromImage=UPPER&tag=latest'),
      400,
      /^invalid reference format: repository name (\(.*\) )?must be lowercase$/,
    )
  })

  test('a registry that is not there is a clear error', async () => {
    const answer = await api.post('/images/create?fromImage=127.0.0.1:1/gone&tag=latest')
    // 503 is ours: what is not there is the registry, and the engine is well.
    expectError(answer, [500, 503], /127\.0\.0\.1:1.*(connection refused|refused)/i)
  })

  test('import makes an image of a tar with changes [05.14]', async () => {
    const body = tar([
      { path: 'etc/', kind: 'folder' },
      { path: 'etc/motd', content: 'imported\n' },
    ])
    const answer = await api.request(
      'POST',
      `/images/create?fromSrc=-&repo=imported&tag=v1&message=from+a+test&changes=${encodeURIComponent('CMD ["/bin/true"]')}&changes=${encodeURIComponent('ENV A=b')}`,
      { body, headers: { 'Content-Type': 'application/x-tar' } },
    )
    expect(answer.status, answer.text).toBe(200)
    const status = answer.lines<Progress>().at(-1)?.status ?? ''
    expect(status).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect((await api.get('/images/imported:v1/json')).json()).toMatchObject({
      Id: status,
      RepoTags: ['imported:v1'],
      Comment: 'from a test',
      Config: expect.objectContaining({ Cmd: ['/bin/true'], Env: expect.arrayContaining(['A=b']) }),
    })
    expect((await api.delete('/images/imported:v1')).json()).toEqual([
      { Untagged: 'imported:v1' },
      { Deleted: status },
      { Deleted: expect.stringMatching(/^sha256:/) },
    ])
  })

  test('the list shows tags, digests and sizes, and takes filters [05.04] [05.05]', async () => {
    const ref = await subject.pull('layered')
    const list = async (query: string) =>
      (await api.get(`/images/json${query}`)).json<{ Id: string; RepoTags: string[] | null }[]>()
    const all = await list('')
    expect(all.find((image) => image.RepoTags?.includes(ref))).toMatchObject({
      Id: expect.stringMatching(/^sha256:/),
      RepoDigests: [expect.stringContaining(`${registry}/layered@sha256:`)],
      Created: Date.parse('2026-01-02T03:04:05Z') / 1000,
      Size: expect.any(Number),
      SharedSize: -1,
      Containers: -1,
      Labels: { 'org.example.kind': 'layered' },
    })
    const filtered = async (filters: object) =>
      list(`?filters=${encodeURIComponent(JSON.stringify(filters))}`)
    expect((await filtered({ reference: [`${registry}/layered`] })).map((image) => image.RepoTags)).toEqual([
      [ref],
    ])
    expect(await filtered({ label: ['org.example.kind=layered'] })).toHaveLength(1)
    expect(await filtered({ label: ['org.example.kind=other'] })).toEqual([])
    expect(await filtered({ dangling: ['true'] })).toEqual([])
    expectError(
      await api.get(`/images/json?filters=${encodeURIComponent('{"nosuch":["x"]}')}`),
      400,
      "Invalid filter 'nosuch'",
    )
  })

  test('an image is tagged, untagged, and kept while a tag is left [05.06] [05.07]', async () => {
    expect((await api.post(`/images/${subject.busybox}/tag?repo=other&tag=one`)).status).toBe(201)
    const before = (await api.get('/images/other:one/json')).json<{ Id: string; RepoTags: string[] }>()
    expect(before.RepoTags.toSorted()).toEqual([subject.busybox, 'other:one'].toSorted())
    expect((await api.delete('/images/other:one')).json()).toEqual([{ Untagged: 'other:one' }])
    expectError(await api.delete('/images/other:one'), 404, 'No such image: other:one')
    expectError(await api.post('/images/nobody/tag?repo=x&tag=y'), 404, 'No such image: nobody:latest')
  })

  test('an image in use is not removed [05.06]', async () => {
    const id = await subject.create({ Cmd: ['true'] })
    expectError(
      await api.delete(`/images/${subject.busybox}`),
      409,
      `conflict: unable to remove repository reference "${subject.busybox}" (must force) - container ${id.slice(0, 12)} is using its referenced image ${(await subject.inspect(id)).Image.slice(7, 19)}`,
    )
  })

  test('history names each layer [05.03]', async () => {
    const ref = await subject.pull('layered')
    const history = (await api.get(`/images/${ref}/history`)).json<{ Id: string; CreatedBy: string }[]>()
    expect(history.map((step) => step.CreatedBy)).toEqual(['layer 3', 'layer 2', 'layer 1', 'layer 0'])
    expect(history[0]).toMatchObject({ Tags: [ref], Id: expect.stringMatching(/^sha256:/) })
    expect(history[1]).toMatchObject({ Id: '<missing>', Tags: null })
  })
})
