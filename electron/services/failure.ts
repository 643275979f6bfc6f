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
    const meaning = meaningOf(error)
    const kind = error.kind === 'internal' ? (meaning?.kind ?? error.kind) : error.kind
    throw new ServiceError(kind, `Cannot ${what}: ${firstLine(error.message)}`, {
      cause: error,
      remedy: meaning?.remedy,
    })
  }
}

/** Who called whom on the way to a program that did not start, before what happened; said by every OCI engine. */
const CALL_CHAIN =
  /^(?:failed to create (?:task for container|shim task|shim): )?(?:OCI runtime (?:create|exec|start) failed: )?(?:(?:crun|runc) (?:create|exec|start|run) failed: )?(?:unable to start container process: )?/

function firstLine(words: string): string {
  const first = words.split('\n')[0] ?? ''
  const line = first.replace(CALL_CHAIN, '').replace(/: unknown(?=$|;)/, '') || first
  return line.length > 400 ? `${line.slice(0, 400)}...` : line
}

/** What an engine's words mean: the kind, where engines answer 500 for what is no defect, and what helps. */
interface Meaning {
  readonly words: RegExp
  readonly kind?: ErrorKind
  readonly remedy: string
}

/** The words are those of moby, podman and Longshore. The first that fits counts. */
const MEANINGS: readonly Meaning[] = [
  {
    words: /port is already allocated|address already in use|port \d+ .*(held|in use)/i,
    kind: 'conflict',
    remedy: 'Choose another host port, or stop what holds this one.',
  },
  {
    words: /name .* is already in use|already exists/i,
    kind: 'conflict',
    remedy: 'Choose another name, or remove the container that has it.',
  },
  {
    words: /executable file not found|no such file or directory.*exec|exec.*not found/i,
    kind: 'invalid',
    remedy: 'Check the command: the image has no such program.',
  },
  {
    words: /no space left/i,
    kind: 'unavailable',
    remedy: 'Free some disk space: remove images and volumes that nothing uses.',
  },
  {
    words: /cannot remove a running container|container is running/i,
    remedy: 'Stop it first, or remove it with force.',
  },
  {
    words: /image is (being )?used|being used by (running|stopped) container|must be forced/i,
    remedy: 'Remove the containers that use it first, or remove it with force.',
  },
  { words: /volume is in use/i, remedy: 'Remove the containers that use it first.' },
  {
    words: /http response to https client|tls handshake|x509/i,
    kind: 'unavailable',
    remedy: 'The registry does not speak the TLS that the engine expects; loopback registries need none.',
  },
  {
    words: /no such host|i\/o timeout|connection refused|network is unreachable/i,
    kind: 'unavailable',
    remedy: 'Check the registry name and this machine’s network.',
  },
  {
    words: /unauthorized:|authentication required|access to the resource is denied|pull access denied/i,
    kind: 'unauthorized',
    remedy: 'Sign in with an account that may read this repository.',
  },
  {
    words: /manifest unknown|not found: manifest/i,
    kind: 'not-found',
    remedy: 'Check the tag: the repository has no such one.',
  },
  {
    words: /socket refuses permission/i,
    remedy: 'Add this user to the group that may use the socket, or choose another engine.',
  },
]

function meaningOf(error: EngineError): Meaning | undefined {
  return MEANINGS.find(({ words }) => words.test(error.message))
}
