/** A body that is one line of JSON, and whatever follows it. */
import { Readable } from 'node:stream'
import { EngineError } from '../errors.ts'
import { parseBody } from './call.ts'

/** Far above any real one; secrets are in it. */
const LONGEST = 4 * 1024 * 1024

/** Throws `invalid` for a line that is too long, or no object. `rest` may be empty. */
export async function firstLine(
  body: Readable,
): Promise<{ readonly value: object; readonly rest: Readable }> {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const parts: Buffer[] = []
  let size = 0
  for (;;) {
    const next = await chunks.next()
    const chunk = next.done ? Buffer.alloc(0) : next.value
    const end = chunk.indexOf('\n')
    const part = end < 0 ? chunk : chunk.subarray(0, end)
    size += part.length
    if (size > LONGEST) throw new EngineError('invalid', 'http: request body too large')
    parts.push(part)
    if (end < 0 && !next.done) continue
    const value = parseBody(Buffer.concat(parts).toString('utf8'))
    return { value, rest: Readable.from(after(chunk.subarray(end + 1), chunks), { objectMode: false }) }
  }
}

async function* after(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (head.length > 0) yield head
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}
