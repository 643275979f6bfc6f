/** A plan while it is made: what is asked for and observed, and what has been decided so far. */
import type { Project, Service } from '../load/project.ts'
import type { Change } from './change.ts'
import { seconds } from './desired/amounts.ts'
import { beforeStop } from './hooks.ts'
import type { Observed, ObservedContainer } from './observed.ts'
import { type Step, Steps } from './step.ts'

/** What a person may ask of `up`. */
export interface UpOptions {
  /** Only these and what they depend on; all when empty. */
  readonly services?: readonly string[]
  /** Only the services that are named, not what they depend on. */
  readonly noDeps?: boolean
  readonly recreate?: 'changed' | 'always' | 'never'
  /** With `recreate: always`, what the named services depend on too. */
  readonly alwaysRecreateDeps?: boolean
  /** New containers begin with new anonymous volumes. */
  readonly renewVolumes?: boolean
  readonly removeOrphans?: boolean
  /** Containers of a service, in place of what the file says. */
  readonly scale?: Readonly<Record<string, number>>
  readonly start?: boolean
  /** In place of each service's `pull_policy`. `never` also when the images have just been seen to. */
  readonly pull?: 'always' | 'missing' | 'never'
  /** Build all that can be built, or nothing. */
  readonly build?: 'always' | 'never'
  /** In place of each service's own grace. */
  readonly graceSeconds?: number
  /** Whether a container that does not come up gives its place back to its predecessor; unless told, it does. */
  readonly rollback?: boolean
  /** Wait until every service runs, or is healthy where it has a check. */
  readonly wait?: boolean
}

export interface Plan {
  readonly changes: readonly Change[]
  readonly steps: readonly Step[]
  /** What a person should know before, with nothing to be done about it here. */
  readonly warnings: readonly string[]
  /** Why it cannot be carried out; empty when it can. */
  readonly refusals: readonly string[]
}

export class Draft {
  readonly project: Project
  readonly observed: Observed
  readonly options: UpOptions
  readonly changes: Change[] = []
  readonly steps = new Steps()
  readonly warnings: string[] = []
  readonly refusals: string[] = []

  constructor(project: Project, observed: Observed, options: UpOptions) {
    this.project = project
    this.observed = observed
    this.options = options
  }

  get plan(): Plan {
    const { changes, steps, warnings, refusals } = this
    return { changes, steps: steps.all, warnings, refusals }
  }

  /** The hooks before it, then the stop. */
  stop(
    { service, inspect }: ObservedContainer,
    name: string,
    after: readonly (number | undefined)[],
    grace: number | null = this.graceOf(this.project.services[service] ?? this.project.disabled[service]),
  ): number {
    const known = this.project.services[service] ?? this.project.disabled[service]
    const before = inspect.State.Paused
      ? after
      : beforeStop(this.steps, known, { id: inspect.Id, name }, after)
    return this.steps.add({ kind: 'stop', service, id: inspect.Id, name, graceSeconds: grace }, before)
  }

  /** Seconds that a service has to stop; null is the container's own. */
  graceOf(service: Service | undefined): number | null {
    const { graceSeconds } = this.options
    if (graceSeconds !== undefined) return graceSeconds
    return service?.stop_grace_period === undefined ? null : seconds(service.stop_grace_period)
  }
}
