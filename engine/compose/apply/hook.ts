/** Runs a lifecycle hook in a container (spec 05, post_start and pre_stop): Docker Compose's way, by an exec. */

import { demux } from '../../client/frames.ts'
import { EngineError } from '../../errors.ts'
import { splitLines } from '../operate/logs.ts'
import { pairs } from '../plan/desired/amounts.ts'
import type { Action } from '../plan/step.ts'
import type { ApplyOptions } from './apply.ts'

/** Resolves when it has ended well. Throws `conflict` when it ends with another code than 0. */
export async function runHook(
  { phase, name, shown, hook }: Extract<Action, { kind: 'hook' }>,
  { client, output }: ApplyOptions,
): Promise<void> {
  const id = await client.exec.create(name, {
    command: hook.command,
    terminal: false,
    stdin: false,
    user: hook.user,
    directory: hook.working_dir,
    privileged: hook.privileged,
    environment: pairs(hook.environment),
  })
  const stream = await client.exec.start(id, { terminal: false })
  stream.end()
  try {
    for await (const { text } of splitLines(demux(stream, false))) output?.(`${shown} ${phase}`, text)
  } finally {
    stream.destroy()
  }
  const { ExitCode } = await client.exec.inspect(id)
  if (ExitCode !== 0) {
    throw new EngineError(
      'conflict',
      `${phase} of ${shown} ended with ${ExitCode}: ${hook.command.join(' ')}`,
    )
  }
}
