import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEmbedded, unmountBelow } from '../fixtures/embedded.ts'
import type { RunningEngine } from '../fixtures/engine.ts'
import { Client } from '../fixtures/http.ts'
import { freshFolder } from '../fixtures/paths.ts'
import { isAlive, run, until } from '../fixtures/processes.ts'
import { type Registry, startRegistry } from '../fixtures/registry.ts'
import { expectSound, giveImage, start } from './harness.ts'

interface Inspected {
  readonly Id: string
  readonly State: {
    readonly Status: string
    readonly Running: boolean
    readonly Pid: number
    readonly ExitCode: number
  }
}

// The engine reads the boot id from LONGSHORE_BOOT_ID_FILE where that is set, so that a reboot can be played.
describe('after a reboot', () => {
  const bootId = path.join(freshFolder('boot'), 'boot_id')
  const env = { LONGSHORE_BOOT_ID_FILE: bootId }
  let engine: RunningEngine
  let registry: Registry
  let api: Client
  beforeAll(async () => {
    writeFileSync(bootId, '11111111-1111-1111-1111-111111111111\n')
    registry = await startRegistry()
    engine = await startEmbedded({ env })
    api = new Client(engine.socket)
    await giveImage(engine, registry)
  })
  afterAll(async () => {
    await engine.stop()
    await registry.stop()
  })

  test('every container has exited, restart policies run, and no old pid is trusted [03.08]', async () => {
    const inspect = async (id: string) => (await api.get(`/containers/${id}/json`)).json<Inspected>()
    const plain = await start(api, { Cmd: ['sleep', '1000'] })
    const always = await start(api, {
      Cmd: ['sleep', '1000'],
      HostConfig: { RestartPolicy: { Name: 'always' } },
    })
    const done = await start(api, { Cmd: ['sh', '-c', 'exit 4'] })
    await api.post(`/containers/${done}/wait`)
    const before = { plain: await inspect(plain), always: await inspect(always) }

    await engine.kill()
    await powerOff([before.plain, before.always], engine.root)
    // A stranger now has what an old pid file may name: it must not be taken for the container.
    writeFileSync(bootId, '22222222-2222-2222-2222-222222222222\n')
    await engine.start(env)

    expect((await inspect(plain)).State).toMatchObject({ Status: 'exited', Running: false, Pid: 0 })
    expect((await inspect(done)).State).toMatchObject({ Status: 'exited', ExitCode: 4 })
    const again = await until('the restart', async () => {
      const { State } = await inspect(always)
      return State.Running ? State : undefined
    })
    expect(again.Pid).not.toBe(before.always.State.Pid)
    expect((await api.post(`/containers/${plain}/start`)).status).toBe(204)
    expect((await inspect(plain)).State.Running).toBe(true)
    for (const id of [plain, always, done]) await api.delete(`/containers/${id}?force=1`)
    await expectSound(engine)
  })
})

/** What a power cut does to containers: their processes, supervisors and mounts are gone; files stay. */
async function powerOff(containers: readonly Inspected[], root: string): Promise<void> {
  for (const { Id, State } of containers) {
    const supervisor = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${State.Pid}/status`, 'utf8'))?.[1])
    const command = readFileSync(`/proc/${supervisor}/cmdline`, 'utf8')
    if (!command.includes('conmon') || !command.includes(Id))
      throw new Error(`not its supervisor: ${command}`)
    // The supervisor first: it must not get to write an exit file.
    process.kill(supervisor, 'SIGKILL')
    process.kill(State.Pid, 'SIGKILL')
    await until('the process to be gone', () => !isAlive(State.Pid))
  }
  await unmountBelow(root)
  await run('sync', [])
}
