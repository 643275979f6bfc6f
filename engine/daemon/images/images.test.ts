import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createPort } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ProgressMessage } from '../../api/image.ts'
import { header } from '../../archive/entry.ts'
import { END_OF_ARCHIVE, encodeEntry } from '../../archive/write.ts'
import { digestOf } from '../../oci/digest.ts'
import { hostPlatform } from '../../oci/platform.ts'
import { Registry } from '../../registry/registry.ts'
import { PATIENCE } from '../../registry/transport.ts'
import { FileStore } from '../../store/file-store.ts'
import { openDatabase } from '../records/database.ts'
import { IMAGES_SCHEMA, SqliteImageRecords } from '../records/images.ts'
import { Images } from './images.ts'
import type { ImageEvent } from './parameters.ts'

const root = process.getuid?.() === 0
const REGISTRY = ['/usr/bin/docker-registry', '/usr/local/bin/docker-registry'].find(existsSync)
const NONE = new AbortController().signal

let folder: string
let images: Images
let store: FileStore
let registry: Registry
let events: ImageEvent[]
let users: { id: string; running: boolean }[]
const cleanups: (() => unknown)[] = []

function build() {
  const records = new SqliteImageRecords(openDatabase(join(folder, 'engine.db'), [IMAGES_SCHEMA]))
  store = new FileStore({ root: join(folder, 'store'), rootless: false, records })
  registry = new Registry({ patience: { ...PATIENCE, stallMs: 2000, backoffMs: 1 } })
  images = new Images({
    store,
    records,
    registry,
    transfers: { maxDownloads: 3, maxUploads: 5 },
    usedBy: () => users,
    inUse: () => [],
    results: () => [],
    emit: (event) => events.push(event),
  })
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-images-'))
  events = []
  users = []
  build()
})
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  await registry.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A layer of one file. */
function layerTar(name: string, content: string) {
  return Buffer.concat([encodeEntry(header('file', name), Buffer.from(content)), END_OF_ARCHIVE])
}

/** An image's blobs by digest, its manifest among them. */
function makeImage(tars: readonly Buffer[], config: object = { Cmd: ['sh'], Labels: { kind: 'test' } }) {
  const layers = tars.map((bytes) => gzipSync(bytes))
  const describe = (mediaType: string, bytes: Buffer) => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  })
  const configBytes = Buffer.from(
    JSON.stringify({
      ...hostPlatform(),
      created: '2026-01-02T03:04:05Z',
      config,
      rootfs: { type: 'layers', diff_ids: tars.map((bytes) => digestOf(bytes)) },
      history: tars.map((_, at) => ({ created: '2026-01-02T03:04:05Z', created_by: `step ${at}` })),
    }),
  )
  const mediaType = 'application/vnd.docker.distribution.manifest.v2+json'
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: describe('application/vnd.docker.container.image.v1+json', configBytes),
      layers: layers.map((bytes) => describe('application/vnd.docker.image.rootfs.diff.tar.gzip', bytes)),
    }),
  )
  return { id: digestOf(configBytes), manifest, mediaType, layers, blobs: [configBytes, ...layers] }
}
type MadeImage = ReturnType<typeof makeImage>

/** A server that holds one image, whose blobs `send` may send otherwise. */
async function serve(
  image: MadeImage,
  send?: (blob: Buffer, request: IncomingMessage, response: ServerResponse) => boolean,
) {
  const blobsAsked: string[] = []
  const server = createServer((request, response) => {
    if (request.url?.includes('/manifests/')) {
      response.writeHead(200, { 'content-type': image.mediaType }).end(image.manifest)
      return
    }
    const blob = image.blobs.find((bytes) => request.url?.endsWith(digestOf(bytes)))
    if (!blob) {
      response.writeHead(404).end()
      return
    }
    blobsAsked.push(digestOf(blob))
    if (!send?.(blob, request, response)) response.end(blob)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, blobsAsked }
}

async function collect(lines: AsyncIterable<ProgressMessage>) {
  const all: ProgressMessage[] = []
  for await (const line of lines) all.push(line)
  return all
}
const pull = (fromImage: string, signal = NONE, auth = '') =>
  collect(images.pull({ fromImage, auth }, signal))
const statuses = (lines: readonly ProgressMessage[]) =>
  lines.map(({ id, status }) => (id ? `${id}: ${status}` : status))
async function* bytesOf(bytes: Buffer) {
  yield bytes
}
const importing = (bytes: Buffer, repo: string, changes: readonly string[] = []) =>
  collect(
    images.import({ source: '-', repo, tag: '', message: '', changes, platform: '' }, bytesOf(bytes), NONE),
  )

/** Debian's registry, with or without a password (ann, secret). */
async function startRegistry(auth: boolean) {
  const probe = createPort().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const host = `127.0.0.1:${(probe.address() as AddressInfo).port}`
  probe.close()
  await once(probe, 'close')
  const place = mkdtempSync(join(tmpdir(), 'longshore-registry-'))
  const lines = [
    'version: 0.1',
    'log: {level: error}',
    'storage:',
    `  filesystem: {rootdirectory: ${place}/data}`,
    `http: {addr: "${host}"}`,
  ]
  if (auth) {
    writeFileSync(
      join(place, 'htpasswd'),
      'ann:$2y$05$3Fjv8L83Cvzy3OLUAISSJeXc99/bc5tuOdu6ehD5moP.It2WZv8BC\n',
    )
    lines.push(`auth: {htpasswd: {realm: r, path: ${place}/htpasswd}}`)
  }
  writeFileSync(join(place, 'config.yml'), lines.join('\n'))
  const child = spawn(REGISTRY as string, ['serve', join(place, 'config.yml')], { stdio: 'ignore' })
  cleanups.push(async () => {
    child.kill()
    await once(child, 'exit')
    rmSync(place, { recursive: true, force: true })
  })
  while (!(await fetch(`http://${host}/v2/`).catch(() => null)))
    await new Promise((resolve) => setTimeout(resolve, 20))
  return host
}

async function push(
  host: string,
  name: string,
  tag: string,
  image: MadeImage,
  headers: Record<string, string> = {},
) {
  for (const bytes of image.blobs) {
    const begun = await fetch(`http://${host}/v2/${name}/blobs/uploads/`, { method: 'POST', headers })
    const place = new URL(begun.headers.get('location') ?? '')
    place.searchParams.set('digest', digestOf(bytes))
    const sent = await fetch(place, { method: 'PUT', headers, body: new Uint8Array(bytes) })
    expect(sent.status).toBe(201)
  }
  const put = {
    method: 'PUT',
    headers: { ...headers, 'content-type': image.mediaType },
    body: new Uint8Array(image.manifest),
  }
  expect((await fetch(`http://${host}/v2/${name}/manifests/${tag}`, put)).status).toBe(201)
}

describe.runIf(root && REGISTRY)('a real registry', () => {
  it('pulls with the lines that the CLI knows, keeps it over a restart, and is up to date then', async () => {
    const host = await startRegistry(false)
    const image = makeImage([layerTar('a', 'a'), layerTar('b', 'b')])
    await push(host, 'app', 'one', image)
    const lines = statuses(await pull(`${host}/app:one`))
    const [first, second] = image.layers.map((bytes) => digestOf(bytes).slice(7, 19))
    expect(lines.slice(0, 3)).toEqual([
      'one: Pulling from app',
      `${first}: Pulling fs layer`,
      `${second}: Pulling fs layer`,
    ])
    const own = lines.filter((line) => line?.startsWith(`${first}:`)).map((line) => line?.split(': ')[1])
    expect(own).toEqual([
      'Pulling fs layer',
      'Downloading',
      'Verifying Checksum',
      'Download complete',
      'Extracting',
      'Pull complete',
    ])
    expect(lines.slice(-2)).toEqual([
      `Digest: ${digestOf(image.manifest)}`,
      `Status: Downloaded newer image for ${host}/app:one`,
    ])
    expect(events).toEqual([
      {
        Type: 'image',
        Action: 'pull',
        Actor: { ID: `${host}/app:one`, Attributes: { kind: 'test', name: `${host}/app` } },
      },
    ])

    build()
    expect(images.resolve(`${host}/app:one`).id).toBe(image.id)
    expect(statuses(await pull(`${host}/app:one`)).at(-1)).toBe(
      `Status: Image is up to date for ${host}/app:one`,
    )
    expect(await store.verify([], { deep: true })).toEqual([])
    expect(await images.inspect(image.id.slice(7, 15), { manifests: false, platform: '' })).toMatchObject({
      Id: image.id,
      RepoTags: [`${host}/app:one`],
      RepoDigests: [`${host}/app@${digestOf(image.manifest)}`],
      Config: { Cmd: ['sh'], Env: null },
      Size: 2,
    })
    expect((await images.history(image.id)).map(({ CreatedBy, Size }) => [CreatedBy, Size])).toEqual([
      ['step 1', 1],
      ['step 0', 1],
    ])
  })

  it('pulls by digest, and every tag when none is named', async () => {
    const host = await startRegistry(false)
    const [one, two] = [makeImage([layerTar('a', '1')]), makeImage([layerTar('a', '2')])]
    await push(host, 'app', '1', one)
    await push(host, 'app', '2', two)
    await pull(`${host}/app@${digestOf(two.manifest)}`)
    expect(images.resolve(`${host}/app@${digestOf(two.manifest)}`).references).toEqual([])
    await pull(`${host}/app`)
    expect([images.resolve(`${host}/app:1`).id, images.resolve(`${host}/app:2`).id]).toEqual([one.id, two.id])
  })

  it('signs in with a password, and says what to do without one', async () => {
    const host = await startRegistry(true)
    const basic = { authorization: `Basic ${Buffer.from('ann:lantern').toString('base64')}` }
    await push(host, 'app', '1', makeImage([layerTar('a', '1')]), basic)
    const auth = Buffer.from(JSON.stringify({ username: 'ann', password: 'lantern' })).toString('base64url')
    await pull(`${host}/app:1`, NONE, auth)
    await expect(pull(`${host}/app:1`)).rejects.toThrow(/pull access denied .* 'docker login'/)
  })
})

describe.runIf(root)('pulling when things go wrong', () => {
  it('refuses a blob that lies, and keeps nothing', async () => {
    const { host } = await serve(
      makeImage([layerTar('a', 'a'), layerTar('b', 'bb')]),
      (blob, _request, response) => {
        if (blob[0] !== 0x1f || blob.equals(gzipSync(layerTar('a', 'a')))) return false
        setTimeout(() => response.end(Buffer.alloc(blob.length, 1)), 100)
        return true
      },
    )
    await expect(pull(`${host}/app:1`)).rejects.toMatchObject({ kind: 'invalid' })
    expect(await store.verify([], { deep: true })).toEqual([])
    expect(() => images.resolve(`${host}/app:1`)).toThrow(`No such image: ${host}/app:1`)
  })

  it('downloads once for two who want the same, and goes on when one of them leaves', async () => {
    const image = makeImage([layerTar('a', 'x'.repeat(50_000))])
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const { host, blobsAsked } = await serve(image, (blob, _request, response) => {
      if (blob[0] !== 0x1f) return false
      response.write(blob.subarray(0, 20))
      void held.then(() => response.end(blob.subarray(20)))
      return true
    })
    const leaving = new AbortController()
    const first = pull(`${host}/app:1`, leaving.signal)
    let joined = () => {}
    const bothThere = new Promise<void>((resolve) => {
      joined = resolve
    })
    const following = async () => {
      const lines: ProgressMessage[] = []
      for await (const line of images.pull({ fromImage: `${host}/app:2` }, NONE)) {
        lines.push(line)
        if (line.status === 'Downloading') joined()
      }
      return lines
    }
    const second = following()
    await bothThere
    leaving.abort()
    await expect(first).rejects.toMatchObject({ kind: 'cancelled' })
    release()
    expect(statuses(await second).at(-1)).toContain('Downloaded newer image')
    expect(blobsAsked.filter((digest) => digest === digestOf(image.layers[0] as Buffer))).toHaveLength(1)
  })

  it('stops the download when the last one leaves, and keeps nothing', async () => {
    const { host } = await serve(makeImage([layerTar('a', 'a')]), (blob, _request, response) => {
      if (blob[0] !== 0x1f) return false
      response.write(blob.subarray(0, 20))
      return true
    })
    for await (const line of images.pull({ fromImage: `${host}/app:1` }, NONE)) {
      if (line.status === 'Downloading') break
    }
    expect(await store.verify([], { deep: true })).toEqual([])
  })
})

describe.runIf(root)('import, names and removal', () => {
  it('makes an image of a root, with changes', async () => {
    const [line] = await importing(gzipSync(layerTar('hello', 'hello')), 'mine', [
      'CMD ["sh","-c","x"]',
      'ENV A=b C="d e"',
      'EXPOSE 80 53/udp',
      'WORKDIR /w',
    ])
    expect(await images.inspect('mine', { manifests: false, platform: '' })).toMatchObject({
      Id: line?.status,
      RepoTags: ['mine:latest'],
      Comment: 'Imported from -',
      Config: {
        Cmd: ['sh', '-c', 'x'],
        Env: ['A=b', 'C=d e'],
        ExposedPorts: { '80/tcp': {}, '53/udp': {} },
        WorkingDir: '/w',
      },
    })
    expect(await store.verify([], { deep: true })).toEqual([])
  })

  it.each([
    ['..', Buffer.concat([encodeEntry(header('file', '../../evil')), END_OF_ARCHIVE]), /leads out/],
    [
      'a disk',
      Buffer.concat([encodeEntry(header('block-device', 'd', { deviceMajor: 8 })), END_OF_ARCHIVE]),
      /block device 8:0/,
    ],
    ['text', Buffer.from('hello '.repeat(200)), /not a tar archive/],
    ['nothing', Buffer.alloc(0), /empty/],
  ])('refuses to import %s, and keeps nothing', async (_, bytes, words) => {
    await expect(importing(bytes, 'mine')).rejects.toThrow(words)
    expect(await store.verify([], { deep: true })).toEqual([])
  })

  it('moves names, and leaves what lost its name dangling', async () => {
    const [one] = await importing(layerTar('a', '1'), 'mine')
    await importing(layerTar('a', '2'), 'mine')
    const list = async (...filters: [string, string[]][]) =>
      (
        await images.list({
          all: false,
          sharedSize: false,
          descriptors: false,
          manifests: false,
          filters: new Map(filters),
        })
      ).map(({ RepoTags }) => RepoTags)
    expect(await list(['dangling', ['true']])).toEqual([[]])
    expect(await list(['reference', ['mi*']])).toEqual([['mine:latest']])
    await images.tag(one?.status as string, 'other/name', '1')
    expect(await list(['dangling', ['true']])).toEqual([])
    await expect(images.tag('nope', 'x')).rejects.toThrow('No such image: nope:latest')
    await expect(images.tag('mine', 'X')).rejects.toThrow('must be lowercase')
    expect((await images.prune(new Map())).ImagesDeleted).toBeNull()
    expect((await images.prune(new Map([['dangling', ['false']]]))).ImagesDeleted).toHaveLength(6)
    expect(await store.verify([], { deep: true })).toEqual([])
  })

  it('untags while there are names, then deletes; containers stand against it', async () => {
    const [line] = await importing(layerTar('a', '1'), 'mine')
    const id = line?.status as string
    await images.tag('mine', 'other')
    await expect(images.remove(id, { force: false })).rejects.toThrow(
      '(must be forced) - image is referenced in multiple repositories',
    )
    expect(await images.remove('other', { force: false })).toEqual([{ Untagged: 'other:latest' }])
    users = [{ id: 'c'.repeat(64), running: false }]
    await expect(images.remove('mine', { force: false })).rejects.toThrow(
      `conflict: unable to remove repository reference "mine:latest" (must force) - container cccccccccccc is using its referenced image ${id.slice(7, 19)}`,
    )
    await expect(images.remove(id, { force: false })).rejects.toThrow(
      '(must be forced) - image is being used by stopped container cccccccccccc',
    )
    users = [{ id: 'c'.repeat(64), running: true }]
    await expect(images.remove(id, { force: true })).rejects.toThrow(
      '(cannot be forced) - image is being used by running container cccccccccccc',
    )
    users = []
    expect(await images.remove('mine', { force: false })).toEqual([
      { Untagged: 'mine:latest' },
      { Deleted: id },
      { Deleted: digestOf(layerTar('a', '1')) },
    ])
    expect(events.map(({ Action }) => Action)).toEqual(['import', 'tag', 'untag', 'untag', 'delete'])
    expect(await store.verify([], { deep: true })).toEqual([])
  })

  it('saves what it can load again, and what skopeo reads; loads what skopeo writes', async () => {
    await importing(layerTar('a', '1'), 'mine', ['CMD x'])
    const { id } = images.resolve('mine')
    const chunks: Uint8Array[] = []
    for await (const chunk of images.save(['mine'])) chunks.push(chunk)
    const archive = Buffer.concat(chunks)
    await images.remove('mine', { force: false })
    expect(await collect(images.load({ quiet: true }, bytesOf(gzipSync(archive)), NONE))).toEqual([
      { stream: 'Loaded image: mine:latest\n' },
    ])
    expect(images.resolve('mine').id).toBe(id)
    if (!existsSync('/usr/bin/skopeo')) return
    writeFileSync(join(folder, 'ours.tar'), archive)
    for (const [from, name] of [
      ['docker-archive', 'theirs:1'],
      ['oci-archive', 'theirs:2'],
    ]) {
      const target = `docker-archive:${folder}/theirs-${from}.tar:${name}`
      execFileSync('skopeo', ['copy', '--insecure-policy', '-q', `${from}:${folder}/ours.tar`, target])
      await collect(images.load({ quiet: false }, createReadStream(join(folder, `theirs-${from}.tar`)), NONE))
      expect((await images.inspect(name as string, { manifests: false, platform: '' })).Config.Cmd).toEqual([
        '/bin/sh',
        '-c',
        'x',
      ])
    }
    expect(await store.verify([], { deep: true })).toEqual([])
  })

  describe('loading layers too large to be kept aside', () => {
    const large = layerTar('large', 'tide '.repeat(600_000))
    const small = layerTar('small', 'quay')
    const archiveOf = (image: MadeImage, layers: readonly Buffer[], manifestFirst: boolean) => {
      const config = image.blobs[0] as Buffer
      const files: [string, Buffer][] = [
        ['config.json', config],
        ...layers.map((bytes, at): [string, Buffer] => [`${at}/layer.tar`, bytes]),
      ]
      const names = layers.map((_, at) => `${at}/layer.tar`)
      const list = JSON.stringify([{ Config: 'config.json', RepoTags: ['large:1'], Layers: names }])
      files.splice(manifestFirst ? 0 : files.length, 0, ['manifest.json', Buffer.from(list)])
      const entries = files.map(([name, bytes]) => encodeEntry(header('file', name), bytes))
      return Buffer.concat([...entries, END_OF_ARCHIVE])
    }
    const load = (archive: Buffer) => collect(images.load({ quiet: true }, bytesOf(archive), NONE))

    it.each([
      ['plain, with the manifest at the end', false, false],
      ['compressed, with the manifest before them', true, true],
    ])('takes them as they pass: %s [05.09]', async (_name, compressed, manifestFirst) => {
      const image = makeImage([large, small, large])
      const layers = compressed ? image.layers : [large, small, large]
      expect(await load(archiveOf(image, layers, manifestFirst))).toEqual([
        { stream: 'Loaded image: large:1\n' },
      ])
      expect(images.resolve('large:1').id).toBe(image.id)
      expect(await store.verify([], { deep: true })).toEqual([])
      // Once more: everything is there.
      await load(archiveOf(image, layers, manifestFirst))
      expect(await store.verify([], { deep: true })).toEqual([])
    })

    it('refuses those that are not what the image says, and those that are damaged', async () => {
      const image = makeImage([large])
      await expect(load(archiveOf(image, [layerTar('other', 'x'.repeat(2_000_000))], false))).rejects.toThrow(
        /the layer 0\/layer.tar unpacks to sha256:.*, but its image says sha256:/,
      )
      const escaping = layerTar('../out', 'x'.repeat(2_000_000))
      await expect(load(archiveOf(image, [escaping], false))).rejects.toThrow(/\.\.\/out/)
      expect(() => images.resolve('large:1')).toThrow('No such image')
      expect(await store.verify([], { deep: true })).toEqual([])
    })
  })
})
