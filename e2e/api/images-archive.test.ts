import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { makeImage, pushImage } from '../fixtures/oci.ts'
import { mustRun } from '../fixtures/processes.ts'
import { type ReadEntry, readTar } from '../fixtures/read-tar.ts'
import { tar } from '../fixtures/tar.ts'
import { expectError, onEachEngine } from './suite.ts'

interface Line {
  readonly status?: string
  readonly stream?: string
  readonly error?: string
}
interface DockerEntry {
  readonly Config: string
  readonly RepoTags: readonly string[] | null
  readonly Layers: readonly string[]
}

onEachEngine('image archives', (subject) => {
  const { api, registry } = subject
  const folder = mkdtempSync(path.join(os.tmpdir(), 'image-archives-'))
  const served = new Map<string, Buffer>()
  const server = http.createServer((request, response) => {
    const body = served.get(request.url ?? '')
    response.writeHead(body ? 200 : 404).end(body ?? 'nothing of that name')
  })
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
  afterAll(() => {
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const made: string[] = []
  afterEach(async () => {
    for (const name of made.splice(0)) await api.delete(`/images/${name}?force=1`)
  })

  const load = async (body: Uint8Array, query = '') => {
    const answer = await api.request('POST', `/images/load${query}`, {
      body,
      headers: { 'Content-Type': 'application/x-tar' },
    })
    expect(answer.status, answer.text).toBe(200)
    return answer.lines<Line>()
  }
  const importTar = async (body: Uint8Array, query: string) =>
    api.request('POST', `/images/create?fromSrc=-&${query}`, { body })
  const save = async (...names: string[]) => {
    const query = names.map((name) => `names=${encodeURIComponent(name)}`).join('&')
    const answer = await api.get(`/images/get?${query}`)
    expect(answer.status, answer.text.slice(0, 300)).toBe(200)
    return answer.body
  }
  const json = <T>(entries: readonly ReadEntry[], name: string): T =>
    JSON.parse(entries.find((entry) => entry.path === name)?.content.toString() ?? 'null') as T
  const imageId = async (name: string) => (await api.get(`/images/${name}/json`)).json<{ Id: string }>().Id

  /** Two images with a layer in common, and three names. */
  const twoImages = async () => {
    const shared = tar([{ path: 'shared', content: randomBytes(50_000) }])
    for (const name of ['one', 'two']) {
      const own = tar([{ path: name, content: name }])
      await pushImage(registry, `archived-${name}`, '1', makeImage([shared, own], { Cmd: [name] }))
      await api.post(`/images/create?fromImage=${registry}/archived-${name}&tag=1`)
      await api.post(`/images/${registry}/archived-${name}:1/tag?repo=saved-${name}&tag=v1`)
      await api.delete(`/images/${registry}/archived-${name}:1`)
      made.push(`saved-${name}:v1`)
    }
    await api.post('/images/saved-one:v1/tag?repo=saved-one&tag=v2')
    made.push('saved-one:v2')
  }

  test('several images and names go through an archive, and shared layers once [05.08] [05.09]', async () => {
    await twoImages()
    const ids = [await imageId('saved-one:v1'), await imageId('saved-two:v1')]
    const archive = await save('saved-one:v1', 'saved-two:v1', 'saved-one:v2')
    const entries = readTar(archive)
    const manifest = json<DockerEntry[]>(entries, 'manifest.json')
    expect(manifest.flatMap(({ RepoTags }) => RepoTags ?? []).toSorted()).toEqual([
      'saved-one:v1',
      'saved-one:v2',
      'saved-two:v1',
    ])
    expect(manifest).toHaveLength(2)
    for (const name of ['saved-one:v1', 'saved-one:v2', 'saved-two:v1']) await api.delete(`/images/${name}`)
    expect((await api.get('/images/saved-one:v1/json')).status).toBe(404)
    const lines = await load(archive)
    expect(lines.flatMap(({ stream }) => stream ?? []).toSorted()).toEqual([
      'Loaded image: saved-one:v1\n',
      'Loaded image: saved-one:v2\n',
      'Loaded image: saved-two:v1\n',
    ])
    expect([await imageId('saved-one:v2'), await imageId('saved-two:v1')]).toEqual(ids)
    const quiet = await load(archive, '?quiet=1')
    expect(quiet.every(({ stream }) => stream?.startsWith('Loaded image'))).toBe(true)
  })

  test('every name in an archive is its digest, and saving again gives the same bytes [05.08]', async () => {
    await twoImages()
    const archive = await save('saved-one:v1')
    const blobs = readTar(archive).filter(({ path: name }) => /^blobs\/sha256\/[0-9a-f]{64}$/.test(name))
    expect(blobs.length).toBe(4)
    for (const { path: name, content } of blobs) {
      expect(createHash('sha256').update(content).digest('hex')).toBe(name.slice('blobs/sha256/'.length))
    }
    const index = json<{ manifests: { digest: string }[] }>(readTar(archive), 'index.json')
    expect(blobs.map(({ path: name }) => name)).toContain(
      `blobs/sha256/${index.manifests[0]?.digest.slice('sha256:'.length)}`,
    )
    await api.delete('/images/saved-one:v1')
    await api.delete('/images/saved-one:v2')
    await load(archive)
    expect((await save('saved-one:v1')).equals(archive)).toBe(true)
  })

  test('archives may be compressed in every way that Docker takes [05.09]', async () => {
    await twoImages()
    const archive = await save('saved-two:v1')
    writeFileSync(path.join(folder, 'plain'), archive)
    const packed = async (program: string) => {
      await mustRun('sh', ['-c', `${program} -c ${folder}/plain > ${folder}/packed`])
      return readFileSync(path.join(folder, 'packed'))
    }
    const ways = [gzipSync(archive), await packed('bzip2'), await packed('xz')]
    for (const body of ways) {
      await api.delete('/images/saved-two:v1')
      expect(await load(body, '?quiet=1')).toEqual([{ stream: 'Loaded image: saved-two:v1\n' }])
    }
    const container = await subject.create({ Cmd: ['true'] })
    for (const pack of ['gzip', 'bzip2', 'xz']) {
      writeFileSync(path.join(folder, 'plain'), tar([{ path: pack, content: pack }]))
      const answer = await api.request('PUT', `/containers/${container}/archive?path=/tmp`, {
        body: await packed(pack),
      })
      expect(answer.status, answer.text).toBe(200)
    }
    const names = readTar((await api.get(`/containers/${container}/archive?path=/tmp`)).body)
    expect(names.map((entry) => entry.path)).toEqual(['tmp/', 'tmp/bzip2', 'tmp/gzip', 'tmp/xz'])
  })

  test('an archive compressed with zstd is loaded [05.09]', async () => {
    await twoImages()
    const archive = zstdCompressSync(await save('saved-two:v1'))
    await api.delete('/images/saved-two:v1')
    expect(await load(archive, '?quiet=1')).toEqual([{ stream: 'Loaded image: saved-two:v1\n' }])
  })

  const copyOut = (target: string) =>
    mustRun('skopeo', ['copy', '-q', '--src-tls-verify=false', `docker://${registry}/layered:1`, target])

  test('docker archives of other tools are loaded [05.09]', async () => {
    const file = path.join(folder, 'skopeo.tar')
    await copyOut(`docker-archive:${file}:from-skopeo:docker`)
    made.push('from-skopeo:docker')
    expect((await load(readFileSync(file))).at(-1)).toEqual({ stream: 'Loaded image: from-skopeo:docker\n' })
    const { code, log } = await subject.finish({ Image: 'from-skopeo:docker', Tty: true })
    expect([code, log.toString()]).toEqual([0, 'entry default\r\n'])
  })

  test('OCI layouts of other tools are loaded [05.09]', async () => {
    const layout = path.join(folder, 'oci.tar')
    await copyOut(`oci-archive:${layout}:docker.io/library/from-skopeo:oci`)
    made.push('from-skopeo:oci')
    expect((await load(readFileSync(layout))).at(-1)).toEqual({ stream: 'Loaded image: from-skopeo:oci\n' })
    expect((await subject.finish({ Image: 'from-skopeo:oci' })).code).toBe(0)
  })

  test('other tools read what is saved [05.08]', async () => {
    await twoImages()
    const file = path.join(folder, 'saved.tar')
    writeFileSync(file, await save('saved-one:v1'))
    const read = await mustRun('skopeo', ['inspect', `docker-archive:${file}`])
    expect((JSON.parse(read) as { Layers: string[] }).Layers).toHaveLength(2)
  })

  test('other tools read the OCI layout of what is saved [05.08]', async () => {
    await twoImages()
    const file = path.join(folder, 'saved-layout.tar')
    writeFileSync(file, await save('saved-one:v1'))
    const layout = await mustRun('skopeo', ['inspect', '--config', `oci-archive:${file}`])
    expect(JSON.parse(layout)).toMatchObject({ config: { Cmd: ['one'] } })
  })

  test('what is no image archive is refused, and nothing of it is kept [05.09]', async () => {
    const send = (body: Uint8Array) => api.request('POST', '/images/load', { body })
    const before = (await api.get('/images/json?all=1')).json<unknown[]>().length
    for (const body of [
      Buffer.from('rubbish'),
      tar([{ path: 'a', content: 'b' }]),
      tar([{ path: 'manifest.json', content: '[{"Config":"../../../etc/passwd","Layers":[]}]' }]),
      tar([
        { path: 'manifest.json', content: '[{"Config":"c.json","Layers":["l.tar"],"RepoTags":["bad:1"]}]' },
        { path: 'c.json', kind: 'symlink', target: '/etc/passwd' },
        { path: 'l.tar', kind: 'symlink', target: '/etc/shadow' },
      ]),
    ]) {
      const answer = await send(body)
      expect(answer.status >= 400 || /"error"/.test(answer.text), answer.text).toBe(true)
    }
    expect((await api.get('/images/json?all=1')).json<unknown[]>()).toHaveLength(before)
    expectError(await api.get('/images/nobody/get'), [404, 500], /nobody|reference does not exist/)
  })

  test('an import takes a body or an address, compressed or not [05.14]', async () => {
    const root = tar([{ path: 'etc/motd', content: 'imported\n' }])
    const port = (server.address() as AddressInfo).port
    served.set('/root.tar.gz', gzipSync(root))
    made.push('fetched:1', 'piped:1')
    const address = encodeURIComponent(`http://127.0.0.1:${port}/root.tar.gz`)
    const answer = await api.post(`/images/create?fromSrc=${address}&repo=fetched&tag=1&changes=CMD+true`)
    expect(answer.status, answer.text).toBe(200)
    const lines = answer.lines<Line>()
    expect(lines[0]?.status).toBe(`Downloading from http://127.0.0.1:${port}/root.tar.gz`)
    const id = lines.at(-1)?.status
    expect(id).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect((await api.get('/images/fetched:1/json')).json()).toMatchObject({
      Id: id,
      Comment: expect.stringMatching(/^Imported from /),
      Config: expect.objectContaining({ Cmd: ['/bin/sh', '-c', 'true'] }),
    })
    const none = await api.post(
      `/images/create?fromSrc=${encodeURIComponent(`http://127.0.0.1:${port}/none`)}`,
    )
    expect(none.text).toMatch(/failed to GET .*none with status 404 Not Found: nothing of that name/)
    expect((await importTar(gzipSync(root), 'repo=piped&tag=1&message=told')).status).toBe(200)
    expect((await api.get('/images/piped:1/json')).json()).toMatchObject({ Comment: 'told' })
    expectError(
      await importTar(root, 'repo=piped&changes=FROM+x'),
      [400, 500],
      /from is not a valid change command/,
    )
  })
})
