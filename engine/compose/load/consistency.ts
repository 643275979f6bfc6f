/** What only shows when the whole project is there: names that lead nowhere, circles, things that exclude each other. */
import { type Implied, impliedBy } from './dependencies.ts'
import { type Faults, nearest } from './fault.ts'
import { child, type MapTree, type ScalarTree, type Tree } from './tree.ts'

/** Checks a merged, settled tree. */
export function checkConsistency(tree: MapTree, faults: Faults): void {
  const services = section(tree, 'services')
  for (const [name, { value }] of services) {
    if (value.kind !== 'map') continue
    checkService(name, value, tree, faults)
  }
  checkCircles(services, faults)
  for (const kind of ['secrets', 'configs'] as const) {
    for (const [name, { value }] of section(tree, kind)) checkSource(kind, name, value, faults)
  }
  for (const kind of ['volumes', 'networks'] as const) {
    for (const [name, { value }] of section(tree, kind)) checkExternal(kind, name, value, faults)
  }
}

type Section = ReadonlyMap<string, { readonly at: Tree['at']; readonly value: Tree }>

function section(tree: Tree, key: string): Section {
  const value = child(tree, key)
  return value?.kind === 'map'
    ? new Map([...value.entries].filter(([name]) => !name.startsWith('x-')))
    : new Map()
}

function checkService(name: string, service: MapTree, tree: MapTree, faults: Faults): void {
  const path = `services.${name}`
  if (!['image', 'build', 'provider', 'extends'].some((key) => service.entries.has(key))) {
    faults.add(service.at, path, 'has neither image nor build', 'write image: name:tag, or build: ./folder')
  }
  references(service, 'depends_on', section(tree, 'services'), 'service', path, faults)
  references(service, 'networks', withDefault(section(tree, 'networks'), service), 'network', path, faults)
  for (const key of ['secrets', 'configs'] as const) grants(service, key, section(tree, key), path, faults)
  const build = child(service, 'build')
  if (build?.kind === 'map') grants(build, 'secrets', section(tree, 'secrets'), `${path}.build`, faults)
  volumes(service, section(tree, 'volumes'), path, faults)
  namespaces(service, section(tree, 'services'), path, faults)
  excluded(service, path, faults)
  platforms(service, path, faults)
  if (child(service, 'container_name') && replicas(service) > 1) {
    const at = child(service, 'container_name')?.at ?? service.at
    faults.add(
      at,
      `${path}.container_name`,
      `one name cannot be that of ${replicas(service)} containers`,
      'take container_name away, or ask for one container',
    )
  }
}

/** `default` is there without being written. */
function withDefault(networks: Section, service: MapTree): Section {
  return networks.has('default')
    ? networks
    : new Map([...networks, ['default', { at: service.at, value: service }]])
}

function references(
  service: MapTree,
  key: string,
  known: Section,
  what: string,
  path: string,
  faults: Faults,
): void {
  for (const [name, { at, value }] of section(service, key)) {
    if (known.has(name)) continue
    if (text(child(value, 'required')) === 'false') continue
    unknown(at, `${path}.${key}`, what, name, known.keys(), faults)
  }
}

function unknown(
  at: Tree['at'],
  path: string,
  what: string,
  name: string,
  known: Iterable<string>,
  faults: Faults,
): void {
  const near = nearest(name, known)
  const remedy = near === undefined ? `define it below ${what}s:` : `did you mean "${near}"?`
  faults.add(at, path, `there is no ${what} "${name}"`, remedy)
}

function grants(
  service: MapTree,
  key: 'secrets' | 'configs',
  known: Section,
  path: string,
  faults: Faults,
): void {
  const list = child(service, key)
  for (const item of list?.kind === 'list' ? list.items : []) {
    const source = child(item, 'source')
    const name = text(source)
    if (!known.has(name))
      unknown(source?.at ?? item.at, `${path}.${key}`, key.slice(0, -1), name, known.keys(), faults)
  }
}

function volumes(service: MapTree, known: Section, path: string, faults: Faults): void {
  const list = child(service, 'volumes')
  const targets = new Map<string, Tree>()
  for (const item of list?.kind === 'list' ? list.items : []) {
    const name = text(child(item, 'source'))
    if (text(child(item, 'type')) === 'volume' && name !== '' && !known.has(name)) {
      unknown(item.at, `${path}.volumes`, 'volume', name, known.keys(), faults)
    }
    const target = text(child(item, 'target'))
    const first = targets.get(target)
    if (first) {
      const message = `two mounts stand at ${target} (the first at line ${first.at.line})`
      faults.add(item.at, `${path}.volumes`, message, 'give one of them another target')
    }
    targets.set(target, item)
  }
}

/** Services that other attributes than depends_on name. */
function namespaces(service: MapTree, known: Section, path: string, faults: Faults): void {
  for (const { name, key, at } of impliedBy(service)) {
    if (!known.has(name)) unknown(at, `${path}.${key}`, 'service', name, known.keys(), faults)
  }
}

/** Pairs that say two things about one matter. */
function excluded(service: MapTree, path: string, faults: Faults): void {
  const mode = child(service, 'network_mode')
  if (mode && child(service, 'networks')) {
    faults.add(
      mode.at,
      `${path}.network_mode`,
      'stands beside networks, and only one of them can be',
      'take one away',
    )
  }
  const build = child(service, 'build')
  const inline = child(build, 'dockerfile_inline')
  if (inline && child(build, 'dockerfile')) {
    faults.add(inline.at, `${path}.build`, 'has both dockerfile and dockerfile_inline', 'take one away')
  }
  const pairs = [
    ['cpus', 'limits', 'cpus'],
    ['mem_limit', 'limits', 'memory'],
    ['pids_limit', 'limits', 'pids'],
    ['mem_reservation', 'reservations', 'memory'],
  ] as const
  for (const [own, kind, amount] of pairs) {
    const outer = child(service, own)
    const inner = child(child(child(child(service, 'deploy'), 'resources'), kind), amount)
    if (outer && inner && Number(text(outer)) !== Number(text(inner))) {
      faults.add(
        outer.at,
        `${path}.${own}`,
        `says ${text(outer)}, and deploy.resources.${kind}.${amount} says ${text(inner)}`,
        'keep one of them',
      )
    }
  }
  const scale = child(service, 'scale')
  const asked = child(child(service, 'deploy'), 'replicas')
  if (scale && asked && text(scale) !== text(asked)) {
    faults.add(
      scale.at,
      `${path}.scale`,
      `says ${text(scale)}, and deploy.replicas says ${text(asked)}`,
      'keep one of them',
    )
  }
}

/** The platform that runs must be among those that are built (Compose Build, platforms). */
function platforms(service: MapTree, path: string, faults: Faults): void {
  const list = child(child(service, 'build'), 'platforms')
  const own = text(child(service, 'platform'))
  if (list?.kind !== 'list') return
  for (const item of list.items) {
    if (!/^[a-z0-9]+(\/[a-z0-9_]+(\/[a-z0-9.]+)?)?$/.test(text(item))) {
      faults.add(
        item.at,
        `${path}.build.platforms`,
        `"${text(item)}" is no platform`,
        'write os/arch, like linux/arm64',
      )
    }
  }
  if (own !== '' && !list.items.some((item) => text(item) === own)) {
    faults.add(
      list.at,
      `${path}.build.platforms`,
      `does not hold ${own}, which is the platform of the service`,
      `add ${own}`,
    )
  }
}

function checkSource(kind: 'secrets' | 'configs', name: string, value: Tree, faults: Faults): void {
  const path = `${kind}.${name}`
  const ways = ['file', 'environment', 'content'].filter((key) => child(value, key))
  const external = isExternal(value)
  const driver = child(value, 'driver')
  if (external) {
    const more = [...(value.kind === 'map' ? value.entries.keys() : [])].filter(
      (key) => !['external', 'name'].includes(key) && !key.startsWith('x-'),
    )
    if (more.length > 0) {
      const message = `is external, and ${more.join(', ')} can only be said of what Compose makes`
      faults.add(value.at, path, message, 'take external away, or the rest')
    }
  } else if (ways.length === 0 && !driver) {
    faults.add(
      value.at,
      path,
      'does not say where it comes from',
      'write file, environment, content or external',
    )
  } else if (ways.length > 1) {
    faults.add(value.at, path, `comes from ${ways.join(' and ')}`, 'keep one of them')
  }
}

/** Beside `external` only a name may stand (spec 06, 07). */
function checkExternal(kind: 'volumes' | 'networks', name: string, value: Tree, faults: Faults): void {
  if (!isExternal(value) || value.kind !== 'map') return
  const more = [...value.entries.keys()].filter(
    (key) => !['external', 'name'].includes(key) && !key.startsWith('x-'),
  )
  if (more.length > 0) {
    faults.add(
      value.at,
      `${kind}.${name}`,
      `is external, and ${more.join(', ')} can only be said of what Compose makes`,
      'take external away, or the rest',
    )
  }
}

/** True for `external: true` and for its older map. */
export function isExternal(value: Tree): boolean {
  const external = child(value, 'external')
  return external?.kind === 'map' || (external?.kind === 'scalar' && external.value === true)
}

/** How many containers are asked for, 1 unless told. */
function replicas(service: MapTree): number {
  const asked = child(service, 'scale') ?? child(child(service, 'deploy'), 'replicas')
  return asked?.kind === 'scalar' ? Number(asked.value) : 1
}

/** A circle of dependencies, told once at the place that closes it. */
function checkCircles(services: Section, faults: Faults): void {
  const done = new Set<string>()
  const walk = (name: string, way: readonly string[]): void => {
    if (done.has(name)) return
    for (const { name: next, key, at } of needs(services.get(name)?.value ?? emptyTree)) {
      const start = [...way, name].indexOf(next)
      if (start === -1) {
        walk(next, [...way, name])
        continue
      }
      const circle = [...[...way, name].slice(start), next].join(' -> ')
      const message = `goes in a circle: ${circle}`
      faults.add(at, `services.${name}.${key}`, message, 'take one of these dependencies away')
    }
    done.add(name)
  }
  for (const name of services.keys()) walk(name, [])
}

function needs(service: Tree): readonly Implied[] {
  const named = [...section(service, 'depends_on')].map(([name, { at }]) => ({ name, key: 'depends_on', at }))
  return [...named, ...impliedBy(service)]
}

const emptyTree: Tree = { kind: 'scalar', value: null, text: '', at: { file: '', line: 0, column: 0 } }

function text(tree: Tree | undefined): string {
  return tree?.kind === 'scalar' ? String((tree as ScalarTree).value ?? '') : ''
}
