import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { startEmbedded } from '../fixtures/embedded.ts'
import { streamText } from '../fixtures/frames.ts'
import { Client } from '../fixtures/http.ts'
import { until } from '../fixtures/processes.ts'
import { engineWithImage, expectSound, giveImage, repeats, start } from './harness.ts'

interface Inspected {
  readonly RestartCount: number
  readonly State: {
    readonly Status: string
    readonly Running: boolean
    readonly Pid: number
    readonly Health?: { readonly Status: string; readonly Log: readonly { readonly ExitCode: number }[] }
  }
}

const policy = (Name: string) => ({ HostConfig: { RestartPolicy: { Name } } })
const LOOP = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.05; done']

const { engine, api, registry } = await engineWithImage()

describe('restart policies and health checks outlive the engine', () => {
  const inspect = async (id: string) => (await api.get(`/containers/${id}/json`)).json<Inspected>()
  const removeAll = async (ids: readonly string[]) => {
    for (const id of ids) await api.delete(`/containers/${id}?force=1`)
    await expectSound(engine)
  }

  test.each(Array.from({ length: repeats }, (_, n) => n))(
    'a container that waits for its restart when the engine is killed runs again after it (%i) [03.08]',
    async () => {
      const failing = await start(api, { Cmd: ['sh', '-c', 'exit 1'], ...policy('unless-stopped') })
      const before = await until('long waits', async () => {
        const now = await inspect(failing)
        return now.RestartCount >= 4 && now.State.Status === 'restarting' ? now : undefined
      })
      await engine.kill()
      await engine.start()
      const after = await until('more restarts', async () => {
        const now = await inspect(failing)
        return now.RestartCount > before.RestartCount ? now : undefined
      })
      expect(['restarting', 'running']).toContain(after.State.Status)
      await removeAll([failing])
    },
  )

  test('unless-stopped stays stopped after a stop, always does not; both run again after a crash without the engine [03.08]', async () => {
    const names = ['always', 'unless-stopped'] as const
    const [always = '', unless = ''] = await Promise.all(
      names.map((name) => start(api, { Cmd: LOOP, ...policy(name) })),
    )
    const { Pid } = (await inspect(unless)).State
    await engine.kill()
    process.kill(Pid, 'SIGKILL')
    await engine.start()
    await until('the restart', async () => {
      const { State } = await inspect(unless)
      return State.Running && State.Pid !== Pid && State.Pid !== 0
    })
    for (const id of [always, unless]) await api.post(`/containers/${id}/stop?t=5`)
    await engine.kill()
    await engine.start()
    await until('always to run', async () => (await inspect(always)).State.Status === 'running')
    expect((await inspect(unless)).State.Status).toBe('exited')
    await removeAll([always, unless])
  })

  test('an engine that stops its containers at its end starts them again at its beginning [03.08]', async () => {
    const other = await startEmbedded({ args: ['--live-restore=false'] })
    try {
      await giveImage(other, registry)
      const there = new Client(other.socket)
      const state = async (id: string) => (await there.get(`/containers/${id}/json`)).json<Inspected>().State
      const id = await start(there, { Cmd: LOOP, ...policy('unless-stopped') })
      const { Pid } = await state(id)
      await other.terminate()
      await other.start()
      const again = await until('it to run', async () => {
        const now = await state(id)
        return now.Status === 'running' ? now : undefined
      })
      expect(again.Pid).not.toBe(Pid)
      await there.delete(`/containers/${id}?force=1`)
      await expectSound(other)
    } finally {
      await other.stop()
    }
  })

  test('health checks go on with the state that they had [08.25]', async () => {
    const id = await start(api, {
      Cmd: LOOP,
      Healthcheck: { Test: ['CMD-SHELL', 'test ! -e /tmp/ill'], Interval: 1e8, Retries: 1 },
    })
    const becomes = (status: string) =>
      until(status, async () => (await inspect(id)).State.Health?.Status === status)
    await becomes('healthy')
    await engine.kill()
    await engine.start()
    expect((await inspect(id)).State.Health?.Status).toBe('healthy')
    const made = await api.post(`/containers/${id}/exec`, { Cmd: ['touch', '/tmp/ill'] })
    await api.post(`/exec/${made.json<{ Id: string }>().Id}/start`, { Detach: true })
    await becomes('unhealthy')
    await removeAll([id])
    const well = await start(api, { Cmd: LOOP, Healthcheck: { Test: ['CMD', 'true'], Interval: 1e8 } })
    await until('healthy', async () => (await inspect(well)).State.Health?.Status === 'healthy')
    const { Pid } = (await inspect(well)).State
    await engine.kill()
    process.kill(Pid, 'SIGKILL')
    await engine.start()
    expect((await inspect(well)).State).toMatchObject({ Status: 'exited', Health: { Status: 'unhealthy' } })
    await removeAll([well])
  })

  test('a log is begun anew by a later engine too, and no line is lost [02.05]', async () => {
    const count = 2000
    const script = `i=0; while [ $i -lt ${count} ]; do echo line $i; i=$((i+1)); [ $((i % 100)) = 0 ] && sleep 0.2; done; true`
    const id = await start(api, {
      Cmd: ['sh', '-c', script],
      HostConfig: { LogConfig: { Type: 'json-file', Config: { 'max-size': '5k', 'max-file': '100' } } },
    })
    const { LogPath } = (await api.get(`/containers/${id}/json`)).json<{ LogPath: string }>()
    await until('a second file', () => existsSync(`${LogPath}.1`))
    await engine.kill()
    await engine.start()
    await until('a fourth file', () => existsSync(`${LogPath}.3`))
    await api.post(`/containers/${id}/wait`)
    const log = streamText((await api.get(`/containers/${id}/logs?stdout=1`)).body, 1)
    expect(log).toBe(Array.from({ length: count }, (_, n) => `line ${n}\n`).join(''))
    await removeAll([id])
  })
})
