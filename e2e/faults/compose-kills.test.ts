/** `compose up` is killed at any moment, or its engine is: the next plan is right, finishes the work, and loses nothing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { bin } from '../fixtures/paths.ts'
import { background, delay, mustRun } from '../fixtures/processes.ts'
import { engineWithImage, expectSound, IMAGE, randomNumbers, repeats } from './harness.ts'

/** Kills of `npm test`; the soak repeats them. */
const KILLS = 1

const { engine, api } = await engineWithImage()

describe('compose up is killed at any moment', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'compose-kills-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'compose.yaml')
  const env = { DOCKER_HOST: `unix://${engine.socket}` }
  const words = (...args: readonly string[]) => [bin, 'compose', '-f', file, '-p', 'wreck', ...args]
  const compose = (...args: readonly string[]) => mustRun(process.execPath, words(...args), { env })
  const write = (level: number) =>
    writeFileSync(
      file,
      JSON.stringify({
        services: {
          db: {
            image: IMAGE,
            init: true,
            command: ['sh', '-c', 'test -e /data/first || echo $$LEVEL > /data/first; exec sleep 1000'],
            environment: { LEVEL: String(level) },
            volumes: ['data:/data', '/anonymous'],
            configs: ['note'],
            healthcheck: { test: 'test -e /data/first', interval: '1s' },
          },
          web: {
            image: IMAGE,
            init: true,
            command: ['sleep', '1000'],
            environment: { LEVEL: String(level) },
            depends_on: { db: { condition: 'service_healthy' } },
            networks: ['front', 'back'],
            deploy: { replicas: 3, update_config: { parallelism: 2, order: 'start-first' } },
          },
        },
        networks: { front: {}, back: {} },
        volumes: { data: {} },
        configs: { note: { content: `level ${level}` } },
      }),
    )

  test.each(['the command', 'the engine'] as const)(
    '%s is killed: the next up finishes, no volume is lost [15.12]',
    async (who) => {
      const random = randomNumbers(`compose-kills ${who}`)
      write(0)
      await compose('up', '-d')
      const first = (await compose('exec', '-T', 'db', 'cat', '/data/first')).trim()
      for (let kill = 1; kill <= KILLS * repeats; kill++) {
        write(kill)
        const up = background(process.execPath, words('up', '-d', '-t', '1'), {
          logPath: path.join(folder, 'up.log'),
          env,
        })
        await delay(300 + random(3000))
        if (who === 'the command') up.child.kill('SIGKILL')
        else await engine.kill()
        await up.ended
        if (who === 'the engine') await engine.start()
        const told = `kill ${kill}:\n${up.log()}`

        const finished = await mustRun(process.execPath, words('up', '-d', '-t', '1'), { env }).catch(
          (error: Error) => error,
        )
        expect(finished, told).toBeTypeOf('string')
        // Nothing is left to do, and each is what the file says.
        const plan = await compose('plan')
        expect(
          plan.split('\n').filter((line) => line !== '' && !/ keep\b/.test(line)),
          told,
        ).toEqual([])
        const rows = (await api.get('/containers/json?all=1')).json<{ Names: string[]; State: string }[]>()
        expect(rows.map(({ Names, State }) => `${Names[0]} ${State}`).toSorted(), told).toEqual(
          ['db-1', 'web-1', 'web-2', 'web-3'].map((name) => `/wreck-${name} running`),
        )
        for (const service of ['db', 'web'])
          expect((await compose('exec', '-T', service, 'sh', '-c', 'echo $LEVEL')).trim(), told).toBe(
            String(kill),
          )
        expect((await compose('exec', '-T', 'db', 'cat', '/note')).trim(), told).toBe(`level ${kill}`)
        expect((await compose('exec', '-T', 'db', 'cat', '/data/first')).trim(), told).toBe(first)
      }
      await compose('down', '-v', '-t', '1')
      expect((await api.get('/containers/json?all=1')).json()).toEqual([])
      await expectSound(engine)
    },
  )
})
