/** Pax extended header records: `LENGTH KEY=VALUE\n` (POSIX pax). Values are byte strings. */
import { EngineError } from '../errors.ts'

/** Prefix of the records that carry extended attributes. */
export const XATTR = 'SCHILY.xattr.'

/** Reads the records of one extended header. Throws `invalid`. */
export function decodePax(body: Buffer): Map<string, string> {
  const records = new Map<string, string>()
  let at = 0
  while (at < body.length) {
    const space = body.indexOf(0x20, at)
    const length = space < 0 ? Number.NaN : Number(body.toString('latin1', at, space))
    const end = at + length
    if (!Number.isInteger(length) || end > body.length || end <= space + 2 || body[end - 1] !== 0x0a) {
      // Zeros after the last record are padding that some writers count in.
      if (body.subarray(at).every((byte) => byte === 0)) break
      throw malformed()
    }
    const record = body.toString('latin1', space + 1, end - 1)
    const equals = record.indexOf('=')
    if (equals < 1) throw malformed()
    records.set(record.slice(0, equals), record.slice(equals + 1))
    at = end
  }
  return records
}

/** Writes records, in their order. */
export function encodePax(records: ReadonlyMap<string, string>): Buffer {
  const parts: string[] = []
  for (const [key, value] of records) {
    const rest = ` ${key}=${value}\n`
    // The length counts its own digits.
    let length = rest.length + 1
    while (String(length).length + rest.length !== length) length = String(length).length + rest.length
    parts.push(`${length}${rest}`)
  }
  return Buffer.from(parts.join(''), 'latin1')
}

function malformed(): EngineError {
  return new EngineError('invalid', 'the archive holds a malformed extended header')
}
