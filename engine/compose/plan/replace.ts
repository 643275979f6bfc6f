/**
 * Containers of a service are replaced: by deploy.update_config in batches, one order or the other (Compose Deploy,
 * update_config), and without it all at once. The old ones stay, set aside, until the new ones are known to do; then
 * they go, or they get their places back.
 */
import type { Service, Update } from '../load/project.ts'
import { seconds } from './desired/amounts.ts'
import type { DesiredContainer } from './desired/container.ts'
import type { Draft } from './draft.ts'
import { afterStart } from './hooks.ts'
import type { ObservedContainer } from './observed.ts'
import type { Action, Otherwise } from './step.ts'

/** One container that another takes the place of. */
export interface Replacement {
  readonly found: ObservedContainer
  readonly desired: DesiredContainer
}

/** The name of a container that has made room for its successor. */
export function asideName({ inspect }: ObservedContainer): string {
  return isAside(inspect) ? nameOf(inspect) : `${inspect.Id.slice(0, 12)}_${nameOf(inspect)}`
}

/** Whether a container was set aside, by us or by Docker Compose, which names them alike. */
export function isAside(inspect: ObservedContainer['inspect']): boolean {
  return nameOf(inspect).startsWith(`${inspect.Id.slice(0, 12)}_`)
}

export function nameOf({ Name }: ObservedContainer['inspect']): string {
  return Name.replace(/^\//, '')
}

/** Whether a service says when its containers are well; `inImage` is what its image says. */
export function hasCheck({ healthcheck }: Service, inImage: boolean): boolean {
  if (healthcheck?.disable || healthcheck?.test?.[0] === 'NONE') return false
  return healthcheck?.test !== undefined || inImage
}

/** Plans the replacements; gives the steps after which the new containers run. */
export function planReplacements(
  draft: Draft,
  service: Service,
  replacements: readonly Replacement[],
  before: readonly (number | undefined)[],
  checked: boolean,
): readonly number[] {
  const update = service.deploy?.update_config
  const startFirst = startsFirst(draft, service, update, replacements)
  const size = update ? (update.parallelism ?? 1) || replacements.length : replacements.length
  const batches = batchesOf(replacements, size)
  const ready: number[] = []
  const running: number[] = []
  let previous = before
  for (const [index, batch] of batches.entries()) {
    const replaced = batches.slice(0, index + 1).flat()
    const fails =
      draft.options.rollback === false ? undefined : otherwise(service, replaced, replacements.length)
    const done = batch.map((each) => {
      const steps = planOne(draft, service, each, previous, { startFirst, checked, fails })
      running.push(steps.started)
      return steps.ready
    })
    const delay = index < batches.length - 1 && update?.delay ? seconds(update.delay) : 0
    previous =
      delay > 0 ? [draft.steps.add({ kind: 'delay', service: service.name, seconds: delay }, done)] : done
    ready.push(...done)
  }
  // Until the last one does, each of them may have to come back.
  for (const { found } of replacements) {
    const name = asideName(found)
    draft.steps.add(
      { kind: 'remove', service: service.name, id: found.inspect.Id, name, volumes: false },
      ready,
    )
  }
  return running
}

interface Manner {
  readonly startFirst: boolean
  readonly checked: boolean
  readonly fails: Otherwise | undefined
}

function planOne(
  draft: Draft,
  service: Service,
  { found, desired }: Replacement,
  before: readonly (number | undefined)[],
  { startFirst, checked, fails }: Manner,
): { readonly started: number; readonly ready: number } {
  const { steps } = draft
  const { inspect } = found
  const base = { service: service.name, id: inspect.Id }
  const aside = asideName(found)
  const changing: Otherwise | undefined = fails?.kind === 'rollback' ? { ...fails, allowed: 0 } : undefined
  const renamed = isAside(inspect)
    ? before
    : [steps.add({ kind: 'rename', ...base, from: nameOf(inspect), to: aside }, before, changing)]
  const made = steps.add(
    {
      kind: 'create',
      service: service.name,
      number: found.number,
      container: desired,
      inPlaceOf: draft.options.renewVolumes ? null : inspect.Id,
    },
    renamed,
    changing,
  )
  const stop = (after: number) => (inspect.State.Running ? draft.stop(found, aside, [after]) : after)
  if (draft.options.start === false) {
    const stopped = stop(made)
    return { started: stopped, ready: stopped }
  }
  const started = planStart(draft, service, desired.name, [startFirst ? made : stop(made)], changing)
  const guarded = guard(draft, service, desired.name, started, checked, fails)
  return { started: guarded, ready: startFirst ? stop(guarded) : guarded }
}

/** A start with the hooks that follow it. */
export function planStart(
  draft: Draft,
  service: Service,
  name: string,
  after: readonly (number | undefined)[],
  fails?: Otherwise,
): number {
  const started = draft.steps.add({ kind: 'start', service: service.name, name }, after, fails)
  return afterStart(draft.steps, service, name, started, fails)
}

/** What tells whether the new one does: its health, or that it runs for `monitor`. */
function guard(
  draft: Draft,
  service: Service,
  name: string,
  started: number,
  checked: boolean,
  fails: Otherwise | undefined,
): number {
  if (draft.options.rollback === false) return started
  if (checked) {
    const action: Action = { kind: 'wait', service: service.name, condition: 'healthy', names: [name] }
    return draft.steps.add(action, [started], fails)
  }
  const monitor = service.deploy?.update_config?.monitor
  const span = monitor === undefined ? 0 : seconds(monitor)
  if (span === 0) return started
  return draft.steps.add(
    { kind: 'watch', service: service.name, names: [name], seconds: span },
    [started],
    fails,
  )
}

/** What an update that fails comes to. Without update_config a container that does not come up is not kept. */
function otherwise(service: Service, replaced: readonly Replacement[], count: number): Otherwise {
  const update = service.deploy?.update_config
  const action = update ? (update.failure_action ?? 'pause') : 'rollback'
  if (action === 'continue') return { kind: 'continue' }
  const allowed = Math.floor((update?.max_failure_ratio ?? 0) * count)
  if (action === 'pause') return { kind: 'pause', allowed }
  return { kind: 'rollback', allowed, undo: undoOf(service, replaced) }
}

function undoOf(service: Service, replaced: readonly Replacement[]): readonly (readonly Action[])[] {
  const how = service.deploy?.rollback_config
  const size = how?.parallelism || replaced.length
  const delay = how?.delay ? seconds(how.delay) : 0
  return batchesOf(replaced, size).flatMap((batch, index) => {
    const back = batch.map(
      ({ found, desired }): Action => ({
        kind: 'restore',
        service: service.name,
        id: found.inspect.Id,
        name: isAside(found.inspect) ? desired.name : nameOf(found.inspect),
        start: found.inspect.State.Running,
      }),
    )
    const pause: Action = { kind: 'delay', service: service.name, seconds: delay }
    return index > 0 && delay > 0 ? [[pause], back] : [back]
  })
}

/** start-first, where two can stand at once: a port of the host, a fixed name or address is one's alone. */
function startsFirst(
  draft: Draft,
  service: Service,
  update: Update | undefined,
  replacements: readonly Replacement[],
): boolean {
  if (update?.order !== 'start-first') return false
  const ports = (service.ports ?? []).some(
    ({ published }) => published !== undefined && !published.includes('-'),
  )
  const address = Object.values(service.networks ?? {}).some(
    (on) => on?.ipv4_address || on?.ipv6_address || on?.mac_address,
  )
  const why = ports ? 'a port of the host' : address ? 'a fixed address' : undefined
  if (why === undefined) return true
  if (replacements.length > 0) {
    draft.warnings.push(
      `services.${service.name}.deploy.update_config.order: ${why} is one container's alone, so the old one stops first`,
    )
  }
  return false
}

function batchesOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const batches: T[][] = []
  for (let at = 0; at < items.length; at += size) batches.push(items.slice(at, at + size))
  return batches
}
