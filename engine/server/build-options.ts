/** The query of POST /build as values, refused in Docker's words. */
import type { BuildOutputSpec, BuildUlimit, ImageBuildOptions } from '../api/build.ts'
import { EngineError } from '../errors.ts'
import { flag } from './call.ts'

/** Throws `invalid` for what no build could be made of. */
export function buildOptions(query: URLSearchParams): ImageBuildOptions {
  const text = (name: string) => query.get(name) ?? ''
  const version = text('version') === '' ? '1' : text('version')
  if (version !== '1' && version !== '2') throw new EngineError('invalid', `invalid version "${version}"`)
  const isolation = text('isolation')
  if (!['', 'default'].includes(isolation.toLowerCase()))
    throw new EngineError('invalid', `Unsupported isolation: "${isolation}"`)
  if (query.has('securityopt'))
    throw new EngineError(
      'invalid',
      'The daemon on this platform does not support setting security options on build',
    )
  return {
    version: version === '2' ? 2 : 1,
    tags: query.getAll('t'),
    dockerfile: text('dockerfile'),
    extraHosts: query.getAll('extrahosts'),
    remote: text('remote'),
    quiet: flag(query, 'q'),
    noCache: flag(query, 'nocache'),
    cacheFrom: texts(query, 'cachefrom', ''),
    pull: flag(query, 'pull'),
    memory: loose(query, 'memory'),
    memorySwap: loose(query, 'memswap'),
    cpuShares: loose(query, 'cpushares'),
    cpusetCpus: text('cpusetcpus'),
    cpusetMems: text('cpusetmems'),
    cpuPeriod: loose(query, 'cpuperiod'),
    cpuQuota: loose(query, 'cpuquota'),
    cgroupParent: text('cgroupparent'),
    shmSize: strict(query, 'shmsize'),
    ulimits: ulimits(query),
    squash: flag(query, 'squash'),
    buildArgs: map(query, 'buildargs', 'error reading build args: '),
    labels: map(query, 'labels', 'error reading labels: '),
    networkMode: text('networkmode'),
    platform: text('platform'),
    target: text('target'),
    outputs: outputs(query),
    session: text('session'),
    buildId: text('buildid'),
  }
}

/** As Docker reads these: what is no number is 0. */
function loose(query: URLSearchParams, name: string): number {
  const value = query.get(name) ?? ''
  return /^-?\d+$/.test(value) ? Number(value) : 0
}

function strict(query: URLSearchParams, name: string): number {
  const value = query.get(name) ?? ''
  if (value === '') return 0
  if (!/^[-+]?\d+$/.test(value))
    throw new EngineError('invalid', `strconv.ParseInt: parsing "${value}": invalid syntax`)
  return Number(value)
}

/** A parameter that is JSON; undefined when it is left out or null. */
function json(query: URLSearchParams, name: string, prefix: string): unknown {
  const value = query.get(name) ?? ''
  if (value === '') return undefined
  try {
    return (JSON.parse(value) as unknown) ?? undefined
  } catch (cause) {
    throw new EngineError('invalid', `${prefix}${name} is not JSON: ${(cause as Error).message}`, { cause })
  }
}

function texts(query: URLSearchParams, name: string, prefix: string): readonly string[] {
  const value = json(query, name, prefix) ?? []
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value
  throw new EngineError('invalid', `${prefix}${name} must be a list of texts`)
}

/** Nulls are left out: the client has no value for them. */
function map(query: URLSearchParams, name: string, prefix: string): Readonly<Record<string, string>> {
  const value = json(query, name, prefix) ?? {}
  if (!isObject(value)) throw new EngineError('invalid', `${prefix}${name} must be a map`)
  const entries = Object.entries(value).filter(([, each]) => each !== null)
  const odd = entries.find(([, each]) => typeof each !== 'string')
  if (odd) throw new EngineError('invalid', `${prefix}the value of ${odd[0]} must be a text`)
  return Object.fromEntries(entries) as Record<string, string>
}

function ulimits(query: URLSearchParams): readonly BuildUlimit[] {
  const prefix = 'error reading ulimit settings: '
  const value = json(query, 'ulimits', prefix) ?? []
  const right = (each: unknown) =>
    isObject(each) &&
    typeof each.Name === 'string' &&
    [each.Soft, each.Hard].every((limit) => limit === undefined || Number.isInteger(limit))
  if (!Array.isArray(value) || !value.every(right))
    throw new EngineError('invalid', `${prefix}it must be a list of Name, Soft and Hard`)
  return value.map(({ Name, Soft = 0, Hard = 0 }) => ({ Name, Soft, Hard }))
}

function outputs(query: URLSearchParams): readonly BuildOutputSpec[] {
  const value = json(query, 'outputs', '') ?? []
  const right = (each: unknown) => isObject(each) && typeof each.Type === 'string' && isAttributes(each.Attrs)
  if (!Array.isArray(value) || !value.every(right))
    throw new EngineError('invalid', 'outputs must be a list of Type and Attrs')
  return value.map(({ Type, Attrs }) => ({ Type, Attrs: Attrs ?? {} }))
}

function isAttributes(value: unknown): boolean {
  if (value === undefined || value === null) return true
  return isObject(value) && Object.values(value).every((each) => typeof each === 'string')
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
