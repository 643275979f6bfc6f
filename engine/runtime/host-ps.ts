/** The host's ps, for tables with columns of one's own. */
import { EngineError } from '../errors.ts'
import { run } from '../host/exec.ts'

/** What `ps ARGS` prints. Throws `invalid` with its own words when it does not take the arguments. */
export async function hostPs(args: readonly string[]): Promise<string> {
  const result = await run('ps', args, { expectExit: [0, 1, 2] })
  if (result.code === 0) return result.stdout
  throw new EngineError('invalid', `Error running ps: ${result.stderr.trim() || `exit code ${result.code}`}`)
}
