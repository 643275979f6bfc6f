/** Archives that an import names by an address: fetched by HTTP, as they come. */
import { EngineError } from '../../errors.ts'
import { bar, type Report } from './progress.ts'

/** What is told while it comes is told at most this often, in bytes. */
const REPORT_BYTES = 512 * 1024

/** The address that a source means; without a scheme it is a host (Docker's way). Throws `invalid`. */
export function archiveAddress(source: string): URL {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(source) ? source : `http://${source}`
  let address: URL
  try {
    address = new URL(text)
  } catch (cause) {
    throw new EngineError('invalid', `parse "${source}": this is no address`, { cause })
  }
  if (address.protocol === 'http:' || address.protocol === 'https:') return address
  throw new EngineError(
    'invalid',
    `unsupported protocol scheme "${address.protocol.slice(0, -1)}" in ${source}`,
  )
}

/**
 * The bytes at an address, reported as they come. Throws `invalid` when the server refuses, `unavailable` when there
 * is none, or it ends before its end.
 */
export async function* fetchArchive(
  address: URL,
  report: Report,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const response = await fetch(address, { signal }).catch((cause: Error) => {
    signal.throwIfAborted()
    const why = cause.cause instanceof Error ? cause.cause.message : cause.message
    throw new EngineError('unavailable', `Get "${address.href}": ${why}`, { cause })
  })
  if (!response.ok || response.body === null) {
    const text = (await response.text().catch(() => '')).trim().slice(0, 500)
    throw new EngineError(
      'invalid',
      `failed to GET ${address.href} with status ${response.status} ${response.statusText}: ${text}`,
    )
  }
  report({ status: `Downloading from ${address.href}` })
  const total = Number(response.headers.get('content-length') ?? 0)
  let current = 0
  let told = 0
  for await (const chunk of response.body) {
    current += chunk.length
    yield chunk
    if (current - told < REPORT_BYTES && current !== total) continue
    told = current
    const progress = total > 0 ? { progress: bar(current, total) } : {}
    report({ status: 'Importing', progressDetail: { current, total }, ...progress })
  }
}
