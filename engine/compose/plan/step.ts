/** What can be done to an engine: each step is one call of its API, or one wait. */
import type { Hook } from '../load/project.ts'
import type { DesiredContainer } from './desired/container.ts'

/** What one step does. */
export type Action =
  | { readonly kind: 'create-network'; readonly key: string; readonly name: string }
  | { readonly kind: 'create-volume'; readonly key: string; readonly name: string }
  | { readonly kind: 'pull'; readonly service: string; readonly image: string }
  | { readonly kind: 'build'; readonly service: string; readonly image: string }
  | {
      readonly kind: 'create'
      readonly service: string
      readonly number: number
      readonly container: DesiredContainer
      /** The container in whose place it stands: its anonymous volumes are carried over. */
      readonly inPlaceOf: string | null
    }
  | { readonly kind: 'start'; readonly service: string; readonly name: string }
  | {
      readonly kind: 'stop'
      readonly service: string
      readonly id: string
      readonly name: string
      readonly graceSeconds: number | null
    }
  | {
      readonly kind: 'restart'
      readonly service: string
      readonly id: string
      readonly name: string
      readonly graceSeconds: number | null
    }
  | {
      readonly kind: 'pause' | 'unpause'
      readonly service: string
      readonly id: string
      readonly name: string
    }
  | {
      readonly kind: 'kill'
      readonly service: string
      readonly id: string
      readonly name: string
      readonly signal: string
    }
  | {
      readonly kind: 'remove'
      readonly service: string
      readonly id: string
      readonly name: string
      readonly volumes: boolean
    }
  | {
      readonly kind: 'rename'
      readonly service: string
      readonly id: string
      readonly from: string
      readonly to: string
    }
  | {
      readonly kind: 'wait'
      readonly service: string
      readonly condition: 'healthy' | 'completed'
      readonly names: readonly string[]
    }
  /** Fails when one of them ends within that time. */
  | {
      readonly kind: 'watch'
      readonly service: string
      readonly names: readonly string[]
      readonly seconds: number
    }
  | { readonly kind: 'delay'; readonly service: string; readonly seconds: number }
  /** A program in a container (spec 05, post_start and pre_stop). */
  | {
      readonly kind: 'hook'
      readonly phase: 'post_start' | 'pre_stop'
      readonly service: string
      /** The container's name or id, and what people call it. */
      readonly name: string
      readonly shown: string
      readonly hook: Hook
    }
  /** Gives a container's place back to the one that was there before: removes what stands there, renames, starts. */
  | {
      readonly kind: 'restore'
      readonly service: string
      readonly id: string
      readonly name: string
      readonly start: boolean
    }
  | { readonly kind: 'remove-network'; readonly name: string }
  | { readonly kind: 'remove-image'; readonly name: string }
  | { readonly kind: 'remove-volume'; readonly name: string }

/** A step with its number in the plan, and the numbers of the steps that must be done before it. */
export interface Step {
  readonly number: number
  readonly after: readonly number[]
  readonly action: Action
  /** When it fails; without it, all ends with its failure. */
  readonly otherwise?: Otherwise
}

/**
 * What follows a failure. `continue`: it is told, and all goes on. `pause`: all ends as it is. `rollback`: all ends,
 * then these are undone, one group after the other. `allowed` failures of one service go on before that.
 */
export type Otherwise =
  | { readonly kind: 'continue' }
  | { readonly kind: 'pause'; readonly allowed: number }
  | {
      readonly kind: 'rollback'
      readonly allowed: number
      readonly undo: readonly (readonly Action[])[]
    }

/** Collects steps and numbers them. */
export class Steps {
  readonly #steps: Step[] = []

  /** Adds a step; gives its number. */
  add(action: Action, after: Iterable<number | undefined> = [], otherwise?: Otherwise): number {
    const number = this.#steps.length + 1
    const before = [...new Set([...after].filter((each) => each !== undefined))].toSorted((a, b) => a - b)
    this.#steps.push({ number, after: before, action, ...(otherwise ? { otherwise } : {}) })
    return number
  }

  get all(): readonly Step[] {
    return this.#steps
  }
}

/** One line for a person: `start web-1`. */
export function describeAction(action: Action): string {
  switch (action.kind) {
    case 'create-network':
      return `create network ${action.name}`
    case 'create-volume':
      return `create volume ${action.name}`
    case 'pull':
      return `pull ${action.image}`
    case 'build':
      return `build ${action.image}`
    case 'create':
      return `create container ${action.container.name}`
    case 'start':
      return `start ${action.name}`
    case 'stop':
    case 'restart':
    case 'pause':
    case 'unpause':
      return `${action.kind} ${action.name}`
    case 'kill':
      return `kill ${action.name} with ${action.signal}`
    case 'remove':
      return `remove container ${action.name}${action.volumes ? ' and its anonymous volumes' : ''}`
    case 'rename':
      return `rename ${action.from} to ${action.to}`
    case 'wait':
      return `wait until ${action.names.join(', ')} ${action.condition === 'healthy' ? 'is healthy' : 'has completed'}`
    case 'watch':
      return `watch ${action.names.join(', ')} for ${action.seconds} s`
    case 'delay':
      return `wait ${action.seconds} s before the next of ${action.service}`
    case 'hook':
      return `run ${action.phase} of ${action.shown}: ${action.hook.command.join(' ')}`
    case 'restore':
      return `give ${action.name} back to ${action.id.slice(0, 12)}`
    case 'remove-network':
      return `remove network ${action.name}`
    case 'remove-image':
      return `remove image ${action.name}`
    case 'remove-volume':
      return `remove volume ${action.name}`
  }
}
