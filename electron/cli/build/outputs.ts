/** Where a result goes, as `-o`, `--load` and `--push` say it. Pure. */
import { EngineError } from '../../../engine/errors.ts'
import { csvFields, keyValues } from './csv-fields.ts'

/** One output. `to` is a path of this machine, `-` is standard output. */
export type WantedOutput =
  | { readonly kind: 'image'; readonly names: readonly string[]; readonly push: boolean }
  | { readonly kind: 'docker' | 'oci'; readonly names: readonly string[]; readonly to: string }
  | { readonly kind: 'local' | 'tar'; readonly to: string }
  | { readonly kind: 'none' }

/**
 * All outputs: an image of the store unless `-o` says otherwise. `names` are those of `-t`. Throws `invalid` with
 * buildx's words.
 */
export function readOutputs(
  lines: readonly string[],
  names: readonly string[],
  also: { readonly load: boolean; readonly push: boolean },
): readonly WantedOutput[] {
  const outputs = lines.map((line) => readOutput(line, names))
  const wantsImage = also.load || also.push || outputs.length === 0
  if (also.push && names.length === 0 && !outputs.some(({ kind }) => kind === 'image')) {
    throw new EngineError('invalid', 'tag is needed when pushing to registry')
  }
  const [at, image] = outputs.entries().find(([, { kind }]) => kind === 'image') ?? []
  const all =
    at !== undefined && image?.kind === 'image' && also.push
      ? outputs.with(at, { ...image, push: true })
      : wantsImage && image === undefined
        ? [...outputs, { kind: 'image' as const, names, push: also.push }]
        : outputs
  if (all.filter((output) => 'to' in output && output.to === '-').length > 1) {
    throw new EngineError('invalid', 'only one output can go to standard output')
  }
  return all
}

function readOutput(line: string, names: readonly string[]): WantedOutput {
  const fields = csvFields(line)
  if (fields.length === 1 && fields[0] !== undefined && !fields[0].includes('=')) {
    return fields[0] === '-' ? { kind: 'tar', to: '-' } : { kind: 'local', to: fields[0] }
  }
  const { type = '', dest, name, push, ...rest } = keyValues(line, '--output')
  const own = name === undefined ? names : name.split(',')
  for (const key of Object.keys(rest)) {
    if (IGNORED.has(key)) continue
    throw new EngineError('invalid', `--output ${line}: there is no "${key}" for type ${type || 'local'}`)
  }
  switch (type) {
    case 'image':
      return { kind: 'image', names: own, push: push === 'true' }
    case 'registry':
      if (own.length === 0) throw new EngineError('invalid', 'tag is needed when pushing to registry')
      return { kind: 'image', names: own, push: push !== 'false' }
    case 'docker':
      if (dest === undefined) return { kind: 'image', names: own, push: false }
      return { kind: 'docker', names: own, to: dest }
    case 'oci':
      return { kind: 'oci', names: own, to: needed(dest, type) }
    case 'local':
    case 'tar':
      return { kind: type, to: needed(dest, type) }
    case 'cacheonly':
      return { kind: 'none' }
    case '':
      throw new EngineError('invalid', 'type is required for output')
    default:
      throw new EngineError(
        'invalid',
        `invalid output type "${type}": there are local, tar, oci, docker, image, registry and cacheonly`,
      )
  }
}

/** Of those images only: what they ask for is as it is anyway. */
const IGNORED = new Set([
  'store',
  'unpack',
  'oci-mediatypes',
  'tar',
  'rewrite-timestamp',
  'dangling-name-prefix',
])

function needed(dest: string | undefined, type: string): string {
  if (dest !== undefined && dest !== '') return dest
  throw new EngineError('invalid', `dest is required for ${type} output`)
}
