/** What an engine is made of, seen from outside: the runtime below, the supervisor beside, one kernel for all. */
import { readFileSync, statSync } from 'node:fs'
import os from 'node:os'
import { expect, test } from 'vitest'
import { mustRun } from '../fixtures/processes.ts'
import { onEachEngine } from './suite.ts'

/** Words of a process's command line. */
const commandLine = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
const parentOf = (pid: number) =>
  Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])

onEachEngine('architecture', (subject) => {
  test('a container is one of an OCI runtime, and its parent is no part of the engine [01.04] [01.05]', async () => {
    const id = await subject.sleeper()
    const { Pid } = (await subject.inspect(id)).State
    const supervisor = commandLine(parentOf(Pid))
    expect(supervisor[0]).toMatch(/conmon|containerd-shim/)
    // conmon is told runtime and state; containerd keeps them below its own state.
    const told = supervisor.flatMap((word, index) =>
      word === '--runtime-arg' ? [supervisor[index + 1] ?? ''] : [],
    )
    // Longshore has conmon start crun by way of a small program that prepares the host for it.
    const [program, root] =
      told.length > 0
        ? ['crun', told[told.indexOf('--root') + 1] ?? '']
        : ['runc', `${subject.engine.root.replace(/root$/, 'x')}/runtime-runc/moby`]
    expect(await mustRun(program, ['--root', root, 'list'])).toContain(id)
  })

  test('the kernel inside is the one outside, and nothing boots [01.09]', async () => {
    const { log } = await subject.finish({
      Cmd: ['sh', '-c', 'uname -r; cat /proc/1/comm; true'],
      HostConfig: {},
      Tty: true,
    })
    expect(log.toString()).toBe(`${os.release()}\r\nsh\r\n`)
  })

  test('the socket is for its owner and its group alone [01.06]', () => {
    const { mode } = statSync(subject.engine.socket)
    expect(mode & 0o170000).toBe(0o140000)
    expect(mode & 0o007).toBe(0)
  })
})
