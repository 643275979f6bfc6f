import { describe, expect, test } from 'vitest'
import { streamText } from '../fixtures/frames.ts'
import { delay, isAlive, until } from '../fixtures/processes.ts'
import { engineWithImage, expectSound, repeats, start } from './harness.ts'

/** 100 lines each tenth of a second, numbered; SIGTERM says how many there were and ends with 7. */
const WRITER = [
  'i=0; trap "echo end $i; exit 7" TERM',
  'while :; do n=0; while [ $n -lt 100 ]; do n=$((n+1)); i=$((i+1)); echo "$i line"; done; sleep 0.1; done',
]
  .join('; ')
  .replace('"echo end $i; exit 7"', "'echo end $i; exit 7'")

interface State {
  readonly Running: boolean
  readonly Pid: number
  readonly ExitCode: number
  readonly StartedAt: string
}

const { engine, api } = await engineWithImage()

describe('the engine is killed while a container logs 1,000 lines a second', () => {
  const state = async (id: string) => (await api.get(`/containers/${id}/json`)).json<{ State: State }>().State
  const log = async (id: string, query = '') =>
    streamText((await api.get(`/containers/${id}/logs?stdout=1${query}`)).body, 1)

  for (let round = 1; round <= repeats; round++) {
    test(`it never stops, and no line is lost, doubled or out of order (${round}) [01.04] [25.10]`, async () => {
      const id = await start(api, { Cmd: ['sh', '-c', WRITER] })
      const before = await state(id)
      // Someone follows the log; the kill ends that stream and harms nothing.
      const follower = await api.stream('GET', `/containers/${id}/logs?stdout=1&follow=1`)
      follower.body.resume()
      for (let kill = 0; kill < 3; kill++) {
        await until('more lines', async () => (await log(id, '&tail=1')).length > 0)
        await delay(300)
        await engine.kill()
        expect(isAlive(before.Pid), 'the container lives on').toBe(true)
        await delay(500)
        // The socket file of the killed engine is still there: the next one must not mind.
        await engine.start()
        console.log(`start beside a stale socket to the first answer: ${engine.startedInMs().toFixed(0)} ms`)
        expect(await state(id)).toMatchObject({
          Running: true,
          Pid: before.Pid,
          StartedAt: before.StartedAt,
        })
      }
      const since = await log(id, '&tail=1')
      await until('new lines after the last kill', async () => (await log(id, '&tail=1')) !== since)
      const wait = api.post(`/containers/${id}/wait`)
      expect((await api.post(`/containers/${id}/kill?signal=TERM`)).status).toBe(204)
      expect((await wait).json()).toMatchObject({ StatusCode: 7 })
      expect(await state(id)).toMatchObject({ Running: false, ExitCode: 7, Pid: 0 })

      const lines = (await log(id)).trimEnd().split('\n')
      const last = Number(/^end (\d+)$/.exec(lines.at(-1) ?? '')?.[1])
      expect(last).toBeGreaterThan(1000)
      expect(lines).toHaveLength(last + 1)
      expect(lines.slice(0, -1).findIndex((line, index) => line !== `${index + 1} line`)).toBe(-1)
      await api.delete(`/containers/${id}`)
      await expectSound(engine)
    })

    test(`an exit while no engine runs is reported by the next one (${round})`, async () => {
      const id = await start(api, { Cmd: ['sh', '-c', 'echo up; sleep 1; echo down; exit 23'] })
      const { Pid } = await state(id)
      await engine.kill()
      await until('the exit', () => !isAlive(Pid))
      await engine.start()
      expect(await state(id)).toMatchObject({ Running: false, ExitCode: 23 })
      expect((await api.post(`/containers/${id}/wait`)).json()).toMatchObject({ StatusCode: 23 })
      expect(await log(id)).toBe('up\ndown\n')
      await api.delete(`/containers/${id}`)
      await expectSound(engine)
    })
  }

  test('SIGTERM leaves containers running too [25.10]', async () => {
    const id = await start(api, { Cmd: ['sleep', '1000'] })
    const { Pid } = await state(id)
    await engine.terminate()
    expect(isAlive(Pid)).toBe(true)
    await engine.start()
    expect(await state(id)).toMatchObject({ Running: true, Pid })
    await api.delete(`/containers/${id}?force=1`)
    await expectSound(engine)
  })
})
