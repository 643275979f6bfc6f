import { type Problems, toProblem } from './problem.ts'
import type { Slice } from './source.ts'
import { suggest } from './suggest.ts'
import type { MountFlag, Range, Word } from './tree.ts'

type Field = MountFlag['fields'][number]

const KINDS = ['bind', 'cache', 'tmpfs', 'secret', 'ssh']
const KEYS = ['type', 'from', 'source', 'src', 'target', 'dst', 'destination', 'readonly', 'ro', 'readwrite']
const MORE_KEYS = ['rw', 'required', 'id', 'sharing', 'mode', 'uid', 'gid', 'size', 'env']
const ALL_KEYS = [...KEYS, ...MORE_KEYS]
/** Keys that may stand without a value. */
const SWITCHES = ['readonly', 'ro', 'readwrite', 'rw', 'required']
/** Values that some keys must have; one with a variable in it is looked at when the build is planned. */
const SHAPES: Readonly<Record<string, { readonly form: RegExp; readonly wanted: string }>> = {
  mode: { form: /^[0-7]+$/, wanted: 'an octal number' },
  uid: { form: /^\d+$/, wanted: 'a number' },
  gid: { form: /^\d+$/, wanted: 'a number' },
  size: { form: /^\d+(?:\.\d+)?\s*(?:[kmgtp]i?b?|b)?$/i, wanted: 'a size as 64m' },
  readonly: { form: /^(?:true|false|0|1)$/i, wanted: 'true or false' },
  ro: { form: /^(?:true|false|0|1)$/i, wanted: 'true or false' },
  readwrite: { form: /^(?:true|false|0|1)$/i, wanted: 'true or false' },
  rw: { form: /^(?:true|false|0|1)$/i, wanted: 'true or false' },
  required: { form: /^(?:true|false|0|1)$/i, wanted: 'true or false' },
}

/** Reads the value of `--mount` (Dockerfile reference, "RUN --mount"): fields between commas, as a line of CSV. */
export function readMount(value: Slice, problems: Problems): MountFlag {
  const fields: Field[] = []
  let isWhole = true
  for (const part of splitCsv(value)) {
    const equals = part.text.indexOf('=')
    const name = equals < 0 ? part : part.sub(0, equals)
    const key = name.word(name.text.toLowerCase())
    const field: Field = { key, value: equals < 0 ? null : part.sub(equals + 1).word() }
    if (checkField(field, part.range(), value.text, problems)) fields.push(field)
    else isWhole = false
  }
  const mount: MountFlag = { fields, range: value.range() }
  // With a field lost, what is missing would only be told twice.
  if (isWhole) checkMount(mount, problems)
  return mount
}

function checkField(field: Field, range: Range, whole: string, problems: Problems): boolean {
  const key = field.key.text
  const written = field.value === null ? key : `${key}=${field.value.text}`
  if (!ALL_KEYS.includes(key)) {
    const near = suggest(key, ALL_KEYS)
    problems.push(toProblem(`unexpected key '${key}' in '${written}'`, field.key.range, near))
    return false
  }
  if (field.value === null) {
    if (SWITCHES.includes(key)) return true
    problems.push(
      toProblem(`invalid field '${key}' must be a key=value pair in '${whole}'`, range, `${key}=`),
    )
    return false
  }
  if (field.value.text.includes('$')) return true
  const shape = SHAPES[key]
  if (shape !== undefined && !shape.form.test(field.value.text)) {
    const message = `invalid value for ${key}: '${field.value.text}' is not ${shape.wanted}`
    problems.push(toProblem(message, field.value.range))
    return false
  }
  return true
}

/** What fits together, as far as it holds no variables. */
function checkMount(mount: MountFlag, problems: Problems): void {
  const find = (...keys: string[]): Word | null =>
    mount.fields.findLast((field) => keys.includes(field.key.text))?.value ?? null
  const has = (...keys: string[]) => mount.fields.some((field) => keys.includes(field.key.text))
  const type = find('type')
  const kind = type?.text ?? 'bind'
  if (kind.includes('$')) return
  const tell = (message: string, word: Word | null, suggestion: string | null = null) =>
    problems.push(toProblem(message, word?.range ?? mount.range, suggestion))
  if (!KINDS.includes(kind)) {
    tell(`unsupported mount type "${kind}", expected one of ${KINDS.join(', ')}`, type, suggest(kind, KINDS))
    return
  }
  const sharing = find('sharing')
  if (sharing !== null && kind !== 'cache') tell(`invalid cache sharing set for ${kind} mount`, sharing)
  else if (sharing !== null && !/^(?:shared|private|locked)$|\$/.test(sharing.text)) {
    const near = suggest(sharing.text, ['shared', 'private', 'locked'])
    tell(`unsupported sharing value "${sharing.text}", expected shared, private or locked`, sharing, near)
  }
  const keepsFileInfo = kind === 'secret' || kind === 'ssh' || kind === 'cache'
  for (const key of keepsFileInfo ? [] : ['mode', 'uid', 'gid']) {
    if (has(key)) tell(`${key} not allowed for "${kind}" type mounts`, find(key))
  }
  if (has('size') && kind !== 'tmpfs') tell(`size not allowed for "${kind}" type mounts`, find('size'))
  if (has('env') && kind !== 'secret') tell(`env not allowed for "${kind}" type mounts`, find('env'))
  if (has('required') && kind !== 'secret' && kind !== 'ssh') {
    tell(`required not allowed for "${kind}" type mounts`, null)
  }
  if (has('from') && (kind === 'secret' || kind === 'ssh' || kind === 'tmpfs')) {
    tell(`${kind} mount should not have a from`, find('from'))
  }
  const places = has('target', 'dst', 'destination')
  if (kind === 'secret') {
    if (!places && !has('source', 'src') && !has('id') && !has('env')) {
      tell('invalid secret mount. one of source, target required', null, 'id=')
    }
    if (has('source', 'src') && has('id')) tell("both source and id can't be set", find('id'))
  } else if (kind !== 'ssh') {
    if (!places) tell(`${kind} mount needs a target: the path in the container`, null, 'target=')
    else if (find('target', 'dst', 'destination')?.text === '/') {
      tell('invalid mount target "/"', find('target', 'dst', 'destination'))
    }
  }
}

/** Fields of one line of CSV (RFC 4180); a quoted one may hold commas, and `""` for a quote. */
function splitCsv(value: Slice): readonly Slice[] {
  const fields: Slice[] = []
  let indices: number[] = []
  let quoted = false
  for (let i = 0; i <= value.text.length; i++) {
    const character = value.text[i]
    if (character === undefined || (character === ',' && !quoted)) {
      fields.push(value.pick(indices))
      indices = []
    } else if (character !== '"') indices.push(i)
    else if (quoted && value.text[i + 1] === '"') indices.push(i++)
    else if (quoted || indices.length === 0) quoted = !quoted
    else indices.push(i)
  }
  return fields
}
