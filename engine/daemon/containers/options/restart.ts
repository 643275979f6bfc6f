/** Restart policies of requests. */
import type { RestartPolicy } from '../../../api/container.ts'
import { EngineError } from '../../../errors.ts'

/** Throws `invalid` in Docker's words for policies and counts that cannot be. */
export function checkRestartPolicy({ Name, MaximumRetryCount }: RestartPolicy): void {
  const fail = (why: string) => new EngineError('invalid', `invalid restart policy: ${why}`)
  if (!['no', 'always', 'unless-stopped', 'on-failure'].includes(Name)) {
    throw fail(`unknown policy '${Name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`)
  }
  if (Name !== 'on-failure' && MaximumRetryCount !== 0) {
    throw fail(`maximum retry count can only be used with 'on-failure'`)
  }
  if (MaximumRetryCount < 0) throw fail('maximum retry count cannot be negative')
}
