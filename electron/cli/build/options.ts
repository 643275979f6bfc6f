/** What `longshore build` was asked for, in docker build's flags. Pure: nothing is looked up here. */
import { EngineError } from '../../../engine/errors.ts'
import { type Flags, type FlagTable, readFlags } from '../compose/flags.ts'
import { csvFields, keyValues } from './csv-fields.ts'
import { readOutputs, type WantedOutput } from './outputs.ts'
import { bytesOf } from './sizes.ts'

export type ProgressStyle = 'auto' | 'plain' | 'tty' | 'rawjson' | 'quiet'

/** A secret before its value was read. */
export interface WantedSecret {
  readonly id: string
  readonly from: { readonly env: string } | { readonly file: string }
}

/** `paths` of keys or of an agent's socket; none is the agent of the environment. */
export interface WantedSsh {
  readonly id: string
  readonly paths: readonly string[]
}

/** `platform` null is every one that is built. */
export interface WantedAnnotation {
  readonly on: 'manifest' | 'index'
  readonly platform: string | null
  readonly key: string
  readonly value: string
}

export interface BuildOptions {
  /** A path, an address, or `-`. */
  readonly path: string
  readonly names: readonly string[]
  /** Null is the context's own; `-` is standard input. */
  readonly file: string | null
  readonly args: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  readonly contexts: Readonly<Record<string, string>>
  readonly target: string | null
  readonly platform: string | null
  readonly noCache: boolean
  readonly noCacheFilter: readonly string[]
  readonly pull: boolean
  readonly squash: boolean
  readonly network: string | null
  readonly extraHosts: readonly string[]
  readonly allow: readonly string[]
  readonly secrets: readonly WantedSecret[]
  readonly ssh: readonly WantedSsh[]
  readonly outputs: readonly WantedOutput[]
  readonly cacheFrom: readonly Readonly<Record<string, string>>[]
  readonly cacheTo: readonly Readonly<Record<string, string>>[]
  readonly annotations: readonly WantedAnnotation[]
  readonly ulimits: readonly { readonly name: string; readonly soft: number; readonly hard: number }[]
  readonly shmBytes: number | null
  readonly memoryBytes: number | null
  /** -1 is no limit. */
  readonly memorySwapBytes: number | null
  readonly cpus: {
    readonly cpuShares?: number
    readonly cpuPeriod?: number
    readonly cpuQuota?: number
    readonly cpusetCpus?: string
    readonly cpusetMems?: string
  }
  readonly cgroupParent: string | null
  readonly progress: ProgressStyle
  readonly check: boolean
  readonly iidFile: string | null
  readonly metadataFile: string | null
  readonly sourceDateEpoch: number | null
  /** The engine's address, as docker's -H. */
  readonly host: string | null
}

type Environment = Readonly<Record<string, string | undefined>>

const TEXT = { type: 'string' } as const
const MANY = { type: 'string', multiple: true } as const
const YES = { type: 'boolean' } as const

const TABLE: FlagTable = {
  ...{ 'add-host': MANY, allow: MANY, annotation: MANY, attest: MANY, 'build-arg': MANY },
  ...{ 'build-context': MANY, builder: TEXT, 'cache-from': MANY, 'cache-to': MANY, call: TEXT },
  ...{ 'cpu-period': TEXT, 'cpu-quota': TEXT, 'cpu-shares': { type: 'string', short: 'c' } },
  ...{ 'cpuset-cpus': TEXT, 'cpuset-mems': TEXT, 'memory-swap': TEXT },
  ...{ 'cgroup-parent': TEXT, check: YES, compress: YES, debug: { type: 'boolean', short: 'D' } },
  ...{ file: { type: 'string', short: 'f' }, 'force-rm': YES, host: { type: 'string', short: 'H' } },
  ...{ help: { type: 'boolean', short: 'h' }, iidfile: TEXT, label: MANY, load: YES },
  ...{ memory: { type: 'string', short: 'm' }, 'metadata-file': TEXT, network: TEXT, 'no-cache': YES },
  ...{ 'no-cache-filter': MANY, output: { ...MANY, short: 'o' }, platform: TEXT, progress: TEXT },
  ...{ provenance: TEXT, pull: YES, push: YES, quiet: { type: 'boolean', short: 'q' }, rm: YES },
  ...{ sbom: TEXT, secret: MANY, 'shm-size': TEXT, squash: YES, ssh: MANY },
  ...{ tag: { ...MANY, short: 't' }, target: TEXT, ulimit: MANY },
}

/** Reads the flags; null asks for help. Throws `invalid` for what is wrong, `not-implemented` for what is not there. */
export function readBuildOptions(args: readonly string[], environment: Environment): BuildOptions | null {
  const flags = readFlags(negatives(args), TABLE, { leading: false, usage: 'build' })
  if (flags.yes('help')) return null
  refuse(flags)
  const [path, ...more] = flags.names
  if (path === undefined || more.length > 0) {
    throw new EngineError(
      'invalid',
      `"longshore build" requires exactly 1 argument (PATH | URL | -)${more.length > 0 ? `, not ${more.length + 1}: ${flags.names.join(' ')}` : ''}; see "longshore build --help"`,
    )
  }
  const names = flags.list('tag')
  const buildArgs = pairs(flags.list('build-arg'), environment)
  const epoch = buildArgs.SOURCE_DATE_EPOCH ?? environment.SOURCE_DATE_EPOCH
  const quiet = flags.yes('quiet')
  return {
    path,
    names,
    file: flags.text('file') ?? null,
    args: buildArgs,
    labels: Object.fromEntries(flags.list('label').map((label) => pair(label, ''))),
    contexts: Object.fromEntries(flags.list('build-context').map(namedContext)),
    target: flags.text('target') ?? null,
    platform: flags.text('platform') ?? environment.DOCKER_DEFAULT_PLATFORM ?? null,
    noCache: flags.yes('no-cache'),
    noCacheFilter: flags.list('no-cache-filter').flatMap((stages) => stages.split(',')),
    pull: flags.yes('pull'),
    squash: flags.yes('squash'),
    network: flags.text('network') ?? null,
    extraHosts: flags.list('add-host').map(extraHost),
    allow: flags
      .list('allow')
      .flatMap((names) => names.split(','))
      .map(entitlement),
    secrets: flags.list('secret').map((line) => secret(line, environment)),
    ssh: flags.list('ssh').map(ssh),
    outputs: readOutputs(flags.list('output'), names, { load: flags.yes('load'), push: flags.yes('push') }),
    cacheFrom: flags.list('cache-from').map((line) => cache(line, '--cache-from')),
    cacheTo: flags.list('cache-to').map((line) => cache(line, '--cache-to')),
    annotations: flags.list('annotation').flatMap(annotation),
    ulimits: flags.list('ulimit').map(ulimit),
    shmBytes: bytesOf(flags.text('shm-size'), '--shm-size'),
    memoryBytes: bytesOf(flags.text('memory'), '--memory'),
    memorySwapBytes:
      flags.text('memory-swap') === '-1' ? -1 : bytesOf(flags.text('memory-swap'), '--memory-swap'),
    cpus: cpus(flags),
    cgroupParent: flags.text('cgroup-parent') ?? null,
    progress: quiet ? 'quiet' : progressOf(flags, environment),
    check: flags.yes('check') || flags.text('call') === 'check',
    iidFile: flags.text('iidfile') ?? null,
    metadataFile: flags.text('metadata-file') ?? null,
    sourceDateEpoch: epoch === undefined || epoch === '' ? null : whole(epoch, 'SOURCE_DATE_EPOCH'),
    host: flags.text('host') ?? null,
  }
}

/** `--memory-swap -1`: a number is the value of the flag before it, and no flag of its own. */
function negatives(args: readonly string[]): readonly string[] {
  const joined: string[] = []
  for (const arg of args) {
    const before = joined.at(-1)
    if (/^-\d+$/.test(arg) && before?.startsWith('--')) joined[joined.length - 1] = `${before}=${arg}`
    else joined.push(arg)
  }
  return joined
}

function refuse(flags: Flags): void {
  for (const name of ['provenance', 'sbom']) {
    const value = flags.text(name)
    if (value === undefined || value === 'false') continue
    throw new EngineError(
      'not-implemented',
      `--${name}: attestations are not made yet; --${name}=false is what is done`,
    )
  }
  if (flags.list('attest').some((line) => !/disabled=true/.test(line)))
    throw new EngineError('not-implemented', '--attest: attestations are not made yet')
  if (flags.text('platform')?.includes(','))
    throw new EngineError(
      'not-implemented',
      '--platform: several platforms in one build are not possible yet',
    )
  const call = flags.text('call') ?? 'build'
  if (call !== 'build' && call !== 'check')
    throw new EngineError('not-implemented', `--call=${call}: there are build and check`)
}

/** `NAME=value`, or `NAME` whose value the environment has: left out where it has none. */
function pairs(lines: readonly string[], environment: Environment): Readonly<Record<string, string>> {
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [name, value] = pair(line, environment[line])
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

function pair<Value extends string | undefined>(
  line: string,
  value: Value,
): readonly [string, string | Value] {
  const equals = line.indexOf('=')
  return equals === -1 ? [line, value] : [line.slice(0, equals), line.slice(equals + 1)]
}

function namedContext(line: string): readonly [string, string] {
  const equals = line.indexOf('=')
  if (equals > 0) return [line.slice(0, equals), line.slice(equals + 1)]
  throw new EngineError('invalid', `invalid context value: ${line}, expected key=value`)
}

function extraHost(line: string): string {
  // `name=address` is the newer form, which leaves the colons to IPv6.
  const separator = line.search(/[=:]/)
  if (separator > 0)
    return `${line.slice(0, separator)}:${line.slice(separator + 1).replace(/^\[(.*)\]$/, '$1')}`
  throw new EngineError('invalid', `bad format for add-host: "${line}"`)
}

function entitlement(name: string): string {
  if (name === 'security.insecure' || name === 'network.host') return name
  throw new EngineError(
    'invalid',
    `invalid entitlement: ${name}; there are security.insecure and network.host`,
  )
}

/** `id=,src=`, `id=,env=`, `type=file|env`, or the id alone: a variable of that name, else a file. */
function secret(line: string, environment: Environment): WantedSecret {
  const fields = line.includes('=') ? keyValues(line, '--secret') : { id: line }
  const { type, source, src = source, env, ...rest } = fields as Record<string, string | undefined>
  const id = rest.id ?? src ?? env
  for (const key of Object.keys(rest)) {
    if (key !== 'id') throw new EngineError('invalid', `unexpected key '${key}' in '${line}'`)
  }
  if (id === undefined || id === '') throw new EngineError('invalid', `--secret ${line}: an id is missing`)
  if (type !== undefined && type !== 'file' && type !== 'env')
    throw new EngineError('invalid', `unsupported secret type "${type}"`)
  if (env !== undefined) return { id, from: { env } }
  if (type === 'env') return { id, from: { env: src ?? id } }
  if (src !== undefined) return { id, from: { file: src } }
  return type === undefined && environment[id] !== undefined
    ? { id, from: { env: id } }
    : { id, from: { file: id } }
}

function ssh(line: string): WantedSsh {
  const [id, value] = pair(line, '')
  return { id, paths: value === '' ? [] : value.split(',') }
}

/** `type=registry,ref=...`; a reference alone is one of a registry. */
function cache(line: string, flag: string): Readonly<Record<string, string>> {
  const fields = csvFields(line)
  const [only = ''] = fields
  if (fields.length === 1 && !only.includes('=')) return { type: 'registry', ref: only }
  const found = keyValues(line, flag)
  if (found.type === undefined) throw new EngineError('invalid', `type required form> "${line}"`)
  return found
}

/** `key=value`, with the places it is for before it: `index,manifest:`, `manifest[linux/amd64]:`. */
function annotation(line: string): readonly WantedAnnotation[] {
  const [, places, rest = line] =
    /^((?:index|manifest)(?:\[[^\]]*\])?(?:,(?:index|manifest)(?:\[[^\]]*\])?)*):(.*)$/s.exec(line) ?? []
  const equals = rest.indexOf('=')
  if (equals < 1) throw new EngineError('invalid', `invalid annotation "${line}", expected key=value`)
  const [key, value] = [rest.slice(0, equals), rest.slice(equals + 1)]
  return (places ?? 'manifest').split(',').map((place) => ({
    on: place.startsWith('index') ? ('index' as const) : ('manifest' as const),
    platform: /\[(.+)\]/.exec(place)?.[1] ?? null,
    ...{ key, value },
  }))
}

function cpus(flags: Flags): BuildOptions['cpus'] {
  const [shares, period, quota] = ['cpu-shares', 'cpu-period', 'cpu-quota'].map((name) => flags.whole(name))
  const [processors, nodes] = ['cpuset-cpus', 'cpuset-mems'].map((name) => flags.text(name))
  return {
    ...(shares === undefined ? {} : { cpuShares: shares }),
    ...(period === undefined ? {} : { cpuPeriod: period }),
    ...(quota === undefined ? {} : { cpuQuota: quota }),
    ...(processors === undefined ? {} : { cpusetCpus: processors }),
    ...(nodes === undefined ? {} : { cpusetMems: nodes }),
  }
}

function ulimit(line: string): BuildOptions['ulimits'][number] {
  const [, name = '', soft = '', hard = soft] = /^([a-z]+)=(-?\d+)(?::(-?\d+))?$/.exec(line) ?? []
  if (name === '') throw new EngineError('invalid', `invalid ulimit argument: ${line}`)
  return { name, soft: Number(soft), hard: Number(hard) }
}

function progressOf(flags: Flags, environment: Environment): ProgressStyle {
  const styles = ['auto', 'plain', 'tty', 'rawjson', 'quiet'] as const
  const told = environment.BUILDKIT_PROGRESS
  return flags.oneOf('progress', styles) ?? styles.find((style) => style === told) ?? 'auto'
}

function whole(text: string, what: string): number {
  if (!/^\d+$/.test(text))
    throw new EngineError('invalid', `${what}=${text}: it needs a whole number of seconds`)
  return Number(text)
}
