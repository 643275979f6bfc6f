import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, describe, expect, test } from 'vitest'
import type { ImageBuildOptions } from '../../../api/build.ts'
import { header } from '../../../archive/entry.ts'
import { END_OF_ARCHIVE, encodeEntry } from '../../../archive/write.ts'
import { StatCache } from '../../../context/stat-cache.ts'
import { bodyContext, dockerRequest, namesOf } from './docker-request.ts'

const OPTIONS: ImageBuildOptions = {
  ...{ version: 1, tags: [], dockerfile: '', extraHosts: [], remote: '', quiet: false, noCache: false },
  ...{ cacheFrom: [], pull: false, memory: 0, memorySwap: 0, cpuShares: 0, cpusetCpus: '', cpusetMems: '' },
  ...{ cpuPeriod: 0, cpuQuota: 0, cgroupParent: '', shmSize: 0, ulimits: [], squash: false, buildArgs: {} },
  ...{ labels: {}, networkMode: '', platform: '', target: '', outputs: [], session: '', buildId: '' },
}
const request = (more: Partial<ImageBuildOptions>, accounts = '') =>
  dockerRequest('c0ffee', { ...OPTIONS, ...more }, accounts)

describe('what POST /build asks for', () => {
  test('nothing said is an image without a name from ./Dockerfile', () => {
    expect(request({})).toMatchObject({
      ...{ id: 'c0ffee', title: 'build', target: null, platform: null, network: 'default', squash: false },
      dockerfile: { text: null, path: 'Dockerfile', from: null },
      outputs: [{ kind: 'image', names: [], push: false }],
    })
  })

  test('each parameter has its place', () => {
    const asked = request({
      ...{ tags: ['app', 'app:2'], dockerfile: './docker//File', target: 'one', platform: 'linux/arm64' },
      ...{ networkMode: 'back', cacheFrom: ['app:1'], shmSize: 1024, memory: 4096, squash: true },
      ulimits: [{ Name: 'nofile', Soft: 1, Hard: 2 }],
      buildArgs: { SOURCE_DATE_EPOCH: '17', BUILDKIT_INLINE_CACHE: '1' },
    })
    expect(asked).toMatchObject({
      ...{ title: 'app', target: 'one', platform: { os: 'linux', architecture: 'arm64' }, squash: true },
      ...{ dockerfile: { path: 'docker/File' }, network: { named: 'back' }, sourceDateEpoch: 17 },
      ...{ cacheFrom: [{ type: 'registry', fields: { ref: 'app:1' } }], cacheTo: [{ type: 'inline' }] },
      run: { shmBytes: 1024, memoryBytes: 4096, ulimits: [{ name: 'nofile', soft: 1, hard: 2 }] },
      outputs: [{ kind: 'image', names: ['app', 'app:2'] }],
    })
  })

  test('an address that is the title has no password there', () => {
    const remote = 'https://u:SECRET@h/x.git#main'
    expect(request({ remote }).title).toBe('https://***@h/x.git#main')
  })

  test.each([
    ['', 'default'],
    ['default', 'default'],
    ['bridge', 'default'],
    ['none', 'none'],
    ['host', 'host'],
  ])('the network "%s" is %s', (networkMode, network) => {
    expect(request({ networkMode }).network).toBe(network)
  })

  test('what cannot be is refused', () => {
    expect(() => request({ dockerfile: '../out' })).toThrow('forbidden path outside the build context')
    expect(() => request({ dockerfile: 'a/../../out' })).toThrow('forbidden path')
    expect(() => request({ buildArgs: { SOURCE_DATE_EPOCH: 'now' } })).toThrow('SOURCE_DATE_EPOCH')
    expect(() => namesOf([`a@sha256:${'0'.repeat(64)}`])).toThrow('build tag cannot contain a digest')
  })

  test("the accounts are the request's", async () => {
    const accounts = Buffer.from(JSON.stringify({ 'quay.io': { username: 'me', password: 'mine' } }))
    const { credentials } = request({}, accounts.toString('base64'))
    expect(await credentials('quay.io')).toMatchObject({ username: 'me', password: 'mine' })
    expect(await credentials('docker.io')).toEqual({})
  })
})

describe('where the files of a build come from', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'docker-request-'))
  afterAll(() => rmSync(scratch, { recursive: true, force: true }))
  const parts = { scratch, sockets: scratch, rootless: process.getuid?.() !== 0, stats: new StatCache(null) }
  const from = (remote: string, ...body: readonly Uint8Array[]) =>
    bodyContext(parts, remote, Readable.from(body, { objectMode: false }))

  test.each([
    ['https://example.com/app.git', { kind: 'git', address: 'https://example.com/app.git' }],
    [
      'https://example.com/app.git#main:sub',
      { kind: 'git', address: 'https://example.com/app.git#main:sub' },
    ],
    ['git@example.com:app', { kind: 'git', address: 'git@example.com:app' }],
    ['github.com/a/b', { kind: 'git', address: 'github.com/a/b' }],
    ['https://example.com/app.tar.gz', { kind: 'http', url: 'https://example.com/app.tar.gz' }],
  ])('%s', async (remote, context) => {
    expect(await from(remote)).toEqual({ context, text: null })
  })

  test('an archive in the body, in pieces of any size', async () => {
    const tar = Buffer.concat([
      encodeEntry(header('file', 'Dockerfile', { size: 12 }), Buffer.from('FROM scratch')),
      END_OF_ARCHIVE,
    ])
    const pieces = Array.from({ length: tar.length / 64 }, (_, at) => tar.subarray(at * 64, at * 64 + 64))
    const { context } = await from('', ...pieces)
    if (context.kind !== 'files') throw new Error(`it is ${context.kind}`)
    expect(String(await context.provider.read('Dockerfile'))).toBe('FROM scratch')
    await context.provider.close()
  })

  test('a Dockerfile alone, short or long, and nothing at all', async () => {
    for (const text of ['FROM busybox\n', `FROM busybox\n${'# a comment\n'.repeat(100)}`])
      expect(await from('', Buffer.from(text))).toEqual({ context: { kind: 'empty' }, text })
    expect(await from('')).toEqual({ context: { kind: 'empty' }, text: null })
    await expect(from('', Buffer.alloc(2_000_000, 'x'))).rejects.toThrow(
      'neither a tar archive nor a Dockerfile',
    )
    await expect(from('nowhere')).rejects.toThrow('could not be recognized as URL')
  })
})
