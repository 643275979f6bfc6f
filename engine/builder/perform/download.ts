/** ADD of an address: one file, as BuildKit keeps it: for root alone, with the time that its server names. */
import { createWriteStream } from 'node:fs'
import { rm, utimes } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { EngineError } from '../../errors.ts'
import { Digester } from '../../oci/digest.ts'
import type { HttpOperation } from '../plan/step.ts'
import { withoutPassword } from '../plan/without-password.ts'
import type { Performed, StepIo } from '../solve/performer.ts'
import { asFiles, freshFolder } from './fresh-folder.ts'
import type { PerformerParts } from './parts.ts'

/** A server that says nothing for so long is given up. */
const SILENCE_MS = 60_000

/** Throws `unavailable` for a server that does not give it, `invalid` when it is not what was announced. */
export async function performHttp(
  { scratch }: PerformerParts,
  operation: HttpOperation,
  io: StepIo,
): Promise<Performed> {
  const folder = await freshFolder(scratch, 'http')
  const shown = withoutPassword(operation.url)
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(), SILENCE_MS)
  try {
    const signal = AbortSignal.any([io.signal, silence.signal])
    const response = await request(operation.url, signal)
    const name =
      operation.filename || nameIn(response) || basename(new URL(operation.url).pathname) || 'download'
    const path = join(folder, basename(name))
    const total = Number(response.headers.get('content-length') ?? 0)
    const digester = new Digester()
    const counting = async function* (source: AsyncIterable<Uint8Array>) {
      for await (const chunk of source) {
        timer.refresh()
        digester.update(chunk)
        io.status(shown, digester.size, total, false)
        yield chunk
      }
    }
    const body = response.body ? Readable.fromWeb(response.body as never) : Readable.from([])
    await pipeline(body, counting, createWriteStream(path, { mode: 0o600, flags: 'wx' }), { signal })
    io.status(shown, digester.size, digester.size, true)
    const digest = digester.digest()
    if (operation.checksum !== null && digest !== operation.checksum) {
      throw new EngineError('invalid', `digest mismatch ${digest}: ${operation.checksum}`)
    }
    const at = Date.parse(response.headers.get('last-modified') ?? '')
    const time = new Date(Number.isNaN(at) ? 0 : at)
    await utimes(path, time, time)
    return asFiles(folder)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    if (error instanceof EngineError) throw error
    if (io.signal.aborted) throw new EngineError('cancelled', 'cancelled', { cause: error })
    const why = silence.signal.aborted
      ? `the server said nothing for ${SILENCE_MS / 1000} seconds`
      : wordsOf(error)
    throw new EngineError('unavailable', `cannot download ${shown}: ${why}`, { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

async function request(address: string, signal: AbortSignal): Promise<Response> {
  const url = new URL(address)
  const { username, password } = url
  url.username = ''
  url.password = ''
  const words = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const headers = username === '' ? {} : { authorization: `Basic ${Buffer.from(words).toString('base64')}` }
  // As it lies there: what is compressed stays so.
  const response = await fetch(url, { signal, headers: { 'accept-encoding': 'identity', ...headers } })
  if (response.ok) return response
  await response.body?.cancel()
  throw new EngineError(
    response.status === 404 ? 'not-found' : 'unavailable',
    `cannot download ${withoutPassword(address)}: invalid response status ${response.status}`,
  )
}

/** The name that the server gives it (RFC 6266). */
function nameIn(response: Response): string | null {
  const header = response.headers.get('content-disposition') ?? ''
  return /filename="?([^";]+)"?/i.exec(header)?.[1]?.trim() ?? null
}

/** fetch says "fetch failed"; the reason is beneath. */
function wordsOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error ? cause.message || message : message
}
