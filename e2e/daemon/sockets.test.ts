import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { Client } from '../fixtures/http.ts'
import { bin, freshFolder } from '../fixtures/paths.ts'
import { until } from '../fixtures/processes.ts'
import { engineCommand, type OwnDaemon, startDaemon } from './daemon.ts'

const folder = freshFolder('sock')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let daemon: OwnDaemon | undefined
afterEach(async () => {
  await daemon?.stop()
  daemon = undefined
})

const mode = (file: string) => (lstatSync(file).mode & 0o777).toString(8)

test('several sockets, each for its owner alone, or for a group as well [01.06] [25.12]', async () => {
  const second = path.join(folder, 'second.sock')
  daemon = await startDaemon({ hosts: [`unix://${second}`] })
  expect([mode(daemon.engine.socket), mode(second)]).toEqual(['600', '600'])
  expect((await new Client(second).get('/_ping')).text).toBe('OK')
  await daemon.stop()
  expect(existsSync(second)).toBe(false)
  daemon = await startDaemon({ group: 'daemon' })
  const { gid } = lstatSync(daemon.engine.socket)
  expect(mode(daemon.engine.socket)).toBe('660')
  expect(gid).toBe(Number(/^daemon:.*?:(\d+):/m.exec(readFileSync('/etc/group', 'utf8'))?.[1]))
})

test('what stands in the way is told, and what a dead engine left is replaced [01.06]', async () => {
  daemon = await startDaemon()
  const { socket, root } = daemon.engine
  const start = (...args: string[]) => engineCommand(['--config-file', daemon?.configFile ?? '', ...args])
  expect((await start('--root', root, '--socket', path.join(folder, 'x.sock'))).stderr).toContain(
    `another engine runs on ${root}; stop it with "longshore engine stop"`,
  )
  expect((await start('--root', path.join(folder, 'r'), '--socket', socket)).stderr).toContain(
    `something already listens on ${socket}: is an engine running there?`,
  )
  const file = path.join(folder, 'file')
  writeFileSync(file, '')
  expect((await start('--root', path.join(folder, 'r'), '--socket', file)).stderr).toContain(
    'is not a socket',
  )
  expect((await start('--root', path.join(folder, 'r'), '--group', 'nobody-has-this')).stderr).toContain(
    'there is no group "nobody-has-this"',
  )
  await daemon.engine.kill()
  expect(existsSync(socket)).toBe(true)
  await daemon.engine.start()
  expect((await daemon.api.get('/_ping')).text).toBe('OK')
})

/** What systemd does: listens at a path, and becomes the engine with that socket as descriptor 3. */
const ACTIVATE = `
import os, socket, sys
listening = socket.socket(socket.AF_UNIX)
if os.path.exists(sys.argv[1]): os.unlink(sys.argv[1])
listening.bind(sys.argv[1])
listening.listen(16)
print("ready", flush=True)
os.dup2(listening.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_FDNAMES="api", LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[2], sys.argv[2:])
`

test.each([
  ['without a word', []],
  ['by fd://', ['-H', 'fd://']],
])(
  'a socket that whoever started it listens on is served %s, and left to them [25.01] [25.13]',
  async (_, hosts) => {
    const handed = path.join(folder, 'handed.sock')
    const run = path.join(folder, 'activated')
    mkdirSync(run, { recursive: true })
    const log: string[] = []
    const start = (): ChildProcess => {
      const engine = [process.execPath, bin, 'engine', '--root', path.join(run, 'root'), ...hosts]
      const child = spawn(
        'python3',
        ['-c', ACTIVATE, handed, ...engine, '--exec-root', path.join(run, 'state')],
        {
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      )
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => log.push(String(text)))
      return child
    }
    const ended = (child: ChildProcess) => new Promise((resolve) => child.once('exit', resolve))
    const engine = start()
    await until('the socket', () => log.join('').includes('ready'))
    // Who connects before the engine is up waits, and is answered.
    expect((await new Client(handed).get('/_ping')).text).toBe('OK')
    expect(log.join('')).toContain('API listens on fd://api')
    const gone = ended(engine)
    engine.kill('SIGTERM')
    await gone
    expect(existsSync(handed)).toBe(true)
  },
)

test('fd:// without a socket handed over says so [25.13]', async () => {
  const said = await engineCommand(['--root', path.join(folder, 'none'), '-H', 'fd://'])
  expect(said).toMatchObject({ code: 1, stderr: expect.stringContaining('no sockets were handed over') })
})

test('sockets that are meant for another process are left alone [25.13]', async () => {
  daemon = await startDaemon({}, [], { LISTEN_PID: '1', LISTEN_FDS: '1' })
  expect((await daemon.api.get('/_ping')).text).toBe('OK')
})
