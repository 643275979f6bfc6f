import { afterEach, expect, test } from 'vitest'
import { verify } from '../fixtures/embedded.ts'
import { isAlive, until } from '../fixtures/processes.ts'
import { giveBox, type OwnDaemon, POLITE, startDaemon } from './daemon.ts'

let daemon: OwnDaemon
afterEach(() => daemon.stop())

const STUBBORN = ['sh', '-c', 'trap "" TERM; echo ready; while :; do sleep 0.05; done']

async function ready(id: string): Promise<void> {
  await until('the trap', async () =>
    (await daemon.api.get(`/containers/${id}/logs?stdout=1`)).text.includes('ready'),
  )
}

const state = async (id: string) =>
  (await daemon.api.get(`/containers/${id}/json`)).json<{
    State: { Status: string; ExitCode: number; Pid: number }
  }>().State

async function interrupt(): Promise<void> {
  const pid = daemon.engine.pid()
  process.kill(pid, 'SIGINT')
  await until('the engine to end', () => !isAlive(pid))
}

test('without live-restore, Ctrl-C stops containers by their signals within the time that is set [25.02] [25.09]', async () => {
  daemon = await startDaemon({ 'live-restore': false, 'shutdown-timeout': 1 })
  await giveBox(daemon.api)
  const none = { NetworkMode: 'none' }
  const polite = await daemon.start({ Cmd: POLITE, HostConfig: none })
  const stubborn = await daemon.start({ Cmd: STUBBORN, StopTimeout: 60, HostConfig: none })
  const back = await daemon.start({
    Cmd: POLITE,
    HostConfig: { ...none, RestartPolicy: { Name: 'unless-stopped' } },
  })
  for (const id of [polite, stubborn, back]) await ready(id)
  await interrupt()
  expect(daemon.engine.log()).toContain('SIGINT: the engine ends, its containers are stopped')
  expect(await verify(daemon.engine.root)).toMatchObject({ code: 0 })
  await daemon.engine.start()
  expect(await state(polite)).toMatchObject({ Status: 'exited', ExitCode: 42 })
  expect(await state(stubborn)).toMatchObject({ Status: 'exited', ExitCode: 137 })
  // It was the engine that ended, not a person who stopped it.
  await until('it to run again', async () => (await state(back)).Status === 'running')
})

test('who asks three times is not kept waiting, and loses nothing [25.02]', async () => {
  daemon = await startDaemon({ 'live-restore': false, 'shutdown-timeout': 100 })
  await giveBox(daemon.api)
  const id = await daemon.start({ Cmd: STUBBORN, StopTimeout: 100, HostConfig: { NetworkMode: 'none' } })
  await ready(id)
  const pid = daemon.engine.pid()
  process.kill(pid, 'SIGINT')
  await until('it to stop its containers', () => daemon.engine.log().includes('are stopped'))
  process.kill(pid, 'SIGINT')
  await until('the warning', () => daemon.engine.log().includes('once more ends the engine'))
  process.kill(pid, 'SIGINT')
  await until('the engine to end', () => !isAlive(pid))
  await daemon.engine.start()
  expect(await state(id)).toMatchObject({ Status: 'running' })
})

test.each([
  ['the file', { 'live-restore': true }, []],
  ['the flag', {}, ['--live-restore']],
])(
  'with live-restore from %s they run on, and logs and exec go on with the next engine [25.10] [25.11]',
  async (_, config, args) => {
    daemon = await startDaemon(config, args)
    await giveBox(daemon.api)
    const id = await daemon.start({ Cmd: POLITE, HostConfig: { NetworkMode: 'none' } })
    await ready(id)
    const { Pid } = await state(id)
    await interrupt()
    expect(isAlive(Pid)).toBe(true)
    await daemon.engine.start()
    expect(await state(id)).toMatchObject({ Status: 'running', Pid })
    expect((await daemon.api.get(`/containers/${id}/logs?stdout=1`)).text).toContain('ready')
    const exec = await daemon.api.post(`/containers/${id}/exec`, {
      Cmd: ['echo', 'again'],
      AttachStdout: true,
    })
    const said = await daemon.api.post(`/exec/${exec.json<{ Id: string }>().Id}/start`, {})
    expect(said.text).toContain('again')
  },
)
