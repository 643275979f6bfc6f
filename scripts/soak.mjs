// npm run soak: each fault fifty times (or `--times N`), until one fails or all have passed. Takes an hour or more.
// Every random choice prints its seed; LONGSHORE_SEED=<seed> makes a run again.

import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { clock, say } from './setup/say.mjs'
import { setUp } from './setup/setup.mjs'
import { vitestStage } from './test/stage.mjs'

const top = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const at = process.argv.indexOf('--times')
const times = at === -1 ? 50 : Number(process.argv[at + 1])

try {
  if (!Number.isInteger(times) || times < 1)
    throw new Error('--times wants a whole number, such as --times 50')
  const { node } = setUp(top, 'test')
  const took = clock()
  say('soak', `each fault ${times} times`)
  const stage = vitestStage({ top, node }, 'soak', 'faults', { LONGSHORE_REPEAT: String(times) })
  const { passed, failed, skipped, output } = await stage.run()
  if (failed > 0) process.stdout.write(output)
  say('soak', `finished (${took()})`)
  process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`)
  process.exitCode = failed === 0 ? 0 : 1
} catch (error) {
  say('soak', error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
