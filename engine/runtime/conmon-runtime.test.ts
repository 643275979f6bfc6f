/** The runtime on real crun and conmon. */
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EngineError } from '../errors.ts'
import { cgroupDirectories, cgroupLayout } from '../host/cgroup.ts'
import { run } from '../host/exec.ts'
import { nativeHelper } from '../host/native-parts.ts'
import { identify, isAlive } from '../host/process.ts'
import { spawn } from '../host/spawn.ts'
import { openRuntime } from './conmon-runtime.ts'
import type { ContainerSettings, Exit, ProcessSettings, Runtime } from './runtime.ts'
import { canRunContainers, makeRootfs, processFor, settingsFor } from './scratch-container.ts'

describe.runIf(canRunContainers())('containers', { timeout: 30_000 }, () => {
  let scratch: string
  let rootfs: string
  let runtime: Runtime
  const cgroupParent = `/longshore-test-${process.pid}`
  const exits = new Map<string, Exit[]>()
  let count = 0

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'longshore-runtime-'))
    rootfs = makeRootfs(join(scratch, 'rootfs'))
    runtime = await openRuntime({ stateDir: join(scratch, 'state'), cgroupParent })
    runtime.onExit((exit) => exits.set(exit.id, [...(exits.get(exit.id) ?? []), exit]))
  })

  afterAll(async () => {
    for (const id of await runtime.list()) await runtime.delete(id, { force: true })
    await runtime.close()
    for (const path of cgroupDirectories(cgroupLayout(), cgroupParent)) expect(existsSync(path)).toBe(false)
    rmSync(scratch, { recursive: true, force: true })
  })

  const settings = (process: Partial<ProcessSettings>, more: Partial<ContainerSettings> = {}) =>
    settingsFor(`c${++count}`, rootfs, process, more)

  const sh = (
    script: string,
    process: Partial<ProcessSettings> = {},
    more: Partial<ContainerSettings> = {},
  ) => settings({ args: ['sh', '-c', script], ...process }, more)

  /** Runs to the end, attached from before the start. */
  async function runToEnd(
    given: ContainerSettings,
  ): Promise<{ code: number; frames: Frame[]; text: string }> {
    await runtime.create(given)
    const attachment = await runtime.attach(given.id, {
      terminal: given.process.terminal,
      stdin: false,
      stdout: true,
      stderr: true,
    })
    const ended = nextExit(given.id)
    await runtime.start(given.id)
    const bytes = await collect(attachment.output)
    const { code } = await ended
    await runtime.delete(given.id, { force: false })
    return {
      code,
      frames: given.process.terminal ? [] : frames(bytes),
      text: given.process.terminal
        ? bytes.toString()
        : frames(bytes)
            .map(({ text }) => text)
            .join(''),
    }
  }

  function nextExit(id: string): Promise<Exit> {
    return new Promise((resolve) => {
      const stop = runtime.onExit((exit) => {
        if (exit.id !== id) return
        stop()
        resolve(exit)
      })
    })
  }

  async function failure(promise: Promise<unknown>): Promise<EngineError> {
    const error = await promise.then(
      () => null,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(EngineError)
    return error as EngineError
  }

  it('runs a program, frames its output and tells its exit once', async () => {
    const given = sh('echo out; echo err >&2; exit 3')
    const { code, frames } = await runToEnd(given)
    expect(code).toBe(3)
    expect(frames.filter(({ stream }) => stream === 1).map(({ text }) => text)).toEqual(['out\n'])
    expect(frames.filter(({ stream }) => stream === 2).map(({ text }) => text)).toEqual(['err\n'])
    expect(readFileSync(given.logPath ?? '', 'utf8')).toMatch(/stdout F out\n/)
    expect(exits.get(given.id)).toHaveLength(1)
    expect(await runtime.observe(given.id)).toEqual({ state: 'absent' })
    expect(await runtime.list()).not.toContain(given.id)
  })

  it('keeps the output of a program that ended before anybody read', async () => {
    const all = { terminal: false, stdin: false, stdout: true, stderr: true }
    const given = sh('echo quick; sleep 0.5; echo late')
    await runtime.create(given)
    const attachment = await runtime.attach(given.id, all)
    const ended = nextExit(given.id)
    await runtime.start(given.id)
    const exec = await runtime.exec(given.id, 'quick', processFor({ args: ['echo', 'inside'] }), {
      stdin: false,
      attach: true,
      rootfs,
    })
    await exec.exit
    await ended
    await sleep(200) // the attached clients see the end a little later
    expect(frames(await collect(attachment.output))).toEqual([{ stream: 1, text: 'quick\nlate\n' }])
    const { attachment: inside } = exec
    expect(inside && frames(await collect(inside.output))).toEqual([{ stream: 1, text: 'inside\n' }])
    await runtime.delete(given.id, { force: false })
  })

  it('delivers all output of a program that left its stdin unread', async () => {
    const given = sh('echo first; sleep 0.5; echo last', {}, { openStdin: true, stdinOnce: true })
    await runtime.create(given)
    // The client itself, to hold it up: it sees the connection broken with output still to be read.
    const socket = join(scratch, 'state/bundles', given.id, 'attach')
    const client = spawn(nativeHelper(), ['attach', socket], { stdio: ['pipe', 'pipe', 'pipe'] })
    await once(client.stderr, 'data')
    const ended = nextExit(given.id)
    client.stdin.on('error', () => {})
    client.stdin.write(Buffer.alloc(1_000_000, 'x'))
    await runtime.start(given.id)
    await once(client.stdout, 'readable')
    client.kill('SIGSTOP')
    await ended
    await sleep(200) // until its supervisor has let go of the connection
    client.kill('SIGCONT')
    expect(frames(await collect(client.stdout))).toEqual([{ stream: 1, text: 'first\nlast\n' }])
    await runtime.delete(given.id, { force: false })
  })

  it('gives what Docker gives: names, environment, loopback, hidden paths, few capabilities', async () => {
    const { text } = await runToEnd(
      sh(
        'cat /proc/sys/kernel/hostname; echo $HOME $PATH; cat /proc/kcore | wc -c; cat /proc/self/status; cat /proc/net/dev; echo x >/proc/sys/kernel/hostname || true',
      ),
    )
    expect(text).toContain('scratch\n')
    expect(text).toContain('/root /usr/local/sbin:/usr/local/bin:')
    expect(text).toMatch(/^0$/m)
    expect(text).toMatch(/CapEff:\s+00000000a80425fb/)
    expect(text).toMatch(/Seccomp:\s+2/)
    expect(text).toContain('lo:')
    expect(text).toContain('Read-only file system')
  })

  it('finds users in the root filesystem', async () => {
    expect((await runToEnd(settings({ args: ['id'], user: 'app' }))).text).toBe(
      'uid=1000(app) gid=1001(app) groups=1001(app),2000(extra)\n',
    )
    expect((await runToEnd(settings({ args: ['id'], user: '77:88' }))).text).toBe('uid=77 gid=88 groups=88\n')
    const error = await failure(runtime.create(settings({ user: 'nobody-here' })))
    expect(error.message).toBe('unable to find user nobody-here: no matching entries in passwd file')
  })

  it.each([
    [['nope'], 'exec: "nope": executable file not found in $PATH'],
    [['/nope'], 'exec: "/nope": stat /nope: no such file or directory'],
    [['/etc/plain'], 'exec: "/etc/plain": permission denied'],
  ])('says why %s does not start, and leaves nothing', async (args, words) => {
    const given = settings({ args })
    const error = await failure(runtime.create(given).then(() => runtime.start(given.id)))
    expect(error.message).toContain(words)
    expect(error.kind).toBe('invalid')
    await runtime.delete(given.id, { force: true })
    expect(await runtime.list()).not.toContain(given.id)
    for (const path of cgroupDirectories(cgroupLayout(), `${cgroupParent}/${given.id}`))
      expect(existsSync(path)).toBe(false)
  })

  it('filters system calls as strictly with a kept filter as with a fresh one', async () => {
    const once = () => runToEnd(sh('unshare -n true; echo $?; cat /proc/self/status'))
    const profile = {
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['mkdir'], action: 'SCMP_ACT_ERRNO' }],
    }
    for (const { text } of [await once(), await once()]) {
      expect(text).toContain('unshare')
      expect(text).toMatch(/^1$/m)
      expect(text).toMatch(/Seccomp:\s+2\nSeccomp_filters:\s+1\n/)
    }
    for (const round of ['first', 'second']) {
      const { text } = await runToEnd(sh(`mkdir /${round}; echo $?`, {}, { seccomp: { profile } }))
      expect(text).toContain('Operation not permitted')
      expect(text).toMatch(/^1$/m)
    }
  })

  it('shares every namespace of the host that it is asked to', async () => {
    const host = { kind: 'host' } as const
    const { code, text } = await runToEnd(
      sh('cat /proc/sys/kernel/hostname', {}, { network: host, ipc: host, pid: host, uts: host }),
    )
    expect({ code, text }).toEqual({ code: 0, text: `${hostname()}\n` })
  })

  it('makes a working directory that is not there', async () => {
    expect((await runToEnd(settings({ args: ['pwd'], cwd: '/made/for it' }))).text).toBe('/made/for it\n')
  })

  it('closes stdin when the client half-closes, and still delivers what comes after', async () => {
    const given = sh('wc -c; echo after', {}, { openStdin: true, stdinOnce: true })
    await runtime.create(given)
    const attachment = await runtime.attach(given.id, {
      terminal: false,
      stdin: true,
      stdout: true,
      stderr: true,
    })
    const ended = nextExit(given.id)
    await runtime.start(given.id)
    attachment.input.end(Buffer.alloc(1_000_000, 'x'))
    const text = frames(await collect(attachment.output))
      .map((frame) => frame.text)
      .join('')
    expect(text).toBe('1000000\nafter\n')
    expect((await ended).code).toBe(0)
    await runtime.delete(given.id, { force: false })
  })

  it('keeps stdin open for the next client unless told otherwise', async () => {
    const given = sh('read a; read b; echo $a $b', {}, { openStdin: true })
    await runtime.create(given)
    const everything = { terminal: false, stdin: true, stdout: true, stderr: true }
    const first = await runtime.attach(given.id, everything)
    const ended = nextExit(given.id)
    await runtime.start(given.id)
    first.input.end('one\n')
    const second = await runtime.attach(given.id, everything)
    second.input.write('two\n')
    const text = frames(await collect(second.output))
      .map((frame) => frame.text)
      .join('')
    expect(text).toBe('one two\n')
    expect((await ended).code).toBe(0)
    first.detach()
    await runtime.delete(given.id, { force: false })
  })

  it('gives a terminal its first size and later ones', async () => {
    const given = sh(
      'stty size; read line; stty size',
      { terminal: true, consoleSize: { rows: 31, cols: 117 } },
      { openStdin: true },
    )
    await runtime.create(given)
    const attachment = await runtime.attach(given.id, {
      terminal: true,
      stdin: true,
      stdout: true,
      stderr: true,
    })
    const ended = nextExit(given.id)
    const all = collect(attachment.output)
    await runtime.start(given.id)
    await runtime.resize(given.id, 45, 99)
    attachment.input.write('\n')
    await ended
    const text = (await all).toString()
    expect(text).toMatch(/45 99\r\n$/)
    await runtime.delete(given.id, { force: false })
  })

  it('delivers every byte to a reader that is slow at first', async () => {
    const given = sh(
      'i=0; while [ $i -lt 20000 ]; do echo "line $i of output that fills every buffer on its way"; i=$((i+1)); done',
    )
    await runtime.create(given)
    const attachment = await runtime.attach(given.id, {
      terminal: false,
      stdin: false,
      stdout: true,
      stderr: true,
    })
    const ended = nextExit(given.id)
    await runtime.start(given.id)
    await new Promise((resolve) => setTimeout(resolve, 200)) // nobody reads: the pipes fill
    const lines = frames(await collect(attachment.output))
      .map((frame) => frame.text)
      .join('')
      .trimEnd()
      .split('\n')
    expect(lines).toHaveLength(20000)
    expect(lines.every((line, index) => line.startsWith(`line ${index} `))).toBe(true)
    expect((await ended).code).toBe(0)
    await runtime.delete(given.id, { force: false })
  })

  it('names deaths by signal 128 and more, and passes signals on', async () => {
    const given = settings({ args: ['sleep', '1000'] })
    await runtime.create(given)
    const ended = nextExit(given.id)
    await runtime.start(given.id)
    expect((await failure(runtime.kill(given.id, 'NONSENSE'))).kind).toBe('invalid')
    await runtime.kill(given.id, 'KILL')
    expect((await ended).code).toBe(137)
    expect(await runtime.observe(given.id)).toMatchObject({ state: 'exited', exit: { code: 137 } })
    expect((await failure(runtime.kill(given.id, 'TERM'))).kind).toBe('conflict')
    await runtime.delete(given.id, { force: false })
  })

  it('has an init that passes signals on and ends as the program does', async () => {
    const given = sh("trap 'exit 7' TERM; echo ready; while true; do sleep 0.05; done", {}, { init: true })
    await runtime.create(given)
    const attachment = await runtime.attach(given.id, {
      terminal: false,
      stdin: false,
      stdout: true,
      stderr: true,
    })
    const ended = nextExit(given.id)
    await runtime.start(given.id)
    await new Promise((resolve) => attachment.output.once('data', resolve))
    await runtime.kill(given.id, 'TERM')
    expect((await ended).code).toBe(7)
    await runtime.delete(given.id, { force: false })
  })

  it('pauses, resumes, counts and lists', async () => {
    const given = settings(
      { args: ['sleep', '1000'] },
      { resources: { memoryBytes: 32 * 1024 * 1024, pidsLimit: 50 } },
    )
    await runtime.create(given)
    expect(await runtime.observe(given.id)).toMatchObject({ state: 'created' })
    await runtime.start(given.id)
    await runtime.pause(given.id)
    expect(await runtime.observe(given.id)).toMatchObject({ state: 'paused' })
    await runtime.resume(given.id)
    const observed = await runtime.observe(given.id)
    expect(observed.state).toBe('running')
    const usage = await runtime.usage(given.id)
    expect(usage).toMatchObject({ pids: 1, pidsLimit: 50, memoryLimitBytes: 32 * 1024 * 1024 })
    expect(usage.cpuTotalNs).toBeGreaterThan(0)
    expect(await runtime.pids(given.id)).toEqual(observed.state === 'running' ? [observed.pid] : [])
    expect((await failure(runtime.delete(given.id, { force: false }))).kind).toBe('conflict')
    await runtime.delete(given.id, { force: true })
    expect(await runtime.observe(given.id)).toEqual({ state: 'absent' })
  })

  it('executes further processes', async () => {
    const given = settings({ args: ['sleep', '1000'] })
    await runtime.create(given)
    await runtime.start(given.id)
    const exec = (execId: string, process: Partial<ProcessSettings>, stdin = false) =>
      runtime.exec(given.id, execId, processFor(process), { stdin, attach: true, rootfs })

    const plain = await exec('e1', { args: ['sh', '-c', 'echo hi; echo no >&2; exit 5'] })
    const output = frames(await collect((plain.attachment as NonNullable<typeof plain.attachment>).output))
    expect(output.map(({ stream, text }) => `${stream} ${text}`).sort()).toEqual(['1 hi\n', '2 no\n'])
    expect(await plain.exit).toBe(5)

    const fed = await exec('e2', { args: ['wc', '-c'], user: 'app' }, true)
    fed.attachment?.input.end('12345')
    expect(frames(await collect(fed.attachment?.output as Readable))[0]?.text).toBe('5\n')
    expect(await fed.exit).toBe(0)

    const terminal = await exec(
      'e3',
      { args: ['sh', '-c', 'read x; stty size'], terminal: true, consoleSize: { rows: 20, cols: 70 } },
      true,
    )
    await terminal.resize(33, 88)
    terminal.attachment?.input.write('\n')
    expect((await collect(terminal.attachment?.output as Readable)).toString()).toContain('33 88')
    await terminal.exit

    const missing = await failure(exec('e4', { args: ['nope'] }))
    expect(missing.message).toBe(
      'OCI runtime exec failed: exec failed: unable to start container process: exec: "nope": executable file not found in $PATH: unknown',
    )

    const detached = await runtime.exec(given.id, 'e5', processFor({ args: ['sh', '-c', 'exit 9'] }), {
      stdin: false,
      attach: false,
      rootfs,
    })
    expect(detached.attachment).toBeNull()
    expect(await detached.exit).toBe(9)

    const killed = await exec('e6', { args: ['sh', '-c', 'kill -9 $$'] })
    expect(await killed.exit).toBe(137)
    const left = join(scratch, 'state/bundles', given.id, 'execs')
    await expect.poll(() => (existsSync(left) ? readdirSync(left) : [])).toEqual([])
    await runtime.delete(given.id, { force: true })
  })

  it('holds ports in the supervisor, not in the container', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const { fd } = (server as unknown as { _handle: { fd: number } })._handle
    const given = settings({ args: ['sleep', '1000'] }, { heldFds: [fd] })
    await runtime.create(given)
    await runtime.start(given.id)
    await new Promise((resolve) => server.close(resolve))
    const busy = () =>
      new Promise<boolean>((resolve) => {
        const other = createServer().once('error', () => resolve(true))
        other.listen(port, '127.0.0.1', () => other.close(() => resolve(false)))
      })
    expect(await busy()).toBe(true)
    const [pid] = await runtime.pids(given.id)
    // Until it becomes the program, the process is crun's and has crun's descriptors.
    await expect.poll(() => readdirSync(`/proc/${pid}/fd`).filter((name) => Number(name) > 2)).toEqual([])
    await runtime.delete(given.id, { force: true })
    await expect.poll(busy).toBe(false)
  })

  it('is known to the next engine after a kill -9 of the one that started it', async () => {
    const given = settings({ args: ['sh', '-c', 'while true; do sleep 0.05; [ -e /end ] && exit 6; done'] })
    const script = `
      import { openRuntime } from ${JSON.stringify(join(import.meta.dirname, 'conmon-runtime.ts'))}
      const runtime = await openRuntime(${JSON.stringify({ stateDir: join(scratch, 'state'), cgroupParent })})
      const settings = ${JSON.stringify(given)}
      await runtime.create(settings)
      await runtime.start(settings.id)
      process.kill(process.pid, 'SIGKILL')`
    await run(process.execPath, ['--input-type=module', '-e', script]).catch(() => {}) // it dies, as it should
    expect(await runtime.observe(given.id)).toMatchObject({ state: 'running' })
    const next = await openRuntime({ stateDir: join(scratch, 'state'), cgroupParent })
    expect(await next.observe(given.id)).toMatchObject({ state: 'running' })
    const ended = new Promise<Exit>((resolve) => next.onExit(resolve))
    writeFileSync(join(rootfs, 'end'), '')
    expect(await ended).toMatchObject({ id: given.id, code: 6 })
    await next.delete(given.id, { force: false })
    await next.close()
    expect(await runtime.observe(given.id)).toEqual({ state: 'absent' })
  })

  it('trusts no pid of an earlier boot', async () => {
    const given = settings({ args: ['sleep', '1000'] })
    await runtime.create(given)
    await runtime.start(given.id)
    const [pid = 0] = await runtime.pids(given.id)
    const before = identify(pid)
    const file = join(scratch, 'boot-id')
    writeFileSync(file, 'another boot\n')
    process.env.LONGSHORE_BOOT_ID_FILE = file
    try {
      expect(await runtime.observe(given.id)).toMatchObject({
        state: 'lost',
        why: 'the machine was restarted',
      })
      expect((await failure(runtime.kill(given.id, 'KILL'))).kind).toBe('conflict')
      await runtime.delete(given.id, { force: true })
    } finally {
      delete process.env.LONGSHORE_BOOT_ID_FILE
    }
    // No real reboot took it away; its own cgroup told that it was ours.
    expect(before && isAlive(before)).toBe(false)
    expect(await runtime.observe(given.id)).toEqual({ state: 'absent' })
  })

  it('ends a container whose supervisor was killed, and tells its exit', async () => {
    const given = settings({ args: ['sleep', '1000'] })
    const { pid } = await runtime.create(given)
    const orphan = identify(pid)
    await runtime.start(given.id)
    const ended = nextExit(given.id)
    process.kill(
      Number(readFileSync(join(scratch, 'state/bundles', given.id, 'conmon.pid'), 'utf8')),
      'SIGKILL',
    )
    expect(await ended).toMatchObject({ code: 137, oomKilled: false })
    await expect.poll(() => orphan && isAlive(orphan)).toBe(false)
    expect(await runtime.observe(given.id)).toMatchObject({ state: 'exited' })
    await runtime.delete(given.id, { force: true })
    expect(await runtime.observe(given.id)).toEqual({ state: 'absent' })
  })
})

interface Frame {
  readonly stream: number
  readonly text: string
}

/** Splits Docker's stream frames; neighbours of one stream are joined. */
function frames(bytes: Buffer): Frame[] {
  const found: Frame[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at + 4)
    const frame = { stream: bytes[at] as number, text: bytes.toString('utf8', at + 8, at + 8 + length) }
    const last = found.at(-1)
    if (last?.stream === frame.stream) found[found.length - 1] = { ...last, text: last.text + frame.text }
    else found.push(frame)
    at += 8 + length
  }
  return found
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
