/** Options of the local volume driver: what is mounted at a volume's place when it is used (moby's volume/local). */
import { EngineError } from '../../errors.ts'

const KNOWN = ['type', 'o', 'device', 'size']
/** Option -> those without which it means nothing. */
const NEEDS: readonly (readonly [string, readonly string[]])[] = [
  ['device', ['type']],
  ['type', ['device']],
  ['o', ['device', 'type']],
]

/** `prefix` stands before what is wrong. Throws `invalid` in Docker's words. */
export function checkDriverOptions(options: Readonly<Record<string, string>>, prefix: string): void {
  const fail = (why: string) => new EngineError('invalid', `${prefix}${why}`)
  for (const name of Object.keys(options)) {
    if (!KNOWN.includes(name)) throw fail(`invalid option: "${name}"`)
  }
  if (options.size !== undefined) throw fail('quota size requested but no quota support')
  for (const [name, needed] of NEEDS) {
    if (options[name] === undefined) continue
    for (const each of needed) {
      if (options[each] === undefined) throw fail(`missing required option: "${each}"`)
    }
  }
}
