/** The daemon over its real parts: crun, conmon, overlayfs, the bridge. Needs root, as the engine here does. */
import { execFileSync } from 'node:child_process'
import { existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { ContainerCreateRequest, ContainerSummary } from '../api/container.ts'
import { type Daemon, openDaemon } from './daemon.ts'
import { PLAIN_SETTINGS } from './plain-settings.ts'
import { verifyRoot } from './verify-root.ts'

const BUSYBOX = '/bin/busybox'
const able = process.getuid?.() === 0 && existsSync(BUSYBOX)
const never = new AbortController().signal
const NONE = { NetworkMode: 'none' }
describe.skipIf(!able)('a daemon', () => {
  let folder: string
  let daemon: Daemon
  let failures: unknown[]

  const options = (bootId = 'this boot') => ({
    paths: {
      root: join(folder, 'root'),
      database: join(folder, 'root/engine.db'),
      store: join(folder, 'root/store'),
      volumes: join(folder, 'root/volumes'),
      containers: join(folder, 'root/containers'),
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
    bootId,
    report: (error: unknown) => failures.push(error),
  })
  const create = async (request: ContainerCreateRequest, name?: string) =>
    (await daemon.containers.create(name, { Image: 'box', HostConfig: NONE, ...request })).Id
  const ended = (name: string) => daemon.containers.wait(name, 'next-exit', never).result
  const rows = async () => {
    const list = await daemon.containers.list({ all: true, limit: 0, size: false, filters: new Map() })
    return JSON.parse(list) as ContainerSummary[]
  }

  beforeAll(async () => {
    // On a real file system: overlayfs does not take tmpfs everywhere.
    folder = mkdtempSync('/var/tmp/longshore-daemon-')
    failures = []
    const tree = join(folder, 'tree/bin')
    mkdirSync(tree, { recursive: true })
    execFileSync('cp', [BUSYBOX, join(tree, 'sh')])
    for (const name of ['sleep', 'echo', 'true', 'cat']) linkSync(join(tree, 'sh'), join(tree, name))
    const tar = execFileSync('tar', ['-C', join(folder, 'tree'), '-c', '.'], { maxBuffer: 1 << 26 })
    daemon = await openDaemon(options())
    const order = { source: '-', repo: 'box', tag: '', message: '', changes: ['CMD ["true"]'], platform: '' }
    for await (const _ of daemon.images.import(order, Readable.from([tar]), never));
  })

  afterAll(async () => {
    for (const { Id } of await rows()) await daemon.containers.remove(Id, { force: true, volumes: true })
    await daemon.close()
    expect(await verifyRoot(options(), { deep: true, live: false })).toEqual([])
    expect(existsSync(options().paths.state)).toBe(false)
    rmSync(folder, { recursive: true, force: true })
    expect(failures).toEqual([])
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(folder)
  })

  test('runs a container from its record to its removal', async () => {
    const id = await create({ Cmd: ['sh', '-c', 'echo out; exit 5'], Tty: true }, 'first')
    const exit = ended('first')
    await daemon.containers.start(id)
    expect(await exit).toEqual({ StatusCode: 5 })
    const logs = await daemon.containers.logs('first', {
      stdout: true,
      stderr: false,
      follow: false,
      timestamps: false,
      since: '',
      until: '',
      tail: '',
    })
    expect(await text(logs.output)).toBe('out\r\n')
    expect((await rows())[0]).toMatchObject({ Id: id, State: 'exited', Names: ['/first'] })
    await daemon.containers.remove('first', { force: false, volumes: false })
    expect(await rows()).toEqual([])
  })

  test('orders what is asked of one container at once', async () => {
    const id = await create({ Cmd: ['sleep', '1000'] })
    const outcomes = await Promise.allSettled([
      daemon.containers.start(id),
      daemon.containers.start(id),
      daemon.containers.stop(id, { timeout: 0 }),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(outcomes[1]).toMatchObject({ reason: { kind: 'not-modified' } })
    // A stop's grace holds nobody up, so what needs it stopped is asked once it is.
    const after = await Promise.allSettled([
      daemon.containers.remove(id, { force: false, volumes: false }),
      daemon.containers.start(id),
    ])
    expect(after.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(after[1]).toMatchObject({ reason: { kind: 'not-found' } })
  })

  test('gives a name to one of many who want it', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => create({}, 'wanted')))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await daemon.containers.remove('wanted', { force: false, volumes: false })
  })

  test('a start that cannot be written down is none, and its first error is told', async () => {
    const id = await create({ Cmd: ['sleep', '1000'] }, 'unwritten')
    const refuse = refusingWrites("NEW.standing LIKE '%running%'")
    await expect(daemon.containers.start(id)).rejects.toThrow('no room')
    refuse.end()
    const { State } = await daemon.containers.inspect(id, { size: false })
    expect(State).toMatchObject({ Status: 'created', Pid: 0, Error: expect.stringContaining('no room') })
    await daemon.containers.start(id)
    await daemon.containers.remove(id, { force: true, volumes: false })
  })

  test('an end that cannot be written down is told, kept, and written down later', async () => {
    const id = await create({ Cmd: ['sh', '-c', 'sleep 0.2; exit 7'] }, 'unwritten')
    const exit = ended(id)
    await daemon.containers.start(id)
    const refuse = refusingWrites("NEW.standing LIKE '%exited%'")
    expect(await exit).toEqual({ StatusCode: 7 })
    expect((await daemon.containers.inspect(id, { size: false })).State.ExitCode).toBe(7)
    await vi.waitFor(() => expect(failures.map(String)).toEqual(['Error: no room']))
    failures = []
    // An engine that starts now learns of the end from the exit file.
    await daemon.close()
    refuse.end()
    daemon = await openDaemon(options())
    expect(daemon.recovered).toContain('code 7: it ended while the engine was away')
    // And one that goes on writes it down by itself, or starts it again before.
    const again = ended(id)
    await daemon.containers.start(id)
    const more = refusingWrites("NEW.standing LIKE '%exited%'")
    expect(await again).toEqual({ StatusCode: 7 })
    await vi.waitFor(() => expect(failures.map(String)).toEqual(['Error: no room']))
    failures = []
    more.end()
    await vi.waitFor(
      async () => expect(await verifyRoot(options(), { deep: false, live: false })).toEqual([]),
      {
        timeout: 8000,
      },
    )
    await daemon.containers.remove(id, { force: true, volumes: false })
  }, 20_000)

  /** Makes the database refuse changes of containers of which `condition` is true, as a full disk would. */
  function refusingWrites(condition: string): { end(): void } {
    const db = new DatabaseSync(options().paths.database, { timeout: 5000 })
    db.exec(
      `CREATE TRIGGER full BEFORE UPDATE ON containers WHEN ${condition} BEGIN SELECT RAISE(ABORT, 'no room'); END`,
    )
    return {
      end() {
        db.exec('DROP TRIGGER full')
        db.close()
      },
    }
  }

  test('finds what lived and what ended while it was away', async () => {
    const lives = await create({ Cmd: ['sleep', '1000'] }, 'lives')
    const ends = await create({ Cmd: ['sh', '-c', 'cat; exit 9'], OpenStdin: true, StdinOnce: true }, 'ends')
    for (const id of [lives, ends]) await daemon.containers.start(id)
    const { Pid } = (await daemon.containers.inspect(ends, { size: false })).State
    const before = (await daemon.containers.inspect(lives, { size: false })).State
    await daemon.close()
    process.kill(Pid, 'SIGKILL')
    while (existsSync(`/proc/${Pid}`)) await new Promise((resolve) => setTimeout(resolve, 5))
    daemon = await openDaemon(options())
    expect(daemon.recovered).toContain('it ended while the engine was away')
    expect((await daemon.containers.inspect('lives', { size: false })).State).toEqual(before)
    expect((await daemon.containers.inspect('ends', { size: false })).State).toMatchObject({
      Status: 'exited',
      ExitCode: 137,
    })
  })

  test('trusts nothing after a reboot', async () => {
    await daemon.close()
    daemon = await openDaemon(options('another boot'))
    expect(daemon.recovered).toContain('the machine was started anew while it ran')
    expect((await daemon.containers.inspect('lives', { size: false })).State.Status).toBe('exited')
    await daemon.containers.start('lives')
    expect((await daemon.containers.inspect('lives', { size: false })).State.Running).toBe(true)
  })
})
