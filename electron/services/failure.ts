/** Failures as services tell them: what failed, on what; the engine's words as the cause; the next step if known. */
import type { ErrorKind } from '../../engine/errors.ts'
import { EngineError, isEngineError } from '../../engine/errors.ts'

/** An `EngineError` that knows what to do next. */
export class ServiceError extends EngineError {
  readonly remedy: string | null

  constructor(
    kind: ErrorKind,
    message: string,
    options: { readonly remedy?: string | null | undefined; readonly cause?: unknown } = {},
  ) {
    super(kind, message, { cause: options.cause })
    this.name = 'ServiceError'
    this.remedy = options.remedy ?? null
  }
}

/** Runs `act`; an engine's failure is told as "cannot <what>: <why>", with a next step where one is known. */
export async function explained<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (!isEngineError(error) || error instanceof ServiceError) throw error
    throw new ServiceError(error.kind, `Cannot ${what}: ${firstLine(error.message)}`, {
      cause: error,
      remedy: remedyFor(error),
    })
  }
}

function firstLine(words: string): string {
  const line = words.split('\n')[0] ?? ''
  return line.length > 400 ? `${line.slice(0, 400)}...` : line
}

/** What engines say, and what helps. The words are those of moby, podman and Longshore. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /port is already allocated|address already in use|port \d+ .*(held|in use)/i,
    'Choose another host port, or stop what holds this one.',
  ],
  [/name .* is already in use|already exists/i, 'Choose another name, or remove the container that has it.'],
  [
    /executable file not found|no such file or directory.*exec|exec.*not found/i,
    'Check the command: the image has no such program.',
  ],
  [/no space left/i, 'Free some disk space: remove images and volumes that nothing uses.'],
  [/you cannot remove a running container|container is running/i, 'Stop it first, or remove it with force.'],
  [
    /image is (being )?used|being used by (running|stopped) container|must be forced/i,
    'Remove the containers that use it first, or remove it with force.',
  ],
  [/volume is in use/i, 'Remove the containers that use it first.'],
  [
    /http response to https client|tls handshake|x509/i,
    'The registry does not speak the TLS that the engine expects; loopback registries need none.',
  ],
  [
    /no such host|i\/o timeout|connection refused|network is unreachable/i,
    'Check the registry name and this machine’s network.',
  ],
  [/unauthorized|denied|authentication required/i, 'Sign in with an account that may read this repository.'],
  [/manifest unknown|not found: manifest/i, 'Check the tag: the repository has no such one.'],
  [/permission/i, 'Add this user to the group that may use the socket, or choose another engine.'],
]

function remedyFor(error: EngineError): string | null {
  return REMEDIES.find(([pattern]) => pattern.test(error.message))?.[1] ?? null
}
