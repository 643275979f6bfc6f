/**
 * The plan of `up`: what is asked for, compared with what is there, becomes changes for people and steps for the engine.
 * Pure; nothing is read or done here.
 */
import type { Project, Service } from '../load/project.ts'
import type { DesiredContainer } from './desired/container.ts'
import { LABEL } from './desired/labels.ts'
import { desiredOf } from './desired/of-service.ts'
import { differences } from './differences.ts'
import { Draft, type Plan, type UpOptions } from './draft.ts'
import { configHash, containerName } from './identity.ts'
import { Images, type PlannedImage } from './images.ts'
import { limitsOf } from './limits.ts'
import type { Observed, ObservedContainer } from './observed.ts'
import { startOrder, withDependencies } from './order.ts'
import { hasCheck, isAside, nameOf, planReplacements, planStart, type Replacement } from './replace.ts'
import { planResources, type ResourceSteps, resourcesOf } from './resources.ts'

/** Plans `up`. */
export function planUp(project: Project, observed: Observed, options: UpOptions = {}): Plan {
  const { services: names = [], noDeps = false } = options
  const wanted = noDeps && names.length > 0 ? new Set(names) : withDependencies(project.services, names)
  const services = startOrder(project.services).filter(({ name }) => wanted.has(name))
  const draft = new Draft(project, observed, options)
  const up = new Up(draft, services)
  for (const service of services) up.service(service)
  up.waitForAll(services)
  up.orphans()
  return draft.plan
}

/** A container of `run`: its service as it was changed for it, and its name. */
export interface Oneoff {
  readonly service: Service
  readonly name: string
  /** Answers to its service's name. */
  readonly serviceAlias: boolean
  /** Neither starts nor waits for what the service depends on. */
  readonly noDeps: boolean
}

/** Plans the container of a `run`, which is not started, and what it depends on, which is. */
export function planRun(project: Project, observed: Observed, oneoff: Oneoff, options: UpOptions = {}): Plan {
  const { service, name, serviceAlias, noDeps } = oneoff
  const wanted = withDependencies(project.services, [service.name])
  const others = startOrder(project.services).filter(
    (each) => !noDeps && wanted.has(each.name) && each.name !== service.name,
  )
  const draft = new Draft(project, observed, options)
  const up = new Up(draft, [...others, service])
  for (const other of others) up.service(other)
  const image = up.images.of(service)
  const made = desiredOf(project, service, {
    ...{ name, number: 1, oneoff: true, serviceAlias, imageId: image.now?.id ?? '' },
  })
  const stdin = service.stdin_open ?? false
  // The end of what is typed is the end of its input.
  const container = { ...made, body: { ...made.body, AttachStdin: stdin, StdinOnce: stdin } }
  draft.changes.push({ kind: 'container', name, verb: 'create', reasons: ['it is a run of its own'] })
  const before = noDeps ? up.without(service, image) : up.before(service, image)
  draft.steps.add({ kind: 'create', service: service.name, number: 1, container, inPlaceOf: null }, before)
  return draft.plan
}

/** A container that is made under another name until all of it is there; nobody but us has names like it. */
export const UNFINISHED = '_unfinished'

function isUnfinished({ inspect }: Pick<ObservedContainer, 'inspect'>): boolean {
  return nameOf(inspect).endsWith(UNFINISHED)
}

class Up {
  readonly #draft: Draft
  readonly images: Images
  readonly #resources: ResourceSteps
  /** Steps after which the containers of a service run, and the waits that others share. */
  readonly #started = new Map<string, readonly number[]>()
  readonly #waits = new Map<string, number>()
  /** Services of which a container is replaced. */
  readonly #replaced = new Set<string>()

  constructor(draft: Draft, services: readonly Service[]) {
    this.#draft = draft
    this.images = new Images(draft)
    this.#resources = planResources(draft, services)
    for (const service of services) {
      const { warnings, refusals } = limitsOf(service, draft.project, draft.observed.disk)
      draft.warnings.push(...warnings)
      draft.refusals.push(...refusals)
    }
  }

  /** What must be done before a container of the service is made. */
  before(service: Service, image: PlannedImage): readonly (number | undefined)[] {
    return [...this.#requirements(service), ...this.without(service, image)]
  }

  /** The same without what it depends on. */
  without(service: Service, image: PlannedImage): readonly (number | undefined)[] {
    return [image.step, ...resourcesOf(service, this.#resources)]
  }

  service(service: Service): void {
    const { project, observed } = this.#draft
    const image = this.images.of(service)
    const count = this.#count(service)
    const own = observed.containers
      .filter((each) => each.service === service.name && !each.oneoff)
      .toSorted((a, b) => a.number - b.number)
    const { there, leftovers } = sorted(own, (found) => this.#leftover(service, found))
    // Half a container has the name that a whole one needs while it is made.
    const freed = leftovers
      .filter(({ found }) => isUnfinished(found))
      .map(({ found, why }) => this.#removal(found, [why], []))
    // Only who has something to do waits for others.
    let steps: readonly (number | undefined)[] | undefined
    const before = () => {
      steps ??= [...this.before(service, image), ...freed]
      return steps
    }
    const started: number[] = []
    const replacements: Replacement[] = []
    for (let number = 1; number <= count; number++) {
      const found = there.find((each) => each.number === number)
      if (!found) started.push(this.#fresh(service, number, image, before()))
      else {
        const desired = this.#desired(service, number, image)
        const reasons = this.#reasons(service, found, desired, image)
        if (reasons.length > 0) {
          this.#draft.changes.push(recreation(found, desired.name, reasons))
          replacements.push({ found, desired })
        } else started.push(...this.#same(service, found, desired.name, image, before))
      }
    }
    if (replacements.length > 0) {
      this.#replaced.add(service.name)
      const checked = hasCheck(service, image.now?.healthcheck ?? false)
      started.push(...planReplacements(this.#draft, service, replacements, before(), checked))
    }
    for (const surplus of there.filter(({ number }) => number > count)) {
      this.#removal(surplus, [`${service.name} is to have ${count} container${count === 1 ? '' : 's'}`], [])
    }
    for (const { found, why } of leftovers) if (!isUnfinished(found)) this.#removal(found, [why], started)
    this.#started.set(service.name, started)
    if (service.container_name !== undefined && count > 1)
      this.#draft.refusals.push(
        `services.${service.name}: container_name ${service.container_name} is one container's alone, and there are to be ${count} (project ${project.name})`,
      )
  }

  #count(service: Service): number {
    return this.#draft.options.scale?.[service.name] ?? service.scale ?? service.deploy?.replicas ?? 1
  }

  /** What an `up` that was ended in the middle may have left. */
  #leftover(service: Service, { inspect }: ObservedContainer): string | undefined {
    if (isUnfinished({ inspect })) return 'an earlier up did not finish it'
    return isAside(inspect) ? `it was replaced by another of ${service.name}` : undefined
  }

  /** Waits for what the service depends on. */
  #requirements(service: Service): readonly (number | undefined)[] {
    const { project, steps } = this.#draft
    return Object.entries(service.depends_on ?? {}).flatMap(([name, { condition, required }]) => {
      const other = project.services[name]
      const started = this.#started.get(name)
      if (!other || !started) return []
      if (condition === 'service_started' || this.#draft.options.start === false) return started
      const kind = condition === 'service_healthy' ? 'healthy' : 'completed'
      const key = `${name} ${kind} ${required}`
      const names = this.#names(other)
      const wait =
        this.#waits.get(key) ??
        steps.add(
          { kind: 'wait', service: name, condition: kind, names },
          started,
          required === false ? { kind: 'continue' } : undefined,
        )
      this.#waits.set(key, wait)
      return [wait]
    })
  }

  #names(service: Service): readonly string[] {
    return Array.from({ length: this.#count(service) }, (_, index) =>
      containerName(this.#draft.project, service, index + 1),
    )
  }

  #desired(service: Service, number: number, image: PlannedImage): DesiredContainer {
    const { project } = this.#draft
    return desiredOf(project, service, {
      name: containerName(project, service, number),
      number,
      oneoff: false,
      imageId: image.now?.id ?? '',
    })
  }

  #fresh(
    service: Service,
    number: number,
    image: PlannedImage,
    before: readonly (number | undefined)[],
  ): number {
    const { steps, changes, options } = this.#draft
    const container = this.#desired(service, number, image)
    changes.push({ kind: 'container', name: container.name, verb: 'create', reasons: ['it is not there'] })
    const made = steps.add(
      { kind: 'create', service: service.name, number, container, inPlaceOf: null },
      before,
    )
    return options.start === false ? made : planStart(this.#draft, service, container.name, [made])
  }

  /** What is as it is asked for: kept, started, given its name back, or restarted with what it depends on. */
  #same(
    service: Service,
    found: ObservedContainer,
    wanted: string,
    image: PlannedImage,
    before: () => readonly (number | undefined)[],
  ): readonly number[] {
    const { steps, changes, options } = this.#draft
    const { inspect } = found
    const name = nameOf(inspect)
    const renamed = isAside(inspect)
      ? [
          steps.add(
            { kind: 'rename', service: service.name, id: inspect.Id, from: name, to: wanted },
            before(),
          ),
        ]
      : []
    const shown = renamed.length > 0 ? wanted : name
    if (options.start !== false && !inspect.State.Running) {
      changes.push({
        kind: 'container',
        name: shown,
        verb: 'start',
        reasons: [`it is ${inspect.State.Status}`],
      })
      return [planStart(this.#draft, service, shown, [...before(), ...renamed])]
    }
    const because = Object.entries(service.depends_on ?? {}).find(
      ([other, { restart }]) => restart && this.#replaced.has(other),
    )
    if (because && inspect.State.Running && options.start !== false) {
      changes.push({
        kind: 'container',
        name: shown,
        verb: 'restart',
        reasons: [`${because[0]} is recreated, and depends_on says restart`],
      })
      const graceSeconds = this.#draft.graceOf(service)
      return [
        steps.add({ kind: 'restart', service: service.name, id: inspect.Id, name: shown, graceSeconds }, [
          ...before(),
          ...renamed,
        ]),
      ]
    }
    const unless = image.step === undefined ? [] : ['unless its image becomes another']
    changes.push({ kind: 'container', name: shown, verb: 'keep', reasons: unless })
    return renamed
  }

  #reasons(
    service: Service,
    { inspect }: ObservedContainer,
    desired: DesiredContainer,
    image: PlannedImage,
  ): readonly string[] {
    const { recreate, alwaysRecreateDeps, services = [] } = this.#draft.options
    if (recreate === 'never') return []
    const named = services.length === 0 || services.includes(service.name)
    if (recreate === 'always' && named) return ['--force-recreate']
    if (alwaysRecreateDeps && !named) return ['--always-recreate-deps']
    const joined = [service.network_mode, service.ipc, service.pid]
      .flatMap((mode) => (mode?.startsWith('service:') ? [mode.slice(8)] : []))
      .find((other) => this.#replaced.has(other))
    if (joined !== undefined) return [`it lives in a namespace of ${joined}, which is recreated`]
    const then = this.#draft.observed.images.get(inspect.Image) ?? null
    const found = differences(desired, inspect, { now: image.now, then }, this.#draft.observed.containers)
    if (found.length > 0) return found
    // A hash of ours that differs tells of something taken away, which no field that is asked for can show.
    const ours = inspect.Config.Labels[LABEL.version] === desired.body.Labels?.[LABEL.version]
    return ours && inspect.Config.Labels[LABEL.configHash] !== configHash(service)
      ? ['its configuration changed']
      : []
  }

  #removal(container: ObservedContainer, reasons: readonly string[], after: readonly number[]): number {
    const { service, inspect } = container
    const name = nameOf(inspect)
    this.#draft.changes.push({ kind: 'container', name, verb: 'remove', reasons })
    const stopped = inspect.State.Running ? [this.#draft.stop(container, name, after)] : after
    return this.#draft.steps.add({ kind: 'remove', service, id: inspect.Id, name, volumes: false }, stopped)
  }

  /** With `wait`: until every service is healthy, where something says when it is. */
  waitForAll(services: readonly Service[]): void {
    const { options, steps, observed } = this.#draft
    if (!options.wait || options.start === false) return
    for (const service of services) {
      if (this.#waits.has(`${service.name} healthy true`)) continue
      if (!hasCheck(service, this.images.of(service).now?.healthcheck ?? false)) continue
      const names = this.#names(service)
      const well = names.every((name) =>
        observed.containers.some(
          ({ inspect }) => nameOf(inspect) === name && inspect.State.Health?.Status === 'healthy',
        ),
      )
      const started = this.#started.get(service.name) ?? []
      if (!well || started.length > 0)
        steps.add({ kind: 'wait', service: service.name, condition: 'healthy', names }, started)
    }
  }

  /** Containers of services that the files no longer have. Those of other profiles are no orphans. */
  orphans(): void {
    const { project, observed, options, changes } = this.#draft
    const known = new Set([...Object.keys(project.services), ...Object.keys(project.disabled)])
    for (const container of observed.containers.filter(
      ({ service, oneoff }) => !oneoff && !known.has(service),
    )) {
      const why = `there is no service ${container.service} any more`
      if (options.removeOrphans) this.#removal(container, [why], [])
      else {
        const name = nameOf(container.inspect)
        changes.push({
          kind: 'container',
          name,
          verb: 'warn',
          reasons: [`${why}: --remove-orphans removes it`],
        })
      }
    }
  }
}

/** A number's container, and what else bears that number; one that is all there is takes the place whatever its name. */
function sorted(
  own: readonly ObservedContainer[],
  leftover: (found: ObservedContainer) => string | undefined,
): {
  readonly there: readonly ObservedContainer[]
  readonly leftovers: readonly { readonly found: ObservedContainer; readonly why: string }[]
} {
  const there = new Map<number, ObservedContainer>()
  const leftovers: { found: ObservedContainer; why: string }[] = []
  const asides: { found: ObservedContainer; why: string }[] = []
  for (const found of own) {
    const why = leftover(found)
    if (why === undefined && !there.has(found.number)) there.set(found.number, found)
    else if (isAside(found.inspect) && why) asides.push({ found, why })
    else leftovers.push({ found, why: why ?? `there is another with the number ${found.number}` })
  }
  for (const aside of asides) {
    if (there.has(aside.found.number)) leftovers.push(aside)
    else there.set(aside.found.number, aside.found)
  }
  return { there: [...there.values()].toSorted((a, b) => a.number - b.number), leftovers }
}

function recreation({ inspect }: ObservedContainer, name: string, reasons: readonly string[]) {
  const keeps = inspect.Mounts.filter(({ Type }) => Type === 'volume').map(({ Name, Destination }) =>
    /^[0-9a-f]{64}$/.test(Name ?? '') ? `the anonymous volume of ${Destination}` : `volume ${Name}`,
  )
  return { kind: 'container', name, verb: 'recreate', reasons, keeps } as const
}
