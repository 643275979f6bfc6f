/** The engine is killed in the middle of a build: nothing of it goes on, nothing is left, and the next one is right. */
import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Builder } from '../build/harness/builder.ts'
import { delay, run } from '../fixtures/processes.ts'
import { engineWithImage, expectSound, IMAGE, randomNumbers, repeats } from './harness.ts'

/** Kills of `npm test`; the soak repeats them. */
const KILLS = 3
const SECRET = 'a-word-that-nothing-may-keep-7f3a'
const DOCKERFILE = `FROM ${IMAGE} AS one
RUN --mount=type=secret,id=word --mount=type=cache,target=/cache cat /run/secrets/word > /dev/null; sleep 0.31741; echo 1 > /one
FROM ${IMAGE} AS two
RUN --mount=type=secret,id=word,env=WORD test -n "$WORD" && sleep 0.31742 && mkdir /d && echo 2 > /d/two
FROM ${IMAGE}
COPY a.txt /
COPY --from=one /one /
COPY --from=two /d /d
RUN (sleep 0.31743 &) ; cat /one /d/two /a.txt > /all
`

const { engine } = await engineWithImage()

describe('the engine is killed while it builds', () => {
  test('nothing of the build goes on or is left, and the next build is right [01.04] [09.04]', async () => {
    const random = randomNumbers('kill-while-building')
    const builder = new Builder(engine, 'longshore')
    const spec = {
      dockerfile: DOCKERFILE,
      files: { 'a.txt': 'a\n', '../beside/word': SECRET },
      flags: ['--secret', 'id=word,src={beside}/word'],
    }
    try {
      for (let kill = 0; kill < KILLS * repeats; kill++) {
        const building = builder.run({ ...spec, flags: [...spec.flags, '--no-cache'] })
        await delay(random(2500))
        await engine.kill()
        await building
        const kept = await run('grep', ['-rlaF', SECRET, engine.root, ...states()])
        expect(kept.stdout, `kill ${kill}`).toBe('')
        await engine.start()
        await expectSound(engine, `kill ${kill}`)
        const going = await run('pgrep', ['-f', 'sleep 0.3174[1-3]'])
        expect(going.stdout, `kill ${kill}: a command goes on`).toBe('')
        const { outcome } = await builder.build(spec)
        expect(await builder.exec(outcome.name, ['cat', '/all'])).toEqual({ code: 0, output: '1\n2\na\n' })
      }
      const kept = await run('grep', ['-rlaF', SECRET, engine.root, ...states()])
      expect(kept.stdout).toBe('')
    } finally {
      builder.cleanUp()
    }
  }, 300_000)
})

/** Where engines keep what need not outlive a reboot. */
function states(): string[] {
  return ['/run/longshore', '/run/user'].filter((path) => existsSync(path))
}
