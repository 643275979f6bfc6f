/** The session against the client that speaks it: Debian's docker CLI 20.10, which has BuildKit's client inside. */
import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, createServer as createSocketServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { header } from '../../../archive/entry.ts'
import { END_OF_ARCHIVE, encodeEntry } from '../../../archive/write.ts'
import { identityOf } from './identity.ts'
import { KeptFolders } from './kept-folders.ts'
import { sessionProvider } from './provider.ts'
import { readCredentials, readSecret } from './secrets.ts'
import { sendFiles } from './send-files.ts'
import { sendTar } from './send-tar.ts'
import type { Session } from './session.ts'
import { Sessions } from './sessions.ts'
import { SshAgents } from './ssh-agent.ts'

const folder = mkdtempSync(join(tmpdir(), 'session-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const CLI = ['/usr/bin/docker', '/usr/local/bin/docker'].find(
  (path) =>
    existsSync(path) && /version (19|20)\./.test(execFileSync(path, ['--version'], { encoding: 'utf8' })),
)

/** What a build of the CLI meets: the test's own part, then a success. */
type Serve = (session: Session, query: URLSearchParams, body: Buffer) => Promise<void>

/** Runs `docker build` with these arguments against `serve`; gives its output. Throws when either fails. */
async function build(
  args: readonly string[],
  serve: Serve,
  options: { readonly stdin?: Buffer; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const socket = join(folder, `${randomBytes(4).toString('hex')}.sock`)
  const sessions = new Sessions()
  const failures: unknown[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    response.setHeader('Api-Version', '1.41')
    const url = new URL(request.url ?? '', 'http://engine')
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    if (!url.pathname.endsWith('/build')) {
      response.end('OK')
      return
    }
    try {
      const session = await sessions.wait(url.searchParams.get('session') ?? '', AbortSignal.timeout(10_000))
      await serve(session, url.searchParams, Buffer.concat(parts))
      response.end(`${JSON.stringify({ id: 'moby.image.id', aux: { ID: `sha256:${'a'.repeat(64)}` } })}\r\n`)
    } catch (error) {
      failures.push(error)
      response.end(`${JSON.stringify({ errorDetail: { message: String(error) }, error: String(error) })}\r\n`)
    }
  }
  const server = createServer((request, response) => void answer(request, response))
  server.on('upgrade', (request, connection) => {
    connection.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n')
    sessions.add(identityOf(request.headers), () => connection)
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  try {
    const child = spawn(CLI ?? '', ['build', '--progress', 'plain', ...args], {
      env: {
        ...process.env,
        DOCKER_BUILDKIT: '1',
        DOCKER_HOST: `unix://${socket}`,
        HOME: folder,
        ...options.env,
      },
      cwd: folder,
    })
    child.stdin.end(options.stdin)
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    const code = await new Promise((resolve) => child.on('close', resolve))
    if (failures.length > 0) throw failures[0]
    if (code !== 0) throw new Error(`docker build ended with ${code}: ${output}`)
    return output
  } finally {
    sessions.close()
    server.close()
  }
}

const kept = new KeptFolders(join(folder, 'kept'))
const live = () => new AbortController().signal

function provider(session: Session, name: 'context' | 'dockerfile') {
  const openFolder = async ({ path }: { readonly path: string }) => ({
    folder: { path, includes: () => true, digest: async () => null, owners: 'kept' as const },
    close: async () => {},
  })
  return sessionProvider({ session, folder: name, kept, openFolder, signal: live() })
}

/** Fetches the context and gives the bytes that came, looking at it before it is given back. */
async function fetchContext(
  session: Session,
  look: (path: string) => void,
  filter: { readonly ignore?: readonly string[]; readonly wanted?: readonly string[] } = {},
): Promise<number> {
  let received = 0
  const context = provider(session, 'context')
  const wish = { ignore: filter.ignore ?? [], wanted: filter.wanted ?? null }
  const { path } = await context.open(wish, { signal: live(), bytes: (bytes) => (received = bytes) })
  try {
    look(path)
  } finally {
    await context.close()
  }
  return received
}

/** Names below a folder with kind, mode and content. */
function listing(root: string): Record<string, string> {
  const rows = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => {
    const stats = lstatSync(join(root, name))
    const what = stats.isDirectory()
      ? 'folder'
      : stats.isSymbolicLink()
        ? 'link'
        : readFileSync(join(root, name), 'utf8')
    return [name, `${(stats.mode & 0o7777).toString(8)} ${Math.round(stats.mtimeMs)} ${what}`]
  })
  return Object.fromEntries(rows)
}

describe.skipIf(CLI === undefined)('a session with docker CLI 20.10', () => {
  let context = ''
  beforeEach(() => {
    context = mkdtempSync(join(folder, 'context-'))
    writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\n')
    mkdirSync(join(context, 'sub/deep'), { recursive: true })
    writeFileSync(join(context, 'sub/a'), 'one')
    writeFileSync(join(context, 'sub/deep/run'), 'tool', { mode: 0o755 })
    writeFileSync(join(context, 'sub.txt'), 'beside')
    symlinkSync('sub/a', join(context, 'link'))
    linkSync(join(context, 'sub/a'), join(context, 'again'))
    writeFileSync(join(context, 'größe'), 'umlaut')
    writeFileSync(join(context, 'big'), randomBytes(700_000).toString('hex'))
  })
  afterEach(() => rmSync(context, { recursive: true, force: true }))

  test('brings the context whole, and later only what changed', async () => {
    const whole = (path: string) => expect(listing(path)).toEqual(listing(context))
    const received: number[] = []
    const serve: Serve = async (session) => {
      received.push(await fetchContext(session, whole))
    }
    await build([context], serve)
    await build([context], serve)
    writeFileSync(join(context, 'sub/deep/run'), 'tool 2')
    rmSync(join(context, 'sub.txt'))
    await build([context], serve)
    expect(received[0]).toBeGreaterThan(1_400_000)
    expect(received[1]).toBeLessThan(2_000)
    expect(received[2]).toBeLessThan(2_000)
  })

  test('a file that was cut short is fetched anew', async () => {
    let place = ''
    await build([context], async (session) => {
      await fetchContext(session, (path) => (place = path))
    })
    writeFileSync(join(place, 'big'), 'cut')
    mkdirSync(join(place, 'stray/folder'), { recursive: true })
    await build([context], async (session) => {
      await fetchContext(session, (path) => expect(listing(path)).toEqual(listing(context)))
    })
  })

  test('leaves out what is ignored, and brings what is wanted with what its links need', async () => {
    await build([context], async (session) => {
      const ignore = ['sub', '!sub/deep/run', 'gr*']
      await fetchContext(
        session,
        (path) =>
          expect(Object.keys(listing(path)).sort()).toEqual([
            'Dockerfile',
            'again',
            'big',
            'link',
            'sub',
            'sub.txt',
            'sub/deep',
            'sub/deep/run',
          ]),
        { ignore },
      )
      await fetchContext(
        session,
        (path) => expect(Object.keys(listing(path)).sort()).toEqual(['größe', 'link', 'sub', 'sub/a']),
        { wanted: ['link', 'größe'] },
      )
    })
  })

  test('two builds of one folder at once have each their own files', async () => {
    await build([context], async (session) => {
      const both = [provider(session, 'context'), provider(session, 'context')]
      const filter = { ignore: [], wanted: null }
      const opened = await Promise.all(
        both.map((each) => each.open(filter, { signal: live(), bytes: () => {} })),
      )
      expect(new Set(opened.map(({ path }) => path)).size).toBe(2)
      for (const { path } of opened) expect(listing(path)).toEqual(listing(context))
      await Promise.all(both.map((each) => each.close()))
    })
    expect(readdirSync(join(folder, 'kept')).filter((name) => name.startsWith('once-'))).toEqual([])
  })

  test('reads the Dockerfile, also from outside of the context and through a link', async () => {
    const elsewhere = mkdtempSync(join(folder, 'elsewhere-'))
    writeFileSync(join(elsewhere, 'real'), 'FROM busybox\n')
    symlinkSync('real', join(elsewhere, 'Other.dockerfile'))
    await build(['-f', join(elsewhere, 'Other.dockerfile'), context], async (session, query) => {
      const files = provider(session, 'dockerfile')
      expect(query.get('dockerfile')).toBe('Other.dockerfile')
      expect(String(await files.read('Other.dockerfile'))).toBe('FROM busybox\n')
      expect(await files.read('Other.dockerfile.dockerignore')).toBeNull()
    })
    await build(
      ['-'],
      async (session) => {
        expect(String(await provider(session, 'dockerfile').read('Dockerfile'))).toBe(
          'FROM scratch\n# typed\n',
        )
      },
      { stdin: Buffer.from('FROM scratch\n# typed\n') },
    )
  })

  test('tells secrets, and that there is none of an id', async () => {
    writeFileSync(join(folder, 'key'), 'from a file\n')
    const args = ['--secret', `id=file,src=${join(folder, 'key')}`, '--secret', 'id=TOKEN']
    await build(
      [...args, context],
      async (session) => {
        expect(String(await readSecret(session, 'file', live()))).toBe('from a file\n')
        expect(String(await readSecret(session, 'TOKEN', live()))).toBe('from the environment')
        expect(await readSecret(session, 'other', live())).toBeNull()
      },
      { env: { TOKEN: 'from the environment' } },
    )
  })

  test("tells the client's account at a registry", async () => {
    const config = mkdtempSync(join(folder, 'config-'))
    const auth = Buffer.from('me:mine').toString('base64')
    writeFileSync(
      join(config, 'config.json'),
      JSON.stringify({ auths: { 'localhost:5000': { auth }, 'https://index.docker.io/v1/': { auth } } }),
    )
    await build(
      [context],
      async (session) => {
        const mine = { username: 'me', password: 'mine' }
        expect(await readCredentials(session, 'localhost:5000', live())).toEqual(mine)
        expect(await readCredentials(session, 'docker.io', live())).toEqual(mine)
        expect(await readCredentials(session, 'quay.io', live())).toEqual({})
      },
      { env: { DOCKER_CONFIG: config } },
    )
  })

  test('forwards an ssh agent', async () => {
    const agent = join(folder, 'agent.sock')
    // SSH_AGENTC_REQUEST_IDENTITIES, and SSH_AGENT_IDENTITIES_ANSWER that there are none.
    const [ask, none] = [Buffer.from('000000010b', 'hex'), Buffer.from('000000050c00000000', 'hex')]
    const server = createSocketServer((socket) => socket.on('data', () => socket.write(none)))
    await new Promise<void>((resolve) => server.listen(agent, resolve))
    await build(['--ssh', `default=${agent}`, context], async (session) => {
      const agents = new SshAgents(session, folder, live())
      expect(await agents.socket('other')).toBeNull()
      const path = (await agents.socket('default')) ?? ''
      expect(lstatSync(path).isSocket()).toBe(true)
      const socket: Socket = connect(path)
      const heard = await new Promise((resolve) => {
        socket.on('data', resolve)
        socket.write(ask)
      })
      expect(heard).toEqual(none)
      socket.destroy()
      await agents.close()
      expect(existsSync(path)).toBe(false)
    })
    server.close()
  })

  test('a command that asks the agent of a client that left is told at once', async () => {
    const agent = join(folder, 'gone.sock')
    const server = createSocketServer(() => {})
    await new Promise<void>((resolve) => server.listen(agent, resolve))
    const failed = build(['--ssh', `default=${agent}`, context], async (session) => {
      const agents = new SshAgents(session, folder, live())
      const path = (await agents.socket('default')) ?? ''
      session.close()
      const socket: Socket = connect(path)
      await new Promise((resolve) => socket.on('close', resolve).resume())
      await agents.close()
      throw new Error('as meant')
    })
    await expect(failed).rejects.toThrow('as meant')
    server.close()
  })

  test('writes files where the client wants them, and a tar', async () => {
    const mtime = 1_600_000_000
    const entries = [
      encodeEntry(header('directory', 'usr/', { mode: 0o755, mtime })),
      encodeEntry(header('file', 'usr/tool', { mode: 0o755, mtime, size: 5 }), Buffer.from('tool!')),
      encodeEntry(header('hardlink', 'again', { link: 'usr/tool', mtime })),
      encodeEntry(header('symlink', 'link', { link: 'usr/tool', mtime })),
      encodeEntry(header('file', 'usr-list', { mtime, size: 90_000 }), Buffer.alloc(90_000, 'x')),
    ]
    async function* tar() {
      yield* entries
      yield END_OF_ARCHIVE
    }
    const out = join(folder, 'out')
    await build(['--output', out, context], async (session, query) => {
      expect(JSON.parse(query.get('outputs') ?? '')).toMatchObject([{ Type: 'local' }])
      await sendFiles(session, tar(), join(folder, 'spool'), live())
    })
    expect(readdirSync(out, { recursive: true }).sort()).toEqual([
      'again',
      'link',
      'usr',
      'usr-list',
      'usr/tool',
    ])
    expect(readFileSync(join(out, 'again'), 'utf8')).toBe('tool!')
    expect(readFileSync(join(out, 'usr-list')).length).toBe(90_000)
    expect(lstatSync(join(out, 'usr/tool'))).toMatchObject({ mtimeMs: mtime * 1000, nlink: 2 })
    expect(existsSync(join(folder, 'spool'))).toBe(false)

    await build(['--output', `type=tar,dest=${join(folder, 'out.tar')}`, context], (session) =>
      sendTar(session, tar(), live()),
    )
    expect(readFileSync(join(folder, 'out.tar'))).toEqual(Buffer.concat([...entries, END_OF_ARCHIVE]))
  })

  test('a client that leaves ends what waits for it', async () => {
    const failed = build([context], async (session) => {
      const reading = provider(session, 'dockerfile').read('Dockerfile')
      session.close()
      await expect(reading).rejects.toThrow('went away')
      expect(() => session.exchange('/moby.filesync.v1.FileSync/DiffCopy', {}, live())).toThrow('went away')
      throw new Error('as meant')
    })
    await expect(failed).rejects.toThrow('as meant')
  })
})
