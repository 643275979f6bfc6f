import { beforeAll, describe, expect, test } from 'vitest'
import { removeEverything } from '../fixtures/engine.ts'
import { layeredImage } from '../fixtures/images.ts'
import { marksOf, settledDifference, snapshot } from '../fixtures/leaks.ts'
import { pushImage } from '../fixtures/oci.ts'
import { bin } from '../fixtures/paths.ts'
import { delay, run } from '../fixtures/processes.ts'
import { engineWithImage, expectSound, IMAGE, randomNumbers, repeats, start } from './harness.ts'
import { JOBS, Ledger, WatchfulClient } from './work.ts'

/** Kills of `npm test`; the soak repeats them. */
const KILLS = 4

const { engine, api, registry } = await engineWithImage()

describe('the engine is killed at any moment', () => {
  beforeAll(async () => {
    await pushImage(registry.host, 'layered', '1', layeredImage('docker'))
  })

  test('the next one is sound, and what was acknowledged is there [01.04] [01.10]', async () => {
    const random = randomNumbers('kill-anywhere')
    const ledger = new Ledger()
    const watched = new WatchfulClient(engine.socket)
    const done = new Map<string, number>()
    const failures: string[] = []
    const names = Object.keys(JOBS)
    const marks = await marksOf(engine)
    // The first one makes what stays for all.
    await api.delete(`/containers/${await start(api, { Cmd: ['true'] })}?force=1`)
    // The engine's own cgroup comes and goes; what is below it must not stay.
    const look = async () => {
      const seen = await snapshot(marks)
      const cgroups = (seen.cgroups ?? []).filter((line) => !/\/longshore-[0-9a-f]{8}$/.test(line))
      return { ...seen, cgroups }
    }
    const before = await look()
    let n = 0
    for (let kill = 0; kill < KILLS * repeats; kill++) {
      // A few kinds at a time, so that each gets its turn on a slow machine too.
      const chosen = Array.from({ length: 4 }, () => names[random(names.length)] as string)
      let killed = false
      const work = chosen.map(async (name) => {
        while (!killed) {
          const bench = { api: watched, registry: registry.host, ledger, n: ++n, random }
          await JOBS[name]?.(bench).then(
            () => done.set(name, (done.get(name) ?? 0) + 1),
            (error: Error) => !killed && failures.push(`${name}: ${error.message}`),
          )
        }
      })
      // Beside an engine at work, verify has nothing to say either.
      if (kill % KILLS === 0) await expectSound(engine)
      await delay(random(1200))
      killed = true
      await engine.kill()
      await Promise.all(work)
      await engine.start()
      const told = `kill ${kill} during ${chosen.join(', ')}`
      expect(await ledger.missing(api), `${told}\n${engine.log().slice(-2000)}`).toEqual([])
      await expectSound(engine, told)
      if (kill % KILLS !== KILLS - 1) continue
      ledger.clear()
      await removeEverything(engine.socket)
      const left = await settledDifference(before, look)
      expect(left.join('\n'), told).toBe('')
    }
    console.log(`done between kills: ${[...done].map(([name, times]) => `${name} ${times}`).join(', ')}`)
    expect([...new Set([...failures, ...watched.defects])].join('\n')).toBe('')
    await removeEverything(engine.socket)
    await expectSound(engine, 'at the end, deep', ['--deep'])
    const created = await api.post('/containers/create', { Image: IMAGE, Cmd: ['sh', '-c', 'exit 3'] })
    const { Id } = created.json<{ Id: string }>()
    expect((await api.post(`/containers/${Id}/start`)).status).toBe(204)
    expect((await api.post(`/containers/${Id}/wait`)).json()).toMatchObject({ StatusCode: 3 })
    await api.delete(`/containers/${Id}`)
  })

  test('a second engine on the same folder is refused, and the first goes on', async () => {
    const second = await run(
      process.execPath,
      [bin, 'engine', '--root', engine.root, '--socket', `${engine.socket}2`],
      { timeoutMs: 20_000 },
    )
    expect(second.code).not.toBe(0)
    expect(second.code).not.toBe(137)
    expect(second.stderr).toMatch(/another engine|already|in use|running/i)
    expect((await api.get('/_ping')).text).toBe('OK')
  })
})
