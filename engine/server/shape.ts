/**
 * Checks that a JSON body has the types that the code behind it takes for granted. What is wrong is said as Docker's
 * decoder says it; a null means "left out", as it does there. Fields that a shape does not name pass unchecked.
 */
import { EngineError } from '../errors.ts'

/** What a JSON value must be. `words` is a list of texts or one text, as Cmd and Entrypoint may be. */
export type Shape =
  | 'text'
  | 'flag'
  | 'whole'
  | 'words'
  | { readonly list: Shape }
  | { readonly map: Shape }
  | { readonly fields: Readonly<Record<string, Shape>> }

/** The value without its nulls. Throws `invalid`, naming the field by its path, when a type is wrong. */
export function shaped(value: unknown, shape: Shape, path = ''): unknown {
  if (value === null || value === undefined) return empty(shape)
  switch (shape) {
    case 'text':
      return typeof value === 'string' ? value : refuse(value, 'string', path)
    case 'flag':
      return typeof value === 'boolean' ? value : refuse(value, 'bool', path)
    case 'whole':
      return isWhole(value) ? value : refuse(value, 'int64', path)
    case 'words':
      return typeof value === 'string' ? value : shaped(value, { list: 'text' }, path)
  }
  if ('list' in shape) {
    if (!Array.isArray(value)) return refuse(value, '[]', path)
    return value.map((item) => shaped(item, shape.list, path))
  }
  if (typeof value !== 'object' || Array.isArray(value)) return refuse(value, 'struct', path)
  if ('map' in shape) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, shaped(item, shape.map, path)]),
    )
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      const field = shape.fields[key]
      if (item === null) return []
      return [[key, field === undefined ? item : shaped(item, field, path === '' ? key : `${path}.${key}`)]]
    }),
  )
}

/** An int64 as JSON can carry it here: beyond 2^53 JavaScript rounds, which no setting of a container notices. */
function isWhole(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 63
}

function empty(shape: Shape): unknown {
  if (shape === 'text') return ''
  if (shape === 'flag') return false
  if (shape === 'whole') return 0
  return shape === 'words' || 'list' in shape ? [] : {}
}

function refuse(value: unknown, wanted: string, path: string): never {
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  throw new EngineError(
    'invalid',
    `json: cannot unmarshal ${kind} into Go struct field ${path === '' ? 'body' : path} of type ${wanted}`,
  )
}
