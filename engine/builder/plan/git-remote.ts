/** Repositories asked over the network, by the git program: which commit a ref is at, and with what git is run. */
import { EngineError } from '../../errors.ts'
import { ExecError, run } from '../../host/exec.ts'
import type { BuildRequest } from '../request.ts'
import { withoutPassword } from './without-password.ts'

/** A commit's name in full, of SHA-1 and SHA-256 repositories. */
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/
/** Enough for a slow server, and an end for one that does not answer. */
const TIMEOUT_MS = 120_000

/** What of a request opens private repositories. */
export type GitAccess = Pick<BuildRequest, 'secret' | 'ssh'>

/**
 * The commit that `ref` of `remote` is at: a branch before a tag of that name, a tag's commit and not the tag, and
 * `pull/1/head` as any other ref. Empty is the default branch. Throws `not-found`, `unauthorized` or `unavailable`.
 */
export async function resolveCommit(
  remote: string,
  ref: string,
  access: GitAccess,
  signal?: AbortSignal,
): Promise<string> {
  if (COMMIT.test(ref)) return ref
  const wanted = ref === '' ? ['HEAD'] : [ref, `${ref}^{}`]
  const env = await gitEnvironment(remote, access)
  let answer: string
  try {
    const args = ['ls-remote', '--', remote, ...wanted]
    answer = (await run('git', args, { env, timeoutMs: TIMEOUT_MS, ...(signal ? { signal } : {}) })).stdout
  } catch (error) {
    throw explained(error, remote)
  }
  const commits = new Map(
    answer
      .split('\n')
      .map((line) => line.split('\t'))
      .map(([commit, name]) => [name ?? '', commit ?? ''] as const),
  )
  const names =
    ref === ''
      ? ['HEAD']
      : [`refs/heads/${ref}`, `refs/tags/${ref}^{}`, `refs/tags/${ref}`, `${ref}^{}`, ref, `refs/${ref}`]
  const found = names.map((name) => commits.get(name)).find((commit) => commit !== undefined)
  if (found !== undefined && COMMIT.test(found)) return found
  throw new EngineError(
    'not-found',
    `the git repository ${withoutPassword(remote)} has no ref ${ref || 'HEAD'}`,
  )
}

/**
 * What git is run with: no question to a terminal, none of this machine's settings, and the secrets GIT_AUTH_TOKEN
 * or GIT_AUTH_HEADER (with `.host` for one host) for its server alone. They are in no argument, which others may read.
 */
export async function gitEnvironment(
  remote: string,
  { secret, ssh }: GitAccess,
): Promise<Readonly<Record<string, string>>> {
  const agent = /^https?:/i.test(remote) ? null : await ssh('default')
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ALLOW_PROTOCOL: 'http:https:git:ssh',
    // Whoever builds has no list of hosts here: BuildKit takes the key that the host shows, too.
    GIT_SSH_COMMAND:
      'ssh -F /dev/null -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o BatchMode=yes',
    ...(agent === null ? {} : { SSH_AUTH_SOCK: agent }),
    ...(await authorization(remote, secret)),
  }
}

async function authorization(
  remote: string,
  secret: GitAccess['secret'],
): Promise<Readonly<Record<string, string>>> {
  if (!/^https?:/i.test(remote) || !URL.canParse(remote)) return {}
  const { protocol, host, hostname } = new URL(remote)
  const names = [`.${host}`, `.${hostname}`, '']
  for (const name of names) {
    const header = await secret(`GIT_AUTH_HEADER${name}`)
    const token = header === null ? await secret(`GIT_AUTH_TOKEN${name}`) : null
    const credentials =
      token && `basic ${Buffer.from(`x-access-token:${token.toString().trim()}`).toString('base64')}`
    const value = header?.toString().trim() ?? credentials
    if (value === null) continue
    return {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: `http.${protocol}//${host}/.extraheader`,
      GIT_CONFIG_VALUE_0: `Authorization: ${value}`,
    }
  }
  return {}
}

/** git's own words, with what helps; errors that are not git's as they are. */
export function explained(error: unknown, remote: string): unknown {
  if (!(error instanceof ExecError) || error.kind === 'cancelled') return error
  const place = withoutPassword(remote)
  const details = { cause: error }
  if ((error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT')
    return new EngineError(
      'unavailable',
      `cannot read the git repository ${place}: the program git is not installed on this machine. Install it (apt-get install git) and build again`,
      details,
    )
  const words = reasonIn(error.stderr)
  const isLocked = /could not read Username|Authentication failed|Permission denied|403|401/.test(
    error.stderr,
  )
  const help = isLocked
    ? '. A private repository needs the secret GIT_AUTH_TOKEN, or an ssh agent (docker build --ssh default)'
    : ''
  return new EngineError(
    isLocked ? 'unauthorized' : 'unavailable',
    `cannot read the git repository ${place}: ${words.replaceAll(remote, place)}${help}`,
    details,
  )
}

/**
 * The last thing that git says is why; but after a line without words it gives advice, and of a failed ssh it says
 * only that it failed, which ssh explained in the line before.
 */
function reasonIn(stderr: string): string {
  const said = (stderr.trim().split(/\n\s*\n/)[0] ?? '').split('\n')
  const last = said.at(-1) ?? ''
  return last === 'fatal: Could not read from remote repository.' ? (said.at(-2) ?? last) : last
}
