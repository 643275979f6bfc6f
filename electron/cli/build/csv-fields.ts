/** `type=local,dest=out,"x=a,b"`: one line of comma-separated fields, quoted as RFC 4180 has it. Pure. */
import { EngineError } from '../../../engine/errors.ts'

/** The fields of a line. Throws `invalid` for a quote that does not end. */
export function csvFields(line: string): readonly string[] {
  const fields: string[] = []
  let field = ''
  let quoted = false
  for (let at = 0; at < line.length; at++) {
    const character = line[at] as string
    if (character === '"') {
      if (quoted && line[at + 1] === '"') {
        field += '"'
        at++
      } else quoted = !quoted
    } else if (character === ',' && !quoted) {
      fields.push(field)
      field = ''
    } else field += character
  }
  if (quoted) throw new EngineError('invalid', `a quote does not end in "${line}"`)
  return [...fields, field]
}

/** `key=value` fields by key, keys in lower case. Throws `invalid` for one without `=`; `what` names the flag. */
export function keyValues(line: string, what: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const field of csvFields(line)) {
    const equals = field.indexOf('=')
    if (equals === -1) {
      throw new EngineError('invalid', `${what} ${line}: invalid field "${field}", must be a key=value pair`)
    }
    found[field.slice(0, equals).trim().toLowerCase()] = field.slice(equals + 1)
  }
  return found
}
