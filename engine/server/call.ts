/** One request on its way through a route, and the ways to answer it. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { EngineError } from '../errors.ts'
import type { Filters } from './backend.ts'
import type { ApiVersion } from './versions.ts'

/** The largest JSON body that is read: far above any real one. */
const BODY_LIMIT = 4 * 1024 * 1024

/** A request with its path taken apart. */
export interface Call {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Path parameters, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly version: ApiVersion
  /** Aborted when the client goes away before the answer is complete. */
  readonly signal: AbortSignal
}

/** A path parameter that the route's pattern has. */
export function param(call: Call, name: string): string {
  return call.params[name] ?? ''
}

/** A flag as Docker reads one: anything but empty, 0, no, false and none. */
export function flag(query: URLSearchParams, name: string, absent = false): boolean {
  const value = query.get(name)
  if (value === null) return absent
  return !['', '0', 'no', 'false', 'none'].includes(value.trim().toLowerCase())
}

/** A whole number of the query; undefined when it is left out. Throws `invalid`. */
export function number(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name)
  if (value === null || value === '') return undefined
  if (!/^-?\d+$/.test(value)) {
    throw new EngineError(
      'invalid',
      `strconv.Atoi: parsing "${value}": invalid syntax (${name} must be a number)`,
    )
  }
  return Number(value)
}

/** The `filters` parameter in both shapes: lists, or the older map of maps. Throws `invalid`. */
export function filters(query: URLSearchParams): Filters {
  const text = query.get('filters')
  if (!text) return new Map()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new EngineError('invalid', `invalid filters: ${(error as Error).message}`, { cause: error })
  }
  if (value === null) return new Map()
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new EngineError('invalid', 'invalid filters: not a JSON object')
  }
  return new Map(Object.entries(value).map(([name, values]) => [name, filterValues(name, values)]))
}

function filterValues(name: string, values: unknown): string[] {
  if (Array.isArray(values) && values.every((each) => typeof each === 'string')) return values
  if (values !== null && typeof values === 'object' && !Array.isArray(values)) {
    return Object.entries(values).flatMap(([value, wanted]) => (wanted === false ? [] : [value]))
  }
  throw new EngineError('invalid', `invalid filters: "${name}" is neither a list nor a map`)
}

/** The JSON body; an empty one is `absent`, or `invalid` without it. Throws `invalid` for what is no JSON object. */
export async function jsonBody<T extends object>(call: Call, absent?: T): Promise<T> {
  const text = await bodyText(call)
  return text === '' && absent !== undefined ? absent : parseBody<T>(text)
}

/** The JSON body of a request that may do without: null for an empty one, and for `null`, which docker's CLI sends. */
export async function jsonBodyOrNull(call: Call): Promise<object | null> {
  const text = await bodyText(call)
  return ['', 'null'].includes(text.trim()) ? null : parseBody<object>(text)
}

/** Throws `invalid` for a body that is too long, or says itself that it is no JSON. */
async function bodyText(call: Call): Promise<string> {
  const type = call.request.headers['content-type']
  const parts: Buffer[] = []
  let size = 0
  for await (const part of call.request) {
    size += (part as Buffer).length
    if (size > BODY_LIMIT) throw new EngineError('invalid', 'http: request body too large')
    parts.push(part as Buffer)
  }
  if (size > 0 && type !== undefined && !/^application\/json\b/i.test(type)) {
    throw new EngineError('invalid', `unsupported Content-Type header (${type}): must be 'application/json'`)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** Text of a body as a JSON object. Throws `invalid`. */
export function parseBody<T extends object>(text: string): T {
  if (text.trim() === '') throw new EngineError('invalid', 'invalid JSON: got EOF while reading request body')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new EngineError('invalid', `invalid JSON: ${(error as Error).message}`, { cause: error })
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new EngineError('invalid', 'invalid JSON: an object is expected')
  }
  return value as T
}

/** A whole JSON answer. */
export function answer(call: Call, status: number, value: unknown): void {
  answerText(call, status, `${JSON.stringify(value)}\n`)
}

/** A whole answer of JSON text. */
export function answerText(call: Call, status: number, text: string): void {
  const { response } = call
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  })
  response.end(text)
}

/** An answer without a body. */
export function answerEmpty(call: Call, status: number): void {
  call.response.writeHead(status, status === 200 ? { 'Content-Length': 0 } : {})
  call.response.end()
}

/** Sends headers at once and then the stream, no faster than the client reads. Destroys the source when it goes away. */
export async function answerStream(
  call: Call,
  contentType: string,
  source: NodeJS.ReadableStream,
): Promise<void> {
  call.response.writeHead(200, { 'Content-Type': contentType })
  call.response.flushHeaders()
  await pipeline(source, call.response)
}

/**
 * JSON values, each on a line of its own, each flushed. The headers go with the first value, so that an error before
 * it still has a status; an error later becomes a last line, as Docker's clients expect.
 */
export async function answerLines(call: Call, lines: AsyncIterable<unknown>): Promise<void> {
  const { response } = call
  const headers = () => {
    if (!response.headersSent) response.writeHead(200, { 'Content-Type': 'application/json' })
  }
  try {
    for await (const line of lines) {
      headers()
      if (!response.write(`${JSON.stringify(line)}\r\n`)) await drained(call)
    }
    headers()
  } catch (error) {
    if (!response.headersSent) throw error
    const message = error instanceof Error ? error.message : String(error)
    response.write(`${JSON.stringify({ errorDetail: { message }, error: message })}\r\n`)
  }
  response.end()
}

/** Resolves when the client has read enough, or has gone away. */
function drained(call: Call): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      call.response.off('drain', done)
      call.signal.removeEventListener('abort', done)
      resolve()
    }
    call.response.on('drain', done)
    call.signal.addEventListener('abort', done)
    if (call.signal.aborted) done()
  })
}
