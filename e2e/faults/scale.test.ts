import { describe, expect, test } from 'vitest'
import { removeEverything } from '../fixtures/engine.ts'
import { marksOf, settledDifference, snapshot } from '../fixtures/leaks.ts'
import { until } from '../fixtures/processes.ts'
import { memory, openFiles } from './fuzzing.ts'
import { engineWithImage, expectSound, IMAGE, repeats } from './harness.ts'

/** A thousand and two hundred in the soak; fewer in the tests, which have not the time. */
const MANY = repeats > 1 ? { created: 1000, running: 200 } : { created: 150, running: 12 }

const { engine, api } = await engineWithImage()

describe(`${MANY.created} containers, of which ${MANY.running} run`, () => {
  test('are listed, inspected and told of, and leave nothing when they go [01.10]', async () => {
    const create = async (n: number) => {
      const running = n < MANY.running
      const body = {
        Image: IMAGE,
        Cmd: running ? ['sleep', '100000'] : ['true'],
        Labels: { n: `${n}` },
        HostConfig: {
          Binds: [`scale-${n % 50}:/data`],
          NetworkMode: running && n % 2 === 0 ? 'bridge' : 'none',
        },
      }
      const answer = await api.post(`/containers/create?name=scale-${n}`, body)
      expect(answer.status, answer.text).toBe(201)
      return answer.json<{ Id: string }>().Id
    }
    // The first one makes what stays for all.
    const first = await create(0)
    expect((await api.post(`/containers/${first}/start`)).status).toBe(204)
    await removeEverything(engine.socket)
    const marks = await marksOf(engine)
    const look = () => snapshot(marks)
    const before = await look()
    const files = openFiles(engine.pid())

    const ids: string[] = []
    const creating = await timed(async () => {
      for (let n = 0; n < MANY.created; n += 10) {
        ids.push(...(await Promise.all(Array.from({ length: 10 }, (_, at) => create(n + at)))))
      }
    })
    const starting = await timed(async () => {
      for (let n = 0; n < MANY.running; n += 4) {
        const some = ids.slice(n, Math.min(n + 4, MANY.running))
        const answers = await Promise.all(some.map((id) => api.post(`/containers/${id}/start`)))
        expect(answers.map(({ status, text }) => `${status} ${text}`)).toEqual(some.map(() => '204 '))
      }
    })
    const list = await median(async () => {
      const rows = (await api.get('/containers/json?all=1')).json<{ State: string }[]>()
      expect(rows).toHaveLength(MANY.created)
      expect(rows.filter(({ State }) => State === 'running')).toHaveLength(MANY.running)
    })
    const inspect = await median(async () => {
      const one = (await api.get(`/containers/${ids[MANY.created >> 1]}/json`)).json<{ Id: string }>()
      expect(one.Id).toBe(ids[MANY.created >> 1])
    })
    const event = await median(async () => {
      const since = (Date.now() / 1000 - 1).toFixed(3)
      const renamed = `renamed-${Math.random()}`
      const stream = await api.stream('GET', `/events?since=${since}`)
      const told = new Promise<void>((resolve) => {
        stream.body.on('data', (chunk: Buffer) => chunk.includes(renamed) && resolve())
      })
      await api.post(`/containers/${ids[0]}/rename?name=${renamed}`)
      await told
      stream.abort()
    })
    const { resident } = memory(engine.pid())
    await expectSound(engine, 'with all of them')
    await engine.kill()
    await engine.start()
    const adopted = (await api.get('/containers/json')).json<unknown[]>().length
    expect(adopted).toBe(MANY.running)
    const again = engine.startedInMs()
    const removing = await timed(() => removeEverything(engine.socket))
    console.log(
      [
        `${MANY.created} created in ${creating} ms, ${MANY.running} started in ${starting} ms, ${resident} MiB resident`,
        `medians: list ${list} ms, inspect ${inspect} ms, a change told ${event} ms`,
        `killed and started again in ${again.toFixed(0)} ms, all removed in ${removing} ms`,
      ].join('\n'),
    )
    const left = await settledDifference(before, look, 30_000)
    expect(left.join('\n')).toBe('')
    expect((await api.get('/volumes')).json<{ Volumes: unknown[] | null }>().Volumes ?? []).toEqual([])
    await until('its files to be closed', () => openFiles(engine.pid()) <= files + 5)
    await expectSound(engine, 'without any of them', ['--deep'])
  }, 900_000)
})

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await work()
  return Math.round(performance.now() - from)
}

/** Milliseconds, the middle one of nine. */
async function median(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let n = 0; n < 9; n++) times.push(await timed(work))
  return times.toSorted((a, b) => a - b)[4] as number
}
