/** A commit of a git repository as files, by the host's git. */
import { lstat, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError } from '../../errors.ts'
import { ExecError, run } from '../../host/exec.ts'
import { resolveInRoot } from '../../host/rooted-path.ts'
import { explained, gitEnvironment } from '../plan/git-remote.ts'
import type { GitOperation } from '../plan/step.ts'
import { withoutPassword } from '../plan/without-password.ts'
import type { Performed, StepIo } from '../solve/performer.ts'
import { asFiles, freshFolder } from './fresh-folder.ts'
import type { PerformerParts } from './parts.ts'

/** Large repositories take their time; a server that hangs does not get all of it. */
const TIMEOUT_MS = 20 * 60_000

/** Throws as `resolveCommit` does, and `not-found` for a commit or a folder that there is not. */
export async function performGit(
  { scratch, request }: PerformerParts,
  operation: GitOperation,
  io: StepIo,
): Promise<Performed> {
  const { remote, subdirectory, keepGitDir, submodules } = operation
  const folder = await freshFolder(scratch, 'git')
  const env = await gitEnvironment(remote, request)
  const git = async (...args: string[]) => {
    const options = { env, cwd: folder, signal: io.signal, timeoutMs: TIMEOUT_MS }
    return (await run('git', ['-c', 'advice.detachedHead=false', ...args], options)).stdout.trim()
  }
  try {
    await git('init', '-q')
    await git('remote', 'add', 'origin', remote)
    await fetchCommit(git, operation)
    await git('checkout', '-q', operation.commit)
    if (submodules) await git('submodule', '--quiet', 'update', '--init', '--recursive', '--depth=1')
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw explained(error, remote)
  }
  const path = await resolveInRoot(folder, subdirectory)
  if (!(await lstat(path).catch(() => null))?.isDirectory()) {
    throw new EngineError(
      'not-found',
      `the git repository ${withoutPassword(remote)} has no folder ${subdirectory}`,
    )
  }
  if (!keepGitDir) await rm(join(folder, '.git'), { recursive: true, force: true })
  return asFiles(path)
}

/** Only the commit where the server gives it; else its branch, and at last all of the repository. */
async function fetchCommit(
  git: (...args: string[]) => Promise<string>,
  { commit, ref, remote }: GitOperation,
): Promise<void> {
  const ways = [
    ['--depth=1', 'origin', commit],
    ['--depth=1', 'origin', ref || 'HEAD'],
    ['origin', '+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*'],
  ]
  let failure: unknown = null
  for (const way of ways) {
    try {
      await git('fetch', '-q', ...way)
      await git('cat-file', '-e', `${commit}^{commit}`)
      return
    } catch (error) {
      if (!(error instanceof ExecError) || error.kind === 'cancelled' || error.code === null) throw error
      failure ??= error
    }
  }
  const details = { cause: failure }
  const words = (failure as ExecError).stderr
  if (!/not our ref|couldn't find remote ref|unadvertised/i.test(words)) throw failure
  throw new EngineError(
    'not-found',
    `the git repository ${withoutPassword(remote)} has no commit ${commit}`,
    details,
  )
}
