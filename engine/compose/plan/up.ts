/**
 * The plan of `up`: what is asked for, compared with what is there, becomes changes for people and steps for the engine.
 * Pure; nothing is read or done here.
 */
import type { Project, Service } from '../load/project.ts'
import type { Change } from './change.ts'
import { seconds } from './desired/amounts.ts'
import type { DesiredContainer } from './desired/container.ts'
import { LABEL } from './desired/labels.ts'
import { desiredOf } from './desired/of-service.ts'
import { differences } from './differences.ts'
import { configHash, containerName, imageOf } from './identity.ts'
import type { Observed, ObservedContainer, ObservedImage } from './observed.ts'
import { startOrder, withDependencies } from './order.ts'
import { type Step, Steps } from './step.ts'

/** What a person may ask of `up`. */
export interface UpOptions {
  /** Only these and what they depend on; all when empty. */
  readonly services?: readonly string[]
  readonly recreate?: 'changed' | 'always' | 'never'
  readonly removeOrphans?: boolean
  /** Containers of a service, in place of what the file says. */
  readonly scale?: Readonly<Record<string, number>>
  readonly start?: boolean
}

export interface Plan {
  readonly changes: readonly Change[]
  readonly steps: readonly Step[]
  /** What a person should know before, with nothing to be done about it here. */
  readonly warnings: readonly string[]
}

/** Plans `up`. */
export function planUp(project: Project, observed: Observed, options: UpOptions = {}): Plan {
  return new Up(project, observed, options).plan()
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
  return new Up(project, observed, options).planOneoff(oneoff)
}

class Up {
  readonly #project: Project
  readonly #observed: Observed
  readonly #options: UpOptions
  readonly #changes: Change[] = []
  readonly #steps = new Steps()
  readonly #warnings: string[] = []
  /** Steps that must be done before any container of a network or a volume. */
  readonly #resources = new Map<string, number>()
  /** The last step of each service, and the steps that others wait for. */
  readonly #started = new Map<string, readonly number[]>()
  readonly #waits = new Map<string, number>()

  constructor(project: Project, observed: Observed, options: UpOptions) {
    this.#project = project
    this.#observed = observed
    this.#options = options
  }

  plan(): Plan {
    const wanted = withDependencies(this.#project.services, this.#options.services ?? [])
    const services = startOrder(this.#project.services).filter(({ name }) => wanted.has(name))
    this.#networks(services)
    this.#volumes(services)
    for (const service of services) this.#service(service)
    this.#orphans()
    return { changes: this.#changes, steps: this.#steps.all, warnings: this.#warnings }
  }

  planOneoff({ service, name, serviceAlias, noDeps }: Oneoff): Plan {
    const wanted = withDependencies(this.#project.services, [service.name])
    const others = startOrder(this.#project.services).filter(
      (each) => !noDeps && wanted.has(each.name) && each.name !== service.name,
    )
    this.#networks([...others, service])
    this.#volumes([...others, service])
    for (const other of others) this.#service(other)
    const image = this.#image(service)
    const made = desiredOf(this.#project, service, {
      ...{ name, number: 1, oneoff: true, serviceAlias, imageId: image.now?.id ?? '' },
    })
    const stdin = service.stdin_open ?? false
    // The end of what is typed is the end of its input.
    const container = { ...made, body: { ...made.body, AttachStdin: stdin, StdinOnce: stdin } }
    this.#changes.push({ kind: 'container', name, verb: 'create', reasons: ['it is a run of its own'] })
    this.#steps.add({ kind: 'create', service: service.name, number: 1, container, inPlaceOf: null }, [
      ...(noDeps ? [] : this.#requirements(service)),
      image.step,
      ...this.#resourceSteps(service),
    ])
    return { changes: this.#changes, steps: this.#steps.all, warnings: this.#warnings }
  }

  #networks(services: readonly Service[]): void {
    const used = new Set(services.flatMap(({ networks }) => Object.keys(networks ?? {})))
    for (const key of used) {
      const network = this.#project.networks[key]
      if (!network) continue
      const there = this.#observed.networks.some(({ Name }) => Name === network.name)
      if (there) this.#changes.push({ kind: 'network', name: network.name, verb: 'keep', reasons: [] })
      else if (network.external) this.#missing('network', network.name)
      else {
        this.#changes.push({
          kind: 'network',
          name: network.name,
          verb: 'create',
          reasons: ['it is not there'],
        })
        this.#resources.set(
          `network ${key}`,
          this.#steps.add({ kind: 'create-network', key, name: network.name }),
        )
      }
    }
  }

  #volumes(services: readonly Service[]): void {
    const used = new Set(
      services.flatMap(({ volumes }) =>
        (volumes ?? []).flatMap(({ type, source }) => (type === 'volume' && source ? [source] : [])),
      ),
    )
    for (const key of used) {
      const volume = this.#project.volumes[key]
      if (!volume) continue
      const there = this.#observed.volumes.some(({ Name }) => Name === volume.name)
      if (there) this.#changes.push({ kind: 'volume', name: volume.name, verb: 'keep', reasons: [] })
      else if (volume.external) this.#missing('volume', volume.name)
      else {
        this.#changes.push({
          kind: 'volume',
          name: volume.name,
          verb: 'create',
          reasons: ['it is not there'],
        })
        this.#resources.set(
          `volume ${key}`,
          this.#steps.add({ kind: 'create-volume', key, name: volume.name }),
        )
      }
    }
  }

  #missing(kind: 'network' | 'volume', name: string): void {
    this.#changes.push({
      kind,
      name,
      verb: 'warn',
      reasons: [`is external and not there: make it by docker ${kind} create ${name}`],
    })
    this.#warnings.push(`the ${kind} ${name} is external and not there`)
  }

  #service(service: Service): void {
    const image = this.#image(service)
    const count = this.#options.scale?.[service.name] ?? service.scale ?? service.deploy?.replicas ?? 1
    const there = this.#observed.containers
      .filter((each) => each.service === service.name && !each.oneoff)
      .toSorted((a, b) => a.number - b.number)
    // Only who has something to do waits for others.
    let steps: readonly (number | undefined)[] | undefined
    const before = () => {
      steps ??= [...this.#requirements(service), image.step, ...this.#resourceSteps(service)]
      return steps
    }
    const started: number[] = []
    for (let number = 1; number <= count; number++) {
      const found = there.find((each) => each.number === number)
      const step = found
        ? this.#existing(service, found, image, before)
        : this.#fresh(service, number, image, before)
      if (step !== undefined) started.push(step)
    }
    for (const surplus of there.filter(({ number }) => number > count)) {
      this.#removal(surplus, [`${service.name} is to have ${count} container${count === 1 ? '' : 's'}`])
    }
    this.#started.set(service.name, started)
  }

  /** Pull or build, when the image is not there or the policy wants it. */
  #image(service: Service): { readonly now: ObservedImage | null; readonly step: number | undefined } {
    const name = imageOf(this.#project, service)
    const now = this.#observed.images.get(name) ?? null
    const policy = service.pull_policy ?? (service.build ? 'build-missing' : 'missing')
    const build = service.build !== undefined && (policy === 'build' || (now === null && policy !== 'always'))
    if (build) {
      this.#changes.push({
        kind: 'image',
        name,
        verb: 'build',
        reasons: [now ? 'pull_policy is build' : 'it is not there'],
      })
      return {
        now: policy === 'build' ? null : now,
        step: this.#steps.add({ kind: 'build', service: service.name, image: name }),
      }
    }
    if (policy === 'always' || (now === null && policy !== 'never')) {
      this.#changes.push({
        kind: 'image',
        name,
        verb: 'pull',
        reasons: [now ? 'pull_policy is always' : 'it is not there'],
      })
      return { now, step: this.#steps.add({ kind: 'pull', service: service.name, image: name }) }
    }
    if (now === null) this.#warnings.push(`the image ${name} is not there, and its pull_policy is never`)
    return { now, step: undefined }
  }

  /** Waits for what the service depends on. */
  #requirements(service: Service): readonly (number | undefined)[] {
    return Object.entries(service.depends_on ?? {}).flatMap(([name, { condition }]) => {
      const other = this.#project.services[name]
      if (!other) return []
      const started = this.#started.get(name) ?? []
      if (condition === 'service_started') return started
      const kind = condition === 'service_healthy' ? 'healthy' : 'completed'
      const key = `${name} ${kind}`
      const count = this.#options.scale?.[name] ?? other.scale ?? other.deploy?.replicas ?? 1
      const names = Array.from({ length: count }, (_, index) =>
        containerName(this.#project, other, index + 1),
      )
      const wait =
        this.#waits.get(key) ??
        this.#steps.add({ kind: 'wait', service: name, condition: kind, names }, started)
      this.#waits.set(key, wait)
      return [wait]
    })
  }

  #resourceSteps(service: Service): readonly (number | undefined)[] {
    return [
      ...Object.keys(service.networks ?? {}).map((key) => this.#resources.get(`network ${key}`)),
      ...(service.volumes ?? []).map(({ source }) => this.#resources.get(`volume ${source}`)),
    ]
  }

  #desired(service: Service, number: number, image: ObservedImage | null): DesiredContainer {
    return desiredOf(this.#project, service, {
      name: containerName(this.#project, service, number),
      number,
      oneoff: false,
      imageId: image?.id ?? '',
    })
  }

  #fresh(
    service: Service,
    number: number,
    image: { readonly now: ObservedImage | null },
    before: () => readonly (number | undefined)[],
  ): number | undefined {
    const container = this.#desired(service, number, image.now)
    this.#changes.push({
      kind: 'container',
      name: container.name,
      verb: 'create',
      reasons: ['it is not there'],
    })
    const made = this.#steps.add(
      { kind: 'create', service: service.name, number, container, inPlaceOf: null },
      before(),
    )
    return this.#start(service, container.name, [made])
  }

  #start(service: Service, name: string, after: readonly (number | undefined)[]): number | undefined {
    if (this.#options.start === false) return undefined
    return this.#steps.add({ kind: 'start', service: service.name, name }, after)
  }

  #existing(
    service: Service,
    found: ObservedContainer,
    image: { readonly now: ObservedImage | null; readonly step: number | undefined },
    before: () => readonly (number | undefined)[],
  ): number | undefined {
    const desired = this.#desired(service, found.number, image.now)
    const reasons = this.#reasons(service, found, desired, image)
    const { inspect } = found
    const name = inspect.Name.replace(/^\//, '')
    if (reasons.length > 0) return this.#recreate(service, found, desired, reasons, before)
    if (inspect.State.Running) {
      this.#changes.push({ kind: 'container', name, verb: 'keep', reasons: [] })
      return undefined
    }
    this.#changes.push({ kind: 'container', name, verb: 'start', reasons: [`it is ${inspect.State.Status}`] })
    return this.#start(service, name, before())
  }

  #reasons(
    service: Service,
    { inspect }: ObservedContainer,
    desired: DesiredContainer,
    image: { readonly now: ObservedImage | null; readonly step: number | undefined },
  ): readonly string[] {
    if (this.#options.recreate === 'never') return []
    if (this.#options.recreate === 'always') return ['--force-recreate']
    const then = this.#observed.images.get(inspect.Image) ?? null
    const found = differences(desired, inspect, { now: image.now, then })
    if (found.length > 0) return found
    // A hash of ours that differs tells of something taken away, which no field that is asked for can show.
    const ours = inspect.Config.Labels[LABEL.version] === desired.body.Labels?.[LABEL.version]
    return ours && inspect.Config.Labels[LABEL.configHash] !== configHash(service)
      ? ['its configuration changed']
      : []
  }

  /** The new one is made beside the old one, which is only stopped then: nothing is lost when the image does not run. */
  #recreate(
    service: Service,
    found: ObservedContainer,
    desired: DesiredContainer,
    reasons: readonly string[],
    before: () => readonly (number | undefined)[],
  ): number | undefined {
    const { inspect } = found
    const old = inspect.Name.replace(/^\//, '')
    const kept = inspect.Mounts.filter(({ Type }) => Type === 'volume').map(({ Name, Destination }) =>
      /^[0-9a-f]{64}$/.test(Name ?? '') ? `the anonymous volume of ${Destination}` : `volume ${Name}`,
    )
    this.#changes.push({ kind: 'container', name: desired.name, verb: 'recreate', reasons, keeps: kept })
    const aside = `${inspect.Id.slice(0, 12)}_${old}`
    const renamed = this.#steps.add(
      { kind: 'rename', service: service.name, id: inspect.Id, from: old, to: aside },
      before(),
    )
    const made = this.#steps.add(
      {
        kind: 'create',
        service: service.name,
        number: found.number,
        container: desired,
        inPlaceOf: inspect.Id,
      },
      [renamed],
    )
    const stopped = inspect.State.Running ? this.#stop(service, inspect.Id, aside, [made]) : made
    const removed = this.#steps.add(
      { kind: 'remove', service: service.name, id: inspect.Id, name: aside, volumes: false },
      [stopped],
    )
    return this.#start(service, desired.name, [removed])
  }

  #stop(
    service: Service | undefined,
    id: string,
    name: string,
    after: readonly (number | undefined)[],
  ): number {
    const grace = service?.stop_grace_period
    return this.#steps.add(
      {
        kind: 'stop',
        service: service?.name ?? '',
        id,
        name,
        graceSeconds: grace === undefined ? null : seconds(grace),
      },
      after,
    )
  }

  #removal({ service, inspect }: ObservedContainer, reasons: readonly string[]): void {
    const name = inspect.Name.replace(/^\//, '')
    this.#changes.push({ kind: 'container', name, verb: 'remove', reasons })
    const stopped = inspect.State.Running
      ? this.#stop(this.#project.services[service], inspect.Id, name, [])
      : undefined
    this.#steps.add({ kind: 'remove', service, id: inspect.Id, name, volumes: false }, [stopped])
  }

  /** Containers of services that the files no longer have. Those of other profiles are no orphans. */
  #orphans(): void {
    const known = new Set([...Object.keys(this.#project.services), ...Object.keys(this.#project.disabled)])
    for (const container of this.#observed.containers.filter(
      ({ service, oneoff }) => !oneoff && !known.has(service),
    )) {
      const name = container.inspect.Name.replace(/^\//, '')
      if (this.#options.removeOrphans)
        this.#removal(container, [`there is no service ${container.service} any more`])
      else {
        this.#changes.push({
          kind: 'container',
          name,
          verb: 'warn',
          reasons: [`there is no service ${container.service} any more: --remove-orphans removes it`],
        })
      }
    }
  }
}
