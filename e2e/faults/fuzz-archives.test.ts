import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEmbedded } from '../fixtures/embedded.ts'
import { type RunningEngine, removeEverything } from '../fixtures/engine.ts'
import { Client } from '../fixtures/http.ts'
import { makeImage } from '../fixtures/oci.ts'
import { freshFolder } from '../fixtures/paths.ts'
import { type Registry, startRegistry } from '../fixtures/registry.ts'
import { type TarEntry, tar } from '../fixtures/tar.ts'
import { fuzz, pick, type Random } from './fuzzing.ts'
import { dockerArchive, expectSound, giveImage, IMAGE } from './harness.ts'

/** What must never be written, changed or read, however an archive asks for it. */
const OUTSIDE = freshFolder('outside')
const CANARY = 'the canary sings\n'
const SECRET = 'a secret of the host'
const up = '../'.repeat(16)

const KINDS = ['file', 'folder', 'symlink', 'hardlink', 'char', 'block', 'fifo'] as const

describe('archives made to escape, to break or to exhaust', () => {
  let engine: RunningEngine
  let registry: Registry
  let api: Client
  let container = ''
  beforeAll(async () => {
    for (const name of ['canary', 'secret'])
      writeFileSync(path.join(OUTSIDE, name), name === 'canary' ? CANARY : SECRET)
    mkdirSync(path.join(OUTSIDE, 'folder'))
    registry = await startRegistry()
    engine = await startEmbedded()
    api = new Client(engine.socket)
    await giveImage(engine, registry)
    container = (await api.post('/containers/create', { Image: IMAGE, Cmd: ['true'] })).json<{ Id: string }>()
      .Id
  })
  afterAll(async () => {
    await engine.stop()
    await registry.stop()
    rmSync(OUTSIDE, { recursive: true, force: true })
  })

  const NAMES = [
    'a',
    'b',
    'a/b',
    'a/b/c',
    'link',
    'link/x',
    'd',
    'd/e',
    './a',
    'a/../b',
    'a/',
    'a//b',
    '.',
    '',
  ]
  const HOSTILE = [
    ...[
      `${OUTSIDE}/canary`,
      `${up}${OUTSIDE}/canary`,
      `..${OUTSIDE}`,
      `link/canary`,
      `link/folder/new`,
      '..',
      '/',
    ],
    ...[
      '.wh.a',
      '.wh..wh..opq',
      '.wh.',
      '.wh...',
      `.wh.${up}x`,
      'a/.wh.b',
      '.wh..wh.plnk',
      '\n',
      '\u0001',
      'ü',
    ],
  ]
  const TARGETS = [
    'a',
    '../a',
    OUTSIDE,
    `${OUTSIDE}/canary`,
    `${OUTSIDE}/secret`,
    `${up}${OUTSIDE}`,
    '/proc/self',
    '.',
    '..',
    '',
  ]

  function entries(random: Random): TarEntry[] {
    return Array.from({ length: 1 + random(8) }, () => {
      const kind = pick(
        random,
        random(3) === 0 ? KINDS : (['file', 'folder', 'symlink', 'hardlink'] as const),
      )
      return {
        path: pick(random, random(3) === 0 ? HOSTILE : NAMES).slice(0, 100),
        kind,
        target: pick(random, TARGETS).slice(0, 100),
        content: random(4) === 0 ? Buffer.alloc(random(3000), 'x') : 'overwritten',
        mode: pick(random, [0o644, 0o755, 0, 0o7777, 0o4755]),
        uid: pick(random, [0, 1000, 2097151]),
        major: random(11),
        minor: random(11),
      }
    })
  }

  /** Bytes changed after the archive was made: lengths, sums, types, ends. */
  function damaged(bytes: Buffer, random: Random): Buffer {
    const copy = Buffer.from(bytes)
    for (let n = random(4); n > 0; n--) copy[random(copy.length)] = random(256)
    if (random(4) === 0) return copy.subarray(0, random(copy.length))
    if (random(4) === 0) return Buffer.concat([copy, copy])
    return copy
  }

  function archive(random: Random): Buffer {
    const whole = tar(entries(random))
    const plain = random(3) === 0 ? damaged(whole, random) : whole
    const packed = pick(random, [(b: Buffer) => b, gzipSync, zstdCompressSync])(plain)
    return random(6) === 0 ? damaged(packed, random) : packed
  }

  const WAYS: readonly ((random: Random, n: number) => Promise<{ status: number; text: string }>)[] = [
    (random, n) => send('POST', `/images/create?fromSrc=-&repo=fuzz/import&tag=${n}`, archive(random)),
    (random, n) => {
      const image = makeImage([tar(entries(random)), tar(entries(random))], { Cmd: ['true'] })
      const bytes = dockerArchive(image, `fuzz/load:${n}`)
      return send('POST', '/images/load?quiet=1', random(2) === 0 ? damaged(bytes, random) : bytes)
    },
    (random) => send('POST', '/images/load?quiet=1', archive(random)),
    (random) => {
      const where = encodeURIComponent(pick(random, ['/', '/tmp', '/bin', '/link', '/a', `${up}tmp`]))
      return send('PUT', `/containers/${container}/archive?path=${where}`, archive(random))
    },
    (random) =>
      api.get(
        `/containers/${container}/archive?path=${encodeURIComponent(pick(random, [...NAMES, ...HOSTILE]))}`,
      ),
  ]
  const send = (method: string, target: string, body: Buffer) =>
    api.request(method, target, { body, headers: { 'Content-Type': 'application/x-tar' } })

  test('are refused or stay inside: no defect, nothing outside changed or read, nothing left', async () => {
    let n = 0
    const wrong = await fuzz('fuzz-archives', engine, async (random) => {
      if (++n % 50 === 0) await clear()
      const answer = await pick(random, WAYS)(random, n)
      const canary = readFileSync(path.join(OUTSIDE, 'canary'), 'utf8')
      const names = readdirSync(OUTSIDE, { recursive: true }).sort().join(' ')
      if (canary !== CANARY || names !== 'canary folder secret') return `ESCAPED: ${names} ${canary}`
      if (answer.text.includes(SECRET)) return 'a secret of the host was read'
      if (existsSync('/overwritten')) return 'the root of the host was written to'
      if (answer.status >= 500) return `${answer.status} ${answer.text.trim().slice(0, 400)}`
      return null
    })
    await clear()
    await removeEverything(engine.socket)
    expect(wrong.join('\n')).toBe('')
    await expectSound(engine)
  }, 3_600_000)

  /** Images go, and a container that has been written to is looked at and made anew. */
  async function clear(): Promise<void> {
    const images = (await api.get('/images/json?all=1')).json<{ Id: string; RepoTags: string[] | null }[]>()
    for (const { Id, RepoTags } of images) {
      if (!RepoTags?.includes(IMAGE)) await api.delete(`/images/${Id}?force=1`)
    }
    await api.delete(`/containers/${container}?force=1`)
    container = (await api.post('/containers/create', { Image: IMAGE, Cmd: ['true'] })).json<{ Id: string }>()
      .Id
  }
})
