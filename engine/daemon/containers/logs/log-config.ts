/** `LogConfig`: which drivers there are, what their options mean, and what they add to each line. */
import type { LogConfig } from '../../../api/container.ts'
import { EngineError } from '../../../errors.ts'
import type { ContainerDefinition } from '../../records/container-record.ts'

const SHARED = ['max-size', 'max-file', 'compress', 'mode', 'max-buffer-size']
const ATTRIBUTES = ['labels', 'labels-regex', 'env', 'env-regex', 'tag']
/** Options of each driver. `none` takes any, as in Docker. */
const DRIVERS: Readonly<Record<string, readonly string[] | null>> = {
  'json-file': [...SHARED, ...ATTRIBUTES],
  local: SHARED,
  none: null,
}
/** What the `local` driver does when nothing is said. */
const LOCAL_BYTES = 20_000_000
const LOCAL_FILES = 5

/** When a log is begun anew, and how many files there are then, the one that is written to among them. */
export interface Rotation {
  readonly maxBytes: number
  readonly maxFiles: number
}

/** Throws `invalid` in Docker's words. */
export function checkLogConfig({ Type, Config }: LogConfig): void {
  const options = Config ?? {}
  const fail = (message: string) => new EngineError('invalid', message)
  const known = DRIVERS[Type]
  if (known === undefined) throw fail(`error looking up logging plugin ${Type}: plugin "${Type}" not found`)
  if (known === null) return
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    throw fail(
      Type === 'local'
        ? `unknown log opt '${name}' for log driver local`
        : `unknown log opt '${name}' for ${Type} log driver`,
    )
  }
  if (options.mode !== undefined && !['', 'blocking', 'non-blocking'].includes(options.mode)) {
    throw fail(`logger: logging mode not supported: ${options.mode}`)
  }
  if (options['max-buffer-size'] !== undefined) parseSize(options['max-buffer-size'])
  rotationOf({ Type, Config })
  for (const name of ['labels-regex', 'env-regex']) {
    if (options[name] !== undefined) pattern(options[name])
  }
}

/** What was asked for and is not done. */
export function logWarnings({ Type, Config }: LogConfig): string[] {
  if (Type !== 'json-file' || Config?.compress !== 'true') return []
  return ['Rotated logs are not compressed by this engine. Option compress discarded.']
}

/** Null when the log only grows. Throws `invalid`. */
export function rotationOf({ Type, Config }: LogConfig): Rotation | null {
  if (Type === 'none') return null
  const options = Config ?? {}
  const local = Type === 'local'
  const fail = (why: string) => new EngineError('invalid', `failed to initialize logging driver: ${why}`)
  const size = options['max-size']
  const maxBytes = size === undefined ? (local ? LOCAL_BYTES : null) : parseSize(size)
  if (maxBytes === 0) throw fail('max-size must be a positive number')
  const count = options['max-file']
  if (count !== undefined && !/^[+-]?\d+$/.test(count)) {
    throw fail(`strconv.Atoi: parsing "${count}": invalid syntax`)
  }
  const maxFiles = count === undefined ? (local ? LOCAL_FILES : 1) : Number(count)
  if (maxFiles < 1) throw fail('max-file cannot be less than 1')
  if (!local && options.compress === 'true' && (maxFiles < 2 || maxBytes === null)) {
    throw fail('compress cannot be true when max-file is less than 2 or max-size is not set')
  }
  return maxBytes === null ? null : { maxBytes, maxFiles }
}

/** What `details` puts before each line: labels and environment that the driver's options name, sorted and escaped. */
export function logAttributes({ id, config, host, imageId }: ContainerDefinition, name: string): string {
  const options = host.LogConfig.Config ?? {}
  const chosen = new Map<string, string>()
  const take = (entries: Iterable<readonly [string, string]>, names = '', regex = '') => {
    const listed = names.split(',').filter(Boolean)
    for (const [key, value] of entries) {
      if (listed.includes(key) || (regex !== '' && pattern(regex).test(key))) chosen.set(key, value)
    }
  }
  take(Object.entries(config.Labels), options.labels, options['labels-regex'])
  const environment = (config.Env ?? []).map((entry) => {
    const equals = entry.indexOf('=')
    return [entry.slice(0, equals), entry.slice(equals + 1)] as const
  })
  take(environment, options.env, options['env-regex'])
  if (options.tag) chosen.set('tag', expandTag(options.tag, { id, name, image: config.Image, imageId }))
  return [...chosen]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${queryEscape(key)}=${queryEscape(value)}`)
    .join(',')
}

function expandTag(
  tag: string,
  of: { readonly id: string; readonly name: string; readonly image: string; readonly imageId: string },
): string {
  const imageHex = of.imageId.replace(/^sha256:/, '')
  const fields: Readonly<Record<string, string>> = {
    ID: of.id.slice(0, 12),
    FullID: of.id,
    Name: of.name,
    ImageName: of.image,
    ImageID: imageHex.slice(0, 12),
    ImageFullID: of.imageId,
    DaemonName: 'docker',
  }
  return tag.replace(/\{\{\s*\.(\w+)\s*\}\}/g, (whole, field: string) => fields[field] ?? whole)
}

/** Go's query escaping. */
function queryEscape(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}

/** `10k`, `5m`, `1g`: thousands, as Docker counts them here. */
function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?) ?([kmgtp]?)(?:i?b)?$/i.exec(text)
  if (!match) {
    throw new EngineError('invalid', `failed to initialize logging driver: invalid size: '${text}'`)
  }
  const power = ['', 'k', 'm', 'g', 't', 'p'].indexOf((match[2] ?? '').toLowerCase())
  return Math.floor(Number(match[1]) * 1000 ** power)
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text)
  } catch (cause) {
    throw new EngineError('invalid', `error parsing regexp: ${(cause as Error).message}`, { cause })
  }
}
