/** Networks and volumes of a plan: made when they are not there, kept as they are when they are. */
import type { Service } from '../load/project.ts'
import type { Draft } from './draft.ts'

/** `network KEY` or `volume KEY` -> the step that makes it. */
export type ResourceSteps = ReadonlyMap<string, number>

/** Plans what these services use. */
export function planResources(draft: Draft, services: readonly Service[]): ResourceSteps {
  const { project, observed } = draft
  const made = new Map<string, number>()
  const plan = <T extends { readonly name: string; readonly external?: boolean }>(
    kind: 'network' | 'volume',
    keys: ReadonlySet<string>,
    all: Readonly<Record<string, T>>,
    why: (wanted: T) => string | undefined | 'absent',
  ) => {
    for (const key of keys) {
      const wanted = all[key]
      if (!wanted) continue
      const { name, external } = wanted
      const differs = why(wanted)
      if (differs === 'absent' && external) missing(draft, kind, name)
      else if (differs === 'absent') {
        draft.changes.push({ kind, name, verb: 'create', reasons: ['it is not there'] })
        made.set(`${kind} ${key}`, draft.steps.add({ kind: `create-${kind}`, key, name }))
      } else if (differs === undefined || external)
        draft.changes.push({ kind, name, verb: 'keep', reasons: [] })
      else {
        // Containers and data hang on it: what is there is used as it is, and the person is told.
        draft.changes.push({
          kind,
          name,
          verb: 'warn',
          reasons: [differs, 'it is kept as it is: down, then up, makes it anew'],
        })
      }
    }
  }
  plan('network', networksOf(services), project.networks, (wanted) => {
    const there = observed.networks.find(({ Name }) => Name === wanted.name)
    if (!there) return 'absent'
    if (wanted.driver && there.Driver && wanted.driver !== there.Driver)
      return `driver was ${there.Driver}, now ${wanted.driver}`
    return there.Internal !== undefined && there.Internal !== (wanted.internal ?? false)
      ? `internal was ${there.Internal}, now ${wanted.internal ?? false}`
      : undefined
  })
  plan('volume', volumesOf(services), project.volumes, (wanted) => {
    const there = observed.volumes.find(({ Name }) => Name === wanted.name)
    if (!there) return 'absent'
    return wanted.driver && there.Driver && wanted.driver !== there.Driver
      ? `driver was ${there.Driver}, now ${wanted.driver}`
      : undefined
  })
  return made
}

/** The steps that must be done before a container of this service. */
export function resourcesOf(service: Service, made: ResourceSteps): readonly (number | undefined)[] {
  return [
    ...Object.keys(service.networks ?? {}).map((key) => made.get(`network ${key}`)),
    ...(service.volumes ?? []).map(({ source }) => made.get(`volume ${source}`)),
  ]
}

function networksOf(services: readonly Service[]): ReadonlySet<string> {
  return new Set(services.flatMap(({ networks }) => Object.keys(networks ?? {})))
}

function volumesOf(services: readonly Service[]): ReadonlySet<string> {
  return new Set(
    services.flatMap(({ volumes }) =>
      (volumes ?? []).flatMap(({ type, source }) => (type === 'volume' && source ? [source] : [])),
    ),
  )
}

function missing(draft: Draft, kind: 'network' | 'volume', name: string): void {
  const reasons = [`is external and not there: make it by docker ${kind} create ${name}`]
  draft.changes.push({ kind, name, verb: 'warn', reasons })
  draft.refusals.push(`${kind} ${name} declared as external, but could not be found`)
}
