/** From a checked tree to the project: defaults filled in, names on the engine given, profiles applied. */
import { isExternal } from './consistency.ts'
import { impliedBy } from './dependencies.ts'
import { isEnabled } from './profiles.ts'
import type { Build, Network, Project, Service, Source, Volume } from './project.ts'
import { child, type Json, type MapTree, plain, type Tree } from './tree.ts'

/** What the project is, beside its tree. */
export interface ProjectFacts {
  readonly name: string
  readonly directory: string
  readonly files: readonly string[]
  /** Profiles asked for; `*` is all of them. */
  readonly profiles: readonly string[]
}

type Plain = { readonly [key: string]: Json }

/** The project of a tree that has passed every check. */
export function normalise(tree: MapTree, facts: ProjectFacts): Project {
  const all = Object.fromEntries(named(tree, 'services').map(([name, value]) => [name, service(name, value)]))
  const enabled = (each: Service) => isEnabled(each.profiles ?? [], facts.profiles)
  const services = pick(all, enabled)
  return {
    name: facts.name,
    directory: facts.directory,
    files: facts.files,
    services,
    disabled: pick(all, (each) => !enabled(each)),
    networks: networks(tree, services, facts.name),
    volumes: resources<Volume>(tree, 'volumes', facts.name),
    configs: resources<Source>(tree, 'configs', facts.name),
    secrets: resources<Source>(tree, 'secrets', facts.name),
    models: Object.fromEntries(named(tree, 'models').map(([name, value]) => [name, plain(value)])),
    extensions: Object.fromEntries(
      [...tree.entries]
        .filter(([key]) => key.startsWith('x-'))
        .map(([key, { value }]) => [key, plain(value)]),
    ),
  }
}

function pick(
  all: Readonly<Record<string, Service>>,
  keep: (service: Service) => boolean,
): Readonly<Record<string, Service>> {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => keep(value)))
}

function named(tree: Tree, key: string): readonly (readonly [string, Tree])[] {
  const value = child(tree, key)
  if (value?.kind !== 'map') return []
  return [...value.entries]
    .filter(([name]) => !name.startsWith('x-'))
    .map(([name, entry]) => [name, entry.value])
}

/** The checks before have made the plain value one of a service: its shapes are those of `Service`. */
function service(name: string, tree: Tree): Service {
  const given = { ...((plain(tree) ?? {}) as Plain), name } as unknown as Service
  const build = given.build && completeBuild(given.build)
  return {
    ...given,
    ...(build ? { build } : {}),
    ...(given.network_mode || given.provider || given.networks ? {} : { networks: { default: null } }),
    ...implied(given, tree),
  }
}

function completeBuild(build: Build): Build {
  return {
    ...build,
    ...(build.dockerfile_inline === undefined ? { dockerfile: build.dockerfile ?? 'Dockerfile' } : {}),
  }
}

/** `depends_on` with what other attributes need. */
function implied(given: Service, tree: Tree): Partial<Service> {
  const others = impliedBy(tree)
    .map(({ name }) => name)
    .filter((other) => other !== given.name && given.depends_on?.[other] === undefined)
  if (others.length === 0) return {}
  const added = Object.fromEntries(
    others.map((other) => [other, { condition: 'service_started', restart: true, required: true } as const]),
  )
  return { depends_on: { ...given.depends_on, ...added } }
}

/** Networks that are written, and `default` when a service is on it. */
function networks(
  tree: MapTree,
  services: Readonly<Record<string, Service>>,
  project: string,
): Readonly<Record<string, Network>> {
  const written = resources<Network>(tree, 'networks', project)
  const used = Object.values(services).some(({ networks: on }) => on && 'default' in on)
  return written.default || !used ? written : { ...written, default: { name: `${project}_default` } }
}

/** Each with its name on the engine: its own, or the project's name before its key. */
function resources<T extends { readonly name: string }>(
  tree: MapTree,
  key: string,
  project: string,
): Readonly<Record<string, T>> {
  return Object.fromEntries(
    named(tree, key).map(([name, value]) => {
      const { external: _, ...given } = (plain(value) ?? {}) as Plain
      const outside = isExternal(value)
      const older = child(child(value, 'external'), 'name')
      const own = given.name ?? (older && plain(older)) ?? (outside ? name : `${project}_${name}`)
      return [name, { ...given, name: own, ...(outside ? { external: true } : {}) } as unknown as T]
    }),
  )
}
