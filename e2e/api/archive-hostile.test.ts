import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../fixtures/processes.ts'
import { readTar } from '../fixtures/read-tar.ts'
import { type TarEntry, tar } from '../fixtures/tar.ts'
import { expectError, onEachEngine } from './suite.ts'

/** A folder of the host that nothing in a container may reach; one a run, as the suite runs on several engines at once. */
const HOST = `/tmp/longshore-archive-host-${process.pid}`

onEachEngine('hostile files', (subject) => {
  const { api, engine } = subject
  const at = (id: string, path: string) => `/containers/${id}/archive?path=${encodeURIComponent(path)}`
  const put = (id: string, path: string, entries: readonly TarEntry[], more = '') =>
    api.request('PUT', at(id, path) + more, { body: tar(entries) })
  const entries = async (id: string, path: string) => readTar((await api.get(at(id, path))).body)

  beforeAll(() => {
    mkdirSync(HOST, { recursive: true })
    writeFileSync(`${HOST}/secret`, 'of the host')
  })
  afterAll(() => rmSync(HOST, { recursive: true, force: true }))

  test('links lead to the container’s own files, never to the host’s [02.07]', async () => {
    const id = await subject.create({ Cmd: ['true'] })
    const up = '../'.repeat(20)
    await put(id, '/', [
      { path: 'absolute', kind: 'symlink', target: HOST },
      { path: 'climbing', kind: 'symlink', target: `${up}${HOST.slice(1)}` },
      { path: 'chain', kind: 'symlink', target: 'climbing' },
      { path: 'loop', kind: 'symlink', target: 'loop' },
    ])
    for (const link of ['absolute', 'climbing', 'chain']) {
      const path = `/${link}/secret`
      expectError(
        await api.get(at(id, path)),
        404,
        new RegExp(`^Could not find the file ${path} in container`),
      )
      expect((await put(id, `/${link}/`, [{ path: 'made' }])).status).toBe(404)
    }
    expect((await api.get(at(id, '/loop/x'))).status).toBeGreaterThanOrEqual(400)
    // Once there is such a folder in the container, that is the one.
    await put(id, '/', [{ path: `${HOST.slice(1)}/secret`, content: 'of the container' }])
    expect((await entries(id, '/climbing/secret'))[0]?.content.toString()).toBe('of the container')
    expect((await put(id, '/absolute', [{ path: 'made', content: 'here' }])).status).toBe(200)
    expect((await entries(id, `${HOST}/made`))[0]?.content.toString()).toBe('here')
    expect(existsSync(`${HOST}/made`)).toBe(false)
    expect(readFileSync(`${HOST}/secret`, 'utf8')).toBe('of the host')
  })

  test('names that climb out of the folder are refused, absolute ones are taken inside it [02.07]', async () => {
    const id = await subject.create({ Cmd: ['true'] })
    expectError(await put(id, '/tmp', [{ path: '../../evil' }]), [400, 500], /\.\.\/\.\.\/evil/)
    expectError(
      await put(id, '/tmp', [{ path: 'hard', kind: 'hardlink', target: '../../etc/passwd' }]),
      [400, 500],
      /hard|passwd/,
    )
    expect((await put(id, '/tmp', [{ path: '/rooted', content: 'r' }])).status).toBe(200)
    expect((await entries(id, '/tmp/rooted'))[0]?.path).toBe('rooted')
    expect((await api.get(at(id, '/evil'))).status).toBe(404)
  })

  test('what an archive writes through its own link stays in the container [02.07]', async () => {
    const id = await subject.create({ Cmd: ['true'] })
    const answer = await put(id, '/tmp', [
      { path: 'l', kind: 'symlink', target: HOST },
      { path: 'l/evil', content: 'x' },
    ])
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(existsSync(`${HOST}/evil`)).toBe(false)
    const inside = await put(id, '/tmp', [
      { path: 'd', kind: 'symlink', target: '/var/www' },
      { path: 'd/through', content: 'x' },
    ])
    expect(inside.status).toBe(200)
    expect(await entries(id, '/var/www/through')).toHaveLength(1)
  })

  test('directories and files replace each other only when that is wanted [02.07]', async () => {
    const id = await subject.create({ Cmd: ['true'] })
    await put(id, '/tmp', [
      { path: 'file', content: 'f' },
      { path: 'folder/', kind: 'folder' },
      { path: 'folder/in' },
    ])
    const keep = '&noOverwriteDirNonDir=1'
    expectError(
      await put(id, '/tmp', [{ path: 'file/', kind: 'folder' }], keep),
      [400, 500],
      /cannot overwrite non-directory "\/tmp\/file" with directory "\/tmp"$/,
    )
    expectError(
      await put(id, '/tmp', [{ path: 'folder', content: 'f' }], keep),
      [400, 500],
      /cannot overwrite directory "\/tmp\/folder" with non-directory "\/tmp"$/,
    )
    expect((await put(id, '/tmp', [{ path: 'file/', kind: 'folder' }])).status).toBe(200)
    expect((await put(id, '/tmp', [{ path: 'folder', content: 'f' }])).status).toBe(200)
    expect((await entries(id, '/tmp/.')).map(({ path, type }) => `${type} ${path}`)).toEqual([
      'folder ./',
      'folder ./file/',
      'file ./folder',
    ])
  })

  test('hard links, pipes, odd and long names and marks of layers come back as they went in [02.07]', async () => {
    const id = await subject.create({ Cmd: ['true'] })
    const long = `${'n'.repeat(95)}`
    await put(id, '/tmp', [
      { path: 'one', content: 'same' },
      { path: 'two', kind: 'hardlink', target: 'one' },
      { path: 'pipe', kind: 'fifo' },
      { path: 'new\nline', content: 'nl' },
      { path: 'größe', content: 'ü' },
      { path: '.wh.mark', content: 'a file like any other' },
      { path: long, kind: 'folder' },
    ])
    await put(id, `/tmp/${long}`, [{ path: long, content: 'far' }])
    const got = await entries(id, '/tmp/.')
    expect(got.map(({ path, type, target }) => [type, path, target])).toEqual(
      [
        ['folder', './', ''],
        ['file', './.wh.mark', ''],
        ['file', './größe', ''],
        ['file', './new\nline', ''],
        ['folder', `./${long}/`, ''],
        ['file', `./${long}/${long}`, ''],
        ['file', './one', ''],
        ['fifo', './pipe', ''],
        ['hardlink', './two', './one'],
      ].toSorted(([, a = ''], [, b = '']) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    )
  })

  test('an archive that is cut changes nothing [02.07]', async () => {
    const id = await subject.create({ Cmd: ['true'] })
    await put(id, '/tmp', [{ path: 'kept', content: 'as it was' }])
    const whole = tar([{ path: 'kept', content: 'n'.repeat(100_000) }])
    const send = (body: Uint8Array) => api.request('PUT', at(id, '/tmp'), { body })
    expect((await send(Buffer.from('this is no archive'))).status).toBeGreaterThanOrEqual(400)
    expect((await send(whole.subarray(0, 50_000))).status).toBe(400)
    expect((await entries(id, '/tmp/kept'))[0]?.content.toString()).toBe('as it was')
    expect((await entries(id, '/tmp/.')).map(({ path }) => path)).toEqual(['./', './kept'])
  })

  test('an upload whose client goes away leaves nothing half made [02.07]', async () => {
    const id = await subject.create({ Cmd: ['true'] })
    const whole = tar([{ path: 'big', content: Buffer.alloc(300_000, 'b') }])
    await new Promise<void>((resolve) => {
      const request = http.request({
        socketPath: engine.socket,
        method: 'PUT',
        path: api.prefix + at(id, '/tmp'),
        headers: { Host: 'engine', 'Content-Length': String(whole.length) },
      })
      request.on('error', () => resolve())
      request.write(whole.subarray(0, 150_000), () => request.destroy())
      request.on('close', () => resolve())
    })
    await until('the engine to tidy up', async () => (await entries(id, '/tmp/.')).length === 1)
  })

  test('devices that reach the host’s disks or memory are refused [02.07]', async () => {
    const id = await subject.create({ Cmd: ['true'] })
    for (const kind of ['block', 'char'] as const) {
      const answer = await put(id, '/tmp', [{ path: 'sda', kind, major: 8, minor: 0 }])
      expectError(answer, 400, /"sda" is the device 8:0, which reaches into the host: it is refused$/)
    }
    // Overlayfs's own mark of a removed file.
    expect((await put(id, '/tmp', [{ path: 'gone', kind: 'char' }])).status).toBe(400)
    expect((await put(id, '/tmp', [{ path: 'null', kind: 'char', major: 1, minor: 3 }])).status).toBe(200)
  })

  test('a container that exchanges folders and links meanwhile gains nothing [02.07]', async () => {
    const id = await subject.sleeper({
      Cmd: [
        'sh',
        '-c',
        `echo ready; trap "exit 0" TERM; while :; do mkdir /swap; rmdir /swap; ln -s ${HOST} /swap; rm /swap; done`,
      ],
    })
    const upload = [
      { path: 'deep/', kind: 'folder' },
      { path: 'deep/evil', content: 'x' },
    ] as const
    for (let round = 0; round < 30; round++) {
      const answers = await Promise.all([
        api.get(at(id, '/swap/secret')),
        api.get(at(id, '/swap/')),
        put(id, '/swap', upload),
        put(id, '/', [{ path: 'swap/evil', content: 'x' }]),
      ])
      for (const { body } of answers) expect(body.includes('of the host')).toBe(false)
    }
    expect(readdirSync(HOST)).toEqual(['secret'])
  })

  test('a download that is broken off holds nothing, and a container may be removed meanwhile [02.07]', async () => {
    const id = await subject.create({ Cmd: ['true'] })
    await put(id, '/tmp', [{ path: 'big', content: Buffer.alloc(8_000_000, 'b') }])
    const broken = await api.stream('GET', at(id, '/tmp/big'))
    await once(broken.body, 'data')
    broken.abort()
    const slow = await api.stream('GET', at(id, '/tmp/big'))
    await once(slow.body, 'readable')
    // dockerd waits for the reader, the embedded engine for nobody.
    const removal = api.delete(`/containers/${id}`)
    slow.abort()
    expect((await removal).status).toBe(204)
    expect((await api.get(`/containers/${id}/json`)).status).toBe(404)
  })

  test('what an archive lacks is told as such [02.07]', async () => {
    const id = await subject.create({ Cmd: ['true'] })
    expectError(
      await put(id, '/tmp', [{ path: 'hard', kind: 'hardlink', target: 'nothing' }]),
      [400, 500],
      /link.*hard.*no such file/i,
    )
    const name = 'x'.repeat(99)
    const deep = `${Array.from({ length: 60 }, () => name).join('/')}`
    const found = await api.get(at(id, `/${deep}`))
    expect(found.status).toBeGreaterThanOrEqual(400)
  })
})
