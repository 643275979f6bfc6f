/** The list of containers: which of them a client asked for. */
import { EngineError } from '../../errors.ts'
import type { ImageRecord } from '../../store/store.ts'
import { anyOf, booleanFilter, checkFilters, type Filters, labelsFit, nameFits } from '../filters.ts'
import type { NetworkRegistry } from '../networks/network-registry.ts'
import type { Container } from './container.ts'
import { isUp, wireState } from './lifecycle.ts'
import { endpointMap } from './network-view.ts'
import type { Parts } from './parts.ts'
import { parsePort, portWishes } from './ports.ts'

const KNOWN = [
  'ancestor',
  'before',
  'exited',
  'expose',
  'health',
  'id',
  'is-task',
  'isolation',
  'label',
  'label!',
  'name',
  'network',
  'publish',
  'since',
  'status',
  'volume',
]
const STATES = ['created', 'restarting', 'running', 'removing', 'paused', 'exited', 'dead']
const HEALTH = ['starting', 'healthy', 'unhealthy', 'none']

export interface ListRequest {
  readonly all: boolean
  /** 0 is no limit; any other implies `all`. */
  readonly limit: number
  readonly filters: Filters
}

/** Containers, newest first. Throws `invalid` for filters that are none. */
export function selectContainers(parts: Parts, request: ListRequest): Container[] {
  const { filters, limit } = request
  const newestFirst = [...parts.registry.all()].reverse()
  if (filters.size === 0) {
    const chosen = request.all || limit > 0 ? newestFirst : newestFirst.filter(runs)
    return limit > 0 ? chosen.slice(0, limit) : chosen
  }
  checkFilters(filters, KNOWN)
  checkValues(filters, 'status', STATES)
  checkValues(filters, 'health', HEALTH)
  booleanFilter(filters, 'is-task')
  const before = boundary(parts, newestFirst, 'before', filters)
  const since = boundary(parts, newestFirst, 'since', filters)
  const images = ancestors(parts, filters)
  const wide = request.all || limit > 0 || filters.has('status') || filters.has('exited')
  const chosen = newestFirst.filter(
    (container, index) =>
      (wide || runs(container)) &&
      (before === null || index > before) &&
      (since === null || index < since) &&
      (images === null || images.has(container.definition.imageId)) &&
      fits(filters, container, parts.networkRegistry),
  )
  return limit > 0 ? chosen.slice(0, limit) : chosen
}

/** What a plain list shows: what has a process, or will have one again in a moment. */
function runs(container: Container): boolean {
  return container.up || container.standing.life.kind === 'restarting'
}

function fits(filters: Filters, container: Container, networks: NetworkRegistry): boolean {
  const { definition, standing } = container
  const { life } = standing
  const state = wireState(life).Status
  return (
    anyOf(filters, 'id', (value) => container.id.startsWith(value)) &&
    anyOf(
      filters,
      'name',
      (value) => nameFits(value, container.name) || nameFits(value, `/${container.name}`),
    ) &&
    labelsFit(filters, definition.config.Labels) &&
    anyOf(filters, 'status', (value) => value === state) &&
    anyOf(filters, 'exited', (value) => life.kind === 'exited' && life.code === exitValue(value)) &&
    anyOf(filters, 'health', (value) => value === (container.health?.Status ?? 'none')) &&
    booleanFilter(filters, 'is-task') !== true &&
    anyOf(filters, 'volume', (value) => mountsFit(container, value)) &&
    anyOf(filters, 'network', (value) =>
      Object.entries(endpointMap(container, networks)).some(
        ([name, endpoint]) => name === value || (value !== '' && endpoint.NetworkID.startsWith(value)),
      ),
    ) &&
    anyOf(filters, 'publish', (value) => portsFit(value, publishedPorts(container))) &&
    anyOf(filters, 'expose', (value) =>
      portsFit(value, Object.keys(definition.config.ExposedPorts ?? {}).map(parsePort)),
    )
  )
}

function mountsFit({ definition }: Container, value: string): boolean {
  return definition.mounts.some(
    (mount) =>
      mount.destination === value ||
      (mount.kind === 'volume' && mount.name === value) ||
      (mount.kind === 'bind' && mount.source === value),
  )
}

interface Port {
  readonly port: number
  readonly protocol: string
}

function publishedPorts({ definition, standing }: Container): Port[] {
  if (isUp(standing.life)) {
    return standing.mappings.map(({ hostPort, protocol }) => ({ port: hostPort, protocol }))
  }
  const { config, host } = definition
  return portWishes(config.ExposedPorts, host.PortBindings, host.PublishAllPorts).map(
    ({ first, protocol }) => ({
      port: first,
      protocol,
    }),
  )
}

/** `80`, `80/tcp` or `8000-8010/tcp`. */
function portsFit(value: string, ports: readonly Port[]): boolean {
  const match = /^(\d+)(?:-(\d+))?(?:\/(\w+))?$/.exec(value)
  if (!match) throw new EngineError('invalid', `invalid port: ${value}`)
  const first = Number(match[1])
  const last = Number(match[2] ?? match[1])
  return ports.some(({ port, protocol }) => port >= first && port <= last && protocol === (match[3] ?? 'tcp'))
}

function exitValue(value: string): number {
  if (!/^-?\d+$/.test(value)) throw new EngineError('invalid', `invalid filter 'exited=${value}'`)
  return Number(value)
}

function checkValues(filters: Filters, name: string, allowed: readonly string[]): void {
  for (const value of filters.get(name) ?? []) {
    if (!allowed.includes(value)) {
      throw new EngineError('invalid', `invalid filter '${name}=${value}'`)
    }
  }
}

/** The place in the list of the container that a `before` or `since` filter names. Throws `not-found`. */
function boundary(
  parts: Parts,
  containers: readonly Container[],
  name: string,
  filters: Filters,
): number | null {
  const value = filters.get(name)?.[0]
  return value === undefined ? null : containers.indexOf(parts.registry.find(value))
}

/** Ids of the images that an `ancestor` filter names; unknown ones fit nothing. */
function ancestors(parts: Parts, filters: Filters): ReadonlySet<string> | null {
  const values = filters.get('ancestor')
  if (values === undefined || values.length === 0) return null
  const found = values.flatMap((value): ImageRecord[] => {
    try {
      return [parts.images.resolve(value)]
    } catch {
      return []
    }
  })
  return new Set(found.map(({ id }) => id))
}
