/** Reads a body of JSON values, one a line (Docker's progress and events). */
import type { Readable } from 'node:stream'
import { EngineError } from '../errors.ts'

/** Each value as soon as its line is whole. Also takes application/json-seq, whose records begin with RS (RFC 7464). */
export async function* jsonLines<T>(source: Readable): AsyncGenerator<T, void, undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of source) {
    rest += decoder.decode(chunk as Buffer, { stream: true })
    let start = 0
    for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n', start)) {
      const line = clean(rest.slice(start, end))
      start = end + 1
      if (line !== '') yield parse<T>(line)
    }
    rest = rest.slice(start)
  }
  const last = clean(rest)
  if (last !== '') yield parse<T>(last)
}

function clean(line: string): string {
  return (line.charCodeAt(0) === 0x1e ? line.slice(1) : line).trim()
}

function parse<T>(line: string): T {
  try {
    return JSON.parse(line) as T
  } catch (cause) {
    throw new EngineError('internal', `the engine sent a line that is not JSON: ${line.slice(0, 200)}`, {
      cause,
    })
  }
}
