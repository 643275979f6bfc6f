// npm run soak: each fault fifty times (`--times N`) and each of the three kinds of fuzzing for twenty minutes
// (`--fuzz SECONDS`). Takes some hours. Every random choice prints its seed; LONGSHORE_SEED=<seed> makes a run again.
// Figures (sizes, times, memory) are printed; only counts and leaks are judged.

import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { clock, say } from './setup/say.mjs'
import { setUp } from './setup/setup.mjs'
import { vitestStage } from './test/stage.mjs'

const top = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const times = option('--times', 50)
const fuzzSeconds = option('--fuzz', 1200)

try {
  const { node } = setUp(top, 'test')
  const took = clock()
  say('soak', `each fault ${times} times, each kind of fuzzing for ${fuzzSeconds} s`)
  const stage = vitestStage({ top, node }, 'soak', 'faults', {
    LONGSHORE_REPEAT: String(times),
    LONGSHORE_FUZZ_SECONDS: String(fuzzSeconds),
  })
  const { passed, failed, skipped, output } = await stage.run()
  if (failed > 0) process.stdout.write(output)
  else process.stdout.write(`${figures(output).join('\n')}\n`)
  say('soak', `finished (${took()})`)
  process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`)
  process.exitCode = failed === 0 ? 0 : 1
} catch (error) {
  say('soak', error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}

/**
 * The whole number after an option.
 * @param {string} name
 * @param {number} otherwise
 */
function option(name, otherwise) {
  const at = process.argv.indexOf(name)
  if (at === -1) return otherwise
  const value = Number(process.argv[at + 1])
  if (Number.isInteger(value) && value > 0) return value
  say('soak', `${name} wants a whole number, such as ${name} ${otherwise}`)
  process.exit(1)
}

/**
 * Lines that tell how much was done, how long it took and which seed it had.
 * @param {string} output
 */
function figures(output) {
  return output
    .split('\n')
    .filter((line) =>
      /LONGSHORE_SEED=|\d (tries|created|states)\b|medians:|done between kills|started again/.test(line),
    )
}
