/** What goes wrong with registries, in words for people and in the words that Docker's users search for. */
import { EngineError, type ErrorKind } from '../errors.ts'

/** A registry's refusal, as its answer says (distribution spec, "Error codes"). */
export interface Refusal {
  readonly status: number
  /** `MANIFEST_UNKNOWN`, `DENIED`, ...; empty when the answer has none. */
  readonly code: string
  readonly message: string
}

/** Reads an error answer's body. */
export function readRefusal(status: number, body: string): Refusal {
  try {
    const json = JSON.parse(body) as {
      errors?: { code?: unknown; message?: unknown; detail?: unknown }[]
      details?: unknown
      message?: unknown
    }
    const first = json.errors?.[0]
    if (first) {
      const code = String(first.code ?? '')
      return { status, code, message: String(first.message || first.detail || code.toLowerCase()) }
    }
    const words = json.details ?? json.message
    if (typeof words === 'string') return { status, code: '', message: words }
  } catch {
    // not JSON: a proxy's page, most likely
  }
  return { status, code: '', message: '' }
}

/** What a request was about. */
export type Asked = 'manifest' | 'blob' | 'listing' | 'push'

/** The error for a refused request about `name` (familiar form, with tag or digest when a manifest was asked for). */
export function refused(refusal: Refusal, name: string, what: Asked): EngineError {
  const { status, code, message } = refusal
  const words =
    [code.toLowerCase().replaceAll('_', ' '), message].filter(Boolean).join(': ') || `status ${status}`
  if (status === 401 || status === 403 || code === 'DENIED' || code === 'UNAUTHORIZED') {
    if (what === 'push') return pushDenied(status, message, name)
    const repository = name.replace(/@.*$/, '').replace(/:[^/:]*$/, '')
    // Not `unauthorized`: a registry does not say whether the repository exists, and docker's CLI would ask for a password.
    return new EngineError(
      'not-found',
      `pull access denied for ${repository}, repository does not exist or may require 'docker login': ${words}`,
    )
  }
  if (status === 429 || code === 'TOOMANYREQUESTS') {
    return new EngineError(
      'unavailable',
      `toomanyrequests: the registry limits how often it answers (${words}). Wait a while, or sign in with 'docker login' for a higher limit.`,
    )
  }
  if (status === 404) {
    if (code === 'NAME_UNKNOWN') return new EngineError('not-found', `repository ${name} not found: ${words}`)
    if (what === 'manifest') {
      const told =
        code === 'MANIFEST_UNKNOWN' || code === ''
          ? `manifest unknown: ${message || 'manifest unknown'}`
          : words
      return new EngineError('not-found', `manifest for ${name} not found: ${told}`)
    }
    return new EngineError('not-found', `${name}: the registry does not have this content: ${words}`)
  }
  const kind: ErrorKind = status >= 500 ? 'unavailable' : 'internal'
  return new EngineError(kind, `the registry answered ${status} for ${name}: ${words}`)
}

/** In the words of Docker's push, and what helps. */
function pushDenied(status: number, message: string, name: string): EngineError {
  const host = /^([^/]*[.:][^/]*|localhost)\//.exec(name)?.[1]
  const login = `'docker login${host ? ` ${host}` : ''}'`
  return status === 401
    ? new EngineError(
        'unauthorized',
        `unauthorized: ${message || 'authentication required'}. Sign in with ${login} and push again.`,
      )
    : new EngineError(
        'forbidden',
        `denied: ${message || 'requested access to the resource is denied'}. May this account write to ${name}? Sign in with ${login} as one that may, or tag the image with a repository of your own.`,
      )
}

const UNKNOWN_AUTHORITY =
  "x509: certificate signed by unknown authority. If you trust it, put its authority as ca.crt into its folder in the engine's certs.d."

const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused. Nothing listens there: is the registry running, and the address right?',
  ENOTFOUND: 'no such host. Is the name right, and does this machine reach a DNS server?',
  EAI_AGAIN:
    'the name could not be looked up (temporary failure in name resolution). Is this machine online?',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable. Is this machine online?',
  ECONNRESET: 'connection reset by peer',
  EPIPE: 'connection closed by peer',
  ETIMEDOUT: 'connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'connection timed out',
  UND_ERR_HEADERS_TIMEOUT: 'it did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'it stopped sending in the middle',
  UND_ERR_SOCKET: 'it closed the connection in the middle',
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED: 'its certificate has expired (x509)',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name (x509)',
  ERR_SSL_WRONG_VERSION_NUMBER:
    "http: server gave HTTP response to HTTPS client. If its network can be trusted, name it in the engine's insecure-registries.",
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    "tls: certificate required: it answers only to those with a certificate. Put client.cert and client.key into its folder in the engine's certs.d.",
}

/** Failures that a second try may cure: the connection broke, it was not refused. */
const PASSING = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_SOCKET',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_ABORTED',
  'HPE_INVALID_EOF_STATE',
])

/** Is this a broken connection (and not a refusal, an abort or a defect)? */
export function isPassing(error: unknown): boolean {
  return PASSING.has(codeOf(error))
}

/** The error for a connection to `host` that failed. `EngineError`s pass. */
export function unreachable(error: unknown, host: string): unknown {
  if (error instanceof EngineError) return error
  return new EngineError('unavailable', `cannot reach the registry ${host}: ${why(error)}`, { cause: error })
}

/** The error for a transfer of `what` that ended before its time. `EngineError`s pass. */
export function brokenOff(
  error: unknown,
  what: string,
  transfer: 'download' | 'upload' = 'download',
): unknown {
  if (error instanceof EngineError) return error
  return new EngineError('unavailable', `the ${transfer} of ${what} broke off: ${why(error)}`, {
    cause: error,
  })
}

function why(error: unknown): string {
  return NETWORK[codeOf(error)] ?? (error as Error | null)?.message ?? String(error)
}

function codeOf(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown } }
  return String(code ?? cause?.code ?? '')
}
