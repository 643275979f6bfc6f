/**
 * A power cut at every moment of a day's work: the daemon does it over real parts, its file operations are logged,
 * and each state that a crash may leave of them is opened again. Node's SQLite syncs by itself (synchronous FULL):
 * a commit is durable when it returns, and its place among the file operations is what is tried here.
 */
import { execFileSync } from 'node:child_process'
import { createHash, randomInt } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ImageBuildOptions } from '../../api/build.ts'
import { header } from '../../archive/entry.ts'
import { END_OF_ARCHIVE, encodeEntry } from '../../archive/write.ts'
import { CrashLog } from '../../store/crash/crash-log.ts'
import { fingerprint, materialise } from '../../store/crash/materialise.ts'
import { recordingDisk } from '../../store/crash/recording-disk.ts'
import { FileStore } from '../../store/file-store.ts'
import { openVolumes } from '../../volume/volume-directories.ts'
import { VolumeMounts } from '../../volume/volume-mounts.ts'
import { type Daemon, openDaemon } from '../daemon.ts'
import { Journal } from '../events/journal.ts'
import { PLAIN_SETTINGS } from '../plain-settings.ts'
import { CONTAINERS_SCHEMA, ContainerRecords } from '../records/containers.ts'
import { openDatabase } from '../records/database.ts'
import { IMAGES_SCHEMA, SqliteImageRecords } from '../records/images.ts'
import { META_SCHEMA } from '../records/meta.ts'
import { VOLUMES_SCHEMA, VolumeRecords } from '../records/volumes.ts'
import { VolumeService } from '../volumes/volume-service.ts'

const BUSYBOX = '/bin/busybox'
const able = process.getuid?.() === 0 && existsSync(BUSYBOX)
/** All states in the soak; else so many of them, by chance. */
const MOST = Number(process.env.LONGSHORE_REPEAT ?? '1') > 1 ? Number.POSITIVE_INFINITY : 150
const seed = Number(process.env.LONGSHORE_SEED ?? randomInt(2 ** 31))
const never = new AbortController().signal

/** What has been acknowledged and not been asked to go since: names, each with what must be found. */
type Promises = ReadonlyMap<string, readonly string[]>

/** The database as it was committed last, and what was promised by then. */
interface Noted {
  readonly database: string
  readonly promises: Promises
}

describe.skipIf(!able)('a power cut', () => {
  // The work is done on a real file system (overlayfs wants one), the crashes are made in memory.
  const folder = able ? mkdtempSync('/var/tmp/longshore-power-') : ''
  const memory = able ? mkdtempSync('/dev/shm/longshore-power-') : ''
  const root = join(folder, 'root')
  const database = join(root, 'engine.db')
  const log = new CrashLog<Noted>({ database: '', promises: new Map() })
  const failures: unknown[] = []
  let reader: DatabaseSync | undefined
  let version = -1
  let daemon: Daemon

  /** Notes a commit that has happened since the last look. */
  function noteCommits(): void {
    if (!existsSync(database)) return
    reader ??= new DatabaseSync(database, { timeout: 5000 })
    const { data_version } = reader.prepare('PRAGMA data_version').get() as { data_version: number }
    if (data_version === version) return
    version = data_version
    const copy = join(memory, `db-${version}`)
    reader.prepare('VACUUM INTO ?').run(copy)
    log.note({ ...log.noted, database: copy })
  }
  function promise(name: string, found: readonly string[]): void {
    noteCommits()
    log.note({ ...log.noted, promises: new Map([...log.noted.promises, [name, found]]) })
  }
  function release(...names: readonly string[]): void {
    noteCommits()
    const promises = [...log.noted.promises].filter(([name]) => !names.includes(name))
    log.note({ ...log.noted, promises: new Map(promises) })
  }

  beforeAll(async () => {
    mkdirSync(root, { recursive: true })
    daemon = await openDaemon({
      paths: {
        root,
        database,
        store: join(root, 'store'),
        volumes: join(root, 'volumes'),
        containers: join(root, 'containers'),
        state: join(folder, 'state'),
        tag: basename(folder).slice(-6),
      },
      version: '0.0.0',
      apiVersion: '1.51',
      minApiVersion: '1.24',
      settings: PLAIN_SETTINGS,
      warnings: [],
      rootless: false,
      lifeline: null,
      checkHost: async () => [],
      bootId: 'this boot',
      report: (error: unknown) => failures.push(error),
      disk: recordingDisk(root, log, noteCommits),
    })
  })
  afterAll(async () => {
    await daemon.close()
    reader?.close()
    for (const each of [folder, memory]) rmSync(each, { recursive: true, force: true })
    expect(failures).toEqual([])
  })

  test('a day of work is done', async () => {
    const imported = {
      source: '-',
      repo: 'box',
      tag: '',
      message: '',
      changes: ['CMD ["true"]'],
      platform: '',
    }
    await drained(daemon.images.import(imported, Readable.from([busyboxTree(folder)]), never))
    promiseImage('box:latest')
    const dockerfile = 'FROM box\nRUN echo built > /built\nCOPY seeded /copied\nWORKDIR /work\n'
    const told = await drained(daemon.builds.build(BUILD, builtWith(folder, dockerfile)))
    expect(told.filter((line) => JSON.stringify(line).includes('"error'))).toEqual([])
    promiseImage('built:1')
    const registry = await startRegistry()
    await drained(daemon.images.pull({ fromImage: `${registry.host}/x`, tag: '1' }, never))
    registry.stop()
    const pulled = `${registry.host}/x:1`
    promiseImage(pulled)
    await daemon.images.tag(pulled, 'second', '1')
    promiseImage('docker.io/library/second:1')

    const saved = Buffer.concat(await drained(daemon.images.save(['second:1'])))
    release(`image ${pulled}`, 'image docker.io/library/second:1')
    await daemon.images.remove('second:1', { force: true })
    await daemon.images.remove(pulled, { force: true })
    await drained(daemon.images.load({ quiet: true }, Readable.from([saved]), never))
    promiseImage('docker.io/library/second:1')

    for (const name of ['kept', 'gone']) {
      await daemon.volumes.create({ Name: name })
      promise(`volume ${name}`, volumeLines(root, name))
    }
    const create = async (name: string, more: object) => {
      const host = { NetworkMode: 'none', Binds: ['kept:/data'] }
      await daemon.containers.create(name, { Image: 'box', HostConfig: host, ...more })
      promise(`container ${name}`, [name])
    }
    await create('one', { Cmd: ['sh', '-c', 'echo written > /file'], Volumes: { '/seeded': {} } })
    await create('two', { Cmd: ['true'] })
    const end = daemon.containers.wait('one', 'next-exit', never).result
    await daemon.containers.start('one')
    await end
    const committed = {
      container: 'one',
      repo: 'made',
      tag: '1',
      comment: '',
      author: '',
      changes: [],
      pause: true,
    }
    await daemon.files.commit({ ...committed, config: null })
    promiseImage('docker.io/library/made:1')
    release('container one', 'container two', 'volume gone')
    await daemon.containers.remove('one', { force: true, volumes: true })
    await daemon.containers.prune(new Map())
    await daemon.volumes.remove('gone', { force: false })
    await daemon.volumes.prune(new Map())
    release('image docker.io/library/second:1', 'image docker.io/library/made:1', 'image box:latest')
    release('image built:1')
    await daemon.images.prune(new Map([['dangling', ['false']]]))
    await drained(daemon.images.import(imported, Readable.from([busyboxTree(folder)]), never))
    promiseImage('box:latest')
    expect(log.nodes.length).toBeGreaterThan(50)
  }, 60_000)

  function promiseImage(reference: string): void {
    noteCommits()
    const db = openDatabase(log.noted.database, SCHEMAS)
    promise(`image ${reference}`, imageLines(new SqliteImageRecords(db), root, reference))
    db.close()
  }

  test(`loses nothing that was acknowledged, and leaves a store that is sound (LONGSHORE_SEED=${seed})`, async () => {
    const random = numbersFrom(seed)
    const states = new Map(
      [...log.crashes(random)].map((state) => {
        const words = fingerprint(state, log.nodes, ['store/tmp', 'store/trash'])
        return [`${words} ${state.noted.database} ${[...state.noted.promises.keys()]}`, state]
      }),
    )
    const chosen = [...states.values()].filter(() => random(states.size) < MOST)
    console.log(`a power cut: ${states.size} states, ${chosen.length} of them opened`)
    const wrong: string[] = []
    const kept = join(memory, 'kept')
    mkdirSync(kept)
    for (const state of chosen) {
      const place = join(memory, 'state')
      materialise(state, log.nodes, place, kept)
      if (state.noted.database !== '') copyFileSync(state.noted.database, join(place, 'engine.db'))
      for (const line of await reopen(place, state.noted.promises)) wrong.push(`${line}\n    ${state.story}`)
      rmSync(place, { recursive: true })
      if (wrong.length > 10) break
    }
    expect(wrong.join('\n')).toBe('')
  }, 600_000)
})

const SCHEMAS = [META_SCHEMA, IMAGES_SCHEMA, CONTAINERS_SCHEMA, VOLUMES_SCHEMA]

/** Opens a root as a start does, and says what is wrong with it. */
async function reopen(root: string, promises: Promises): Promise<readonly string[]> {
  const db = openDatabase(join(root, 'engine.db'), SCHEMAS)
  try {
    const images = new SqliteImageRecords(db)
    const containers = new ContainerRecords(db).all()
    const store = new FileStore({ root: join(root, 'store'), rootless: false, records: images })
    const directories = await openVolumes(join(root, 'volumes'))
    const records = new VolumeRecords(db)
    const volumes = new VolumeService(
      directories,
      records,
      new Journal(),
      new VolumeMounts(join(root, 'volumes')),
      (name) => name,
    )
    const ids = containers.map(({ definition }) => definition.id)
    await store.recover([], ids)
    await volumes.recover()
    await store.collect(containers.map(({ definition }) => definition.diffIds))
    await store.settled()
    const names = containers.map(({ name }) => name)
    const found = (promised: string): readonly string[] => {
      const name = promised.slice(promised.indexOf(' ') + 1)
      if (promised.startsWith('image')) return imageLines(images, root, name)
      return promised.startsWith('volume') ? volumeLines(root, name) : names.filter((each) => each === name)
    }
    const users = containers.map(({ definition: { id, diffIds } }) => ({ id, diffIds, running: false }))
    const recorded = records.all().map(({ name }) => name)
    return [
      ...(await store.verify(users, { deep: false })),
      ...differing(`volumes on disk`, recorded, [...(await directories.list())].sort()),
      ...[...promises].flatMap(([promised, lines]) => differing(promised, lines, found(promised))),
    ]
  } catch (error) {
    return [(error as Error).stack ?? '']
  } finally {
    db.close()
  }
}

function differing(what: string, wanted: readonly string[], found: readonly string[]): readonly string[] {
  if (wanted.join('\n') === found.join('\n')) return []
  return [`${what}: wanted ${wanted.join(' ')}, found ${found.join(' ')}`]
}

/** An image with every file of its layers. */
function imageLines(images: SqliteImageRecords, root: string, reference: string): readonly string[] {
  const image = images
    .all()
    .find(
      ({ references }) =>
        references.includes(reference) || references.includes(`docker.io/library/${reference}`),
    )
  if (!image) return []
  const layers = image.config.rootfs.diff_ids.map((id) => join(root, 'store/layers/sha256', hex(id)))
  const { config, layers: blobs } = image.manifest
  const kept = [image.manifestDigest, config.digest, ...blobs.map(({ digest }) => digest)].map(hex)
  return [
    image.id,
    ...layers.flatMap((layer) => fileLines(join(layer, 'diff'))),
    ...fileLines(join(root, 'store/blobs/sha256')).filter((line) => kept.some((name) => line.includes(name))),
  ]
}

function hex(digest: string): string {
  return digest.slice('sha256:'.length)
}

function volumeLines(root: string, name: string): readonly string[] {
  return fileLines(join(root, 'volumes', name))
}

function fileLines(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  return files
    .map((each) => {
      const path = join(each.parentPath, each.name)
      if (!each.isFile()) return path.slice(folder.length)
      const content = readFileSync(path)
      // A program is there whole or not at all: its size and its end tell.
      const hash = createHash('sha256').update(content.subarray(-4096)).digest('hex').slice(0, 12)
      return `${path.slice(folder.length)} ${content.length} ${hash}`
    })
    .sort()
}

async function drained<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const each of source) all.push(each)
  return all
}

function numbersFrom(start: number): (below: number) => number {
  let n = 0
  return (below) => createHash('sha256').update(`${start}/${n++}`).digest().readUInt32BE(0) % below
}

/** What `docker build -t built:1` asks for. */
const BUILD: ImageBuildOptions = {
  ...{
    version: 1,
    tags: ['docker.io/library/built:1'],
    dockerfile: 'Dockerfile',
    extraHosts: [],
    remote: '',
  },
  ...{ quiet: false, noCache: false, cacheFrom: [], pull: false, squash: false, buildArgs: {}, labels: {} },
  ...{ memory: 0, memorySwap: 0, cpuShares: 0, cpusetCpus: '', cpusetMems: '', cpuPeriod: 0, cpuQuota: 0 },
  ...{ cgroupParent: '', shmSize: 0, ulimits: [], networkMode: 'none', platform: '', target: '' },
  ...{ outputs: [], session: '', buildId: '' },
}

/** A context of a Dockerfile and the tree's seeded folder. */
function builtWith(folder: string, dockerfile: string) {
  const context = join(folder, 'tree')
  writeFileSync(join(context, 'Dockerfile'), dockerfile)
  const tar = execFileSync('tar', ['-C', context, '-c', 'Dockerfile', 'seeded'])
  rmSync(join(context, 'Dockerfile'))
  return { body: Readable.from([tar]), accounts: '', signal: never }
}

/** The tar of a root in which a shell runs. */
function busyboxTree(folder: string): Buffer {
  const tree = join(folder, 'tree')
  if (!existsSync(tree)) {
    mkdirSync(join(tree, 'bin'), { recursive: true })
    mkdirSync(join(tree, 'seeded'))
    execFileSync('cp', [BUSYBOX, join(tree, 'bin/sh')])
    execFileSync('cp', ['/etc/hostname', join(tree, 'seeded/file')])
    linkSync(join(tree, 'bin/sh'), join(tree, 'bin/true'))
  }
  return execFileSync('tar', ['-C', tree, '-c', '.'], { maxBuffer: 1 << 26 })
}

/** A registry with one image of two small layers, as far as a pull needs one (distribution-spec). */
async function startRegistry(): Promise<{ readonly host: string; stop(): void }> {
  const blobs = new Map<string, Buffer>()
  const add = (mediaType: string, bytes: Buffer) => {
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    blobs.set(digest, bytes)
    return { mediaType, digest, size: bytes.length }
  }
  const type = 'application/vnd.oci.image'
  const tars = ['lower', 'upper'].map((name) =>
    Buffer.concat([
      encodeEntry(header('directory', 'etc'), Buffer.alloc(0)),
      encodeEntry(header('file', `etc/${name}`), Buffer.from(name)),
      encodeEntry(header('symlink', `etc/${name}-link`, { link: name }), Buffer.alloc(0)),
      END_OF_ARCHIVE,
    ]),
  )
  const layers = tars.map((tar) => add(`${type}.layer.v1.tar+gzip`, gzipSync(tar)))
  const diffIds = tars.map((tar) => `sha256:${createHash('sha256').update(tar).digest('hex')}`)
  const rootfs = { type: 'layers', diff_ids: diffIds }
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'
  const config = add(`${type}.config.v1+json`, json({ architecture, os: 'linux', config: {}, rootfs }))
  const manifest = json({ schemaVersion: 2, mediaType: `${type}.manifest.v1+json`, config, layers })
  const { digest, mediaType } = add(`${type}.manifest.v1+json`, manifest)
  const server = createServer(({ url = '' }, response) => {
    const name = url.slice(url.lastIndexOf('/') + 1)
    const bytes = url === '/v2/' ? Buffer.from('{}') : blobs.get(name === '1' ? digest : name)
    response.writeHead(bytes ? 200 : 404, {
      'content-type': url.includes('/manifests/') ? mediaType : 'application/octet-stream',
      'content-length': String(bytes?.length ?? 0),
    })
    response.end(bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return { host: `127.0.0.1:${port}`, stop: () => server.close() }
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}
