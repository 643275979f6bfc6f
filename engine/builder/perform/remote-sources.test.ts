/** Downloads and checkouts, of servers on the loopback. */
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findProgram } from '../../host/native-parts.ts'
import { execFileSync, spawn } from '../../host/spawn.ts'
import { digestOf } from '../../oci/digest.ts'
import type { Value } from '../solve/value.ts'
import { performGit } from './checkout.ts'
import { performHttp } from './download.ts'
import type { PerformerParts } from './parts.ts'

let scratch: string
let parts: PerformerParts
const io = { signal: new AbortController().signal, log: () => {}, status: () => {} }

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'longshore-remote-'))
  parts = {
    scratch,
    request: { secret: async () => null, ssh: async () => null },
  } as unknown as PerformerParts
})
afterEach(() => rmSync(scratch, { recursive: true, force: true }))

function pathOf(value: Value): string {
  return value.kind === 'folder' ? value.folder.path : ''
}

describe('a download', () => {
  let server: Server
  let address: string
  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/file') {
        response.setHeader('last-modified', 'Thu, 01 Jan 1970 00:20:34 GMT')
        response.end('content')
      } else if (request.url === '/moved') {
        response.writeHead(302, { location: '/file' }).end()
      } else if (request.url === '/named') {
        response.setHeader('content-disposition', 'attachment; filename="../its name.txt"')
        response.end(request.headers.authorization ?? '')
      } else {
        response.writeHead(404).end()
      }
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => server.close())

  const get = async (path: string, more = {}) => {
    const url = `http://${address}${path}`
    const { value } = await performHttp(
      parts,
      { kind: 'http', url, filename: 'f', checksum: null, ...more },
      io,
    )
    return pathOf(value)
  }

  it('is a file for root alone, of the time that the server says [08.09]', async () => {
    for (const path of ['/file', '/moved']) {
      const file = join(await get(path), 'f')
      expect(readFileSync(file, 'utf8')).toBe('content')
      expect(lstatSync(file)).toMatchObject({ mode: 0o100600, mtimeMs: 1234_000 })
    }
  })

  it('is what was announced, or nothing [08.12]', async () => {
    await get('/file', { checksum: digestOf(Buffer.from('content')) })
    const other = digestOf(Buffer.from('other'))
    await expect(get('/file', { checksum: other })).rejects.toThrow(`: ${other}`)
    expect(readdirSync(scratch)).toHaveLength(1)
  })

  it('says why there is none', async () => {
    await expect(get('/none')).rejects.toThrow(
      `cannot download http://${address}/none: invalid response status 404`,
    )
    const gone = performHttp(
      parts,
      { kind: 'http', url: 'http://127.0.0.1:59999/x', filename: 'f', checksum: null },
      io,
    )
    await expect(gone).rejects.toThrow('ECONNREFUSED')
  })

  it('has the name that the server gives it where the plan has none, and passwords are no part of messages', async () => {
    const url = `http://user:word@${address}/named`
    const { value } = await performHttp(parts, { kind: 'http', url, filename: '', checksum: null }, io)
    expect(readFileSync(join(pathOf(value), 'its name.txt'), 'utf8')).toBe('Basic dXNlcjp3b3Jk')
    const bad = performHttp(
      parts,
      { kind: 'http', url: `http://user:word@${address}/no`, filename: '', checksum: null },
      io,
    )
    await expect(bad).rejects.toThrow(/^cannot download http:\/\/\*\*\*@/)
  })

  it('is told of without its password as it comes', async () => {
    const told = new Set<string>()
    const url = `http://user:word@${address}/file`
    const status = (name: string) => void told.add(name)
    await performHttp(parts, { kind: 'http', url, filename: 'f', checksum: null }, { ...io, status })
    expect([...told]).toEqual([`http://***@${address}/file`])
  })
})

describe.runIf(findProgram('git'))('a checkout', () => {
  let folder: string
  let remote: string
  let first: string
  let daemon: ReturnType<typeof spawn>
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: join(folder, 'repo') })
      .toString()
      .trim()

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'longshore-git-'))
    mkdirSync(join(folder, 'repo/sub'), { recursive: true })
    git('init', '-q', '-b', 'main')
    writeFileSync(join(folder, 'repo/sub/f'), 'first')
    git('add', '.')
    git('commit', '-qm', 'first')
    first = git('rev-parse', 'HEAD')
    writeFileSync(join(folder, 'repo/sub/f'), 'second')
    git('commit', '-qam', 'second')
    const port = 20_000 + (process.pid % 20_000)
    daemon = spawn(
      'git',
      [
        'daemon',
        '--export-all',
        '--reuseaddr',
        `--base-path=${folder}`,
        `--port=${port}`,
        '--listen=127.0.0.1',
        '--verbose',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    await new Promise<void>((resolve) =>
      daemon.stderr?.on('data', (text) => `${text}`.includes('Ready') && resolve()),
    )
    remote = `git://127.0.0.1:${port}/repo`
  })
  afterAll(() => {
    daemon.kill()
    rmSync(folder, { recursive: true, force: true })
  })

  const get = async (more: object = {}) => {
    const operation = { remote, ref: 'main', commit: git('rev-parse', 'HEAD'), subdirectory: '' }
    const flags = { keepGitDir: false, submodules: true }
    return pathOf((await performGit(parts, { kind: 'git', ...operation, ...flags, ...more }, io)).value)
  }

  it('is of a commit, with its folder of git or without [08.10] [08.11]', async () => {
    const files = await get()
    expect(readdirSync(files)).toEqual(['sub'])
    expect(readFileSync(join(files, 'sub/f'), 'utf8')).toBe('second')
    expect(readdirSync(await get({ keepGitDir: true })).sort()).toEqual(['.git', 'sub'])
  })

  it('is of a commit that no branch names, and of a folder in it [10.09]', async () => {
    expect(readFileSync(join(await get({ commit: first, subdirectory: 'sub' }), 'f'), 'utf8')).toBe('first')
  })

  it('says what there is not', async () => {
    await expect(get({ subdirectory: 'none' })).rejects.toThrow('has no folder none')
    await expect(get({ commit: '0123456789012345678901234567890123456789' })).rejects.toThrow(
      'has no commit 0123',
    )
  })
})
