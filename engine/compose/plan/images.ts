/** Whether a service's image is pulled, built, or taken as it is. */
import type { Service } from '../load/project.ts'
import type { Draft } from './draft.ts'
import { imageOf } from './identity.ts'
import type { ObservedImage } from './observed.ts'

/** The image as it is now (null when it is not there), and the step after which it may be another. */
export interface PlannedImage {
  readonly now: ObservedImage | null
  readonly step: number | undefined
}

/** Plans it. An image that several services name is pulled once. */
export class Images {
  readonly #draft: Draft
  readonly #planned = new Map<string, PlannedImage>()

  constructor(draft: Draft) {
    this.#draft = draft
  }

  of(service: Service): PlannedImage {
    const name = imageOf(this.#draft.project, service)
    const known = this.#planned.get(name)
    if (known) return known
    // Two images that are built from each other are the builder's to refuse.
    this.#planned.set(name, { now: null, step: undefined })
    const planned = this.#plan(service, name)
    this.#planned.set(name, planned)
    return planned
  }

  #plan(service: Service, name: string): PlannedImage {
    const { observed, options, steps, changes, warnings } = this.#draft
    const now = observed.images.get(name) ?? null
    const what = decide(service, now !== null, options)
    if (what.kind === 'none') {
      if (now === null) warnings.push(`the image ${name} is not there, and is not to be ${what.not}`)
      return { now, step: undefined }
    }
    changes.push({ kind: 'image', name, verb: what.kind, reasons: [what.reason] })
    const step = steps.add({ kind: what.kind, service: service.name, image: name }, this.#contexts(service))
    return { now: what.kind === 'build' ? null : now, step }
  }

  /** Images of other services that its build takes files from (Compose Build, additional_contexts). */
  #contexts(service: Service): readonly (number | undefined)[] {
    return Object.values(service.build?.additional_contexts ?? {}).flatMap((context) => {
      const other = context.startsWith('service:')
        ? this.#draft.project.services[context.slice(8)]
        : undefined
      return other && other.name !== service.name ? [this.of(other).step] : []
    })
  }
}

type Decision =
  | { readonly kind: 'pull' | 'build'; readonly reason: string }
  | { readonly kind: 'none'; readonly not: 'pulled' | 'built' }

function decide(service: Service, there: boolean, { pull, build }: Draft['options']): Decision {
  const policy = pull ?? service.pull_policy ?? 'missing'
  if (service.build) {
    if (build === 'never')
      return there || policy !== 'always' ? { kind: 'none', not: 'built' } : pulled(policy)
    if (build === 'always') return { kind: 'build', reason: '--build' }
    if (service.pull_policy === 'build' && pull !== 'never')
      return { kind: 'build', reason: 'pull_policy is build' }
    if (service.image !== undefined && policy === 'always') return pulled(policy)
    return there ? { kind: 'none', not: 'built' } : { kind: 'build', reason: 'it is not there' }
  }
  if (policy === 'always') return pulled(policy)
  if (policy === 'never' || policy === 'build') return { kind: 'none', not: 'pulled' }
  // `missing`, `if_not_present`, and what is only pulled anew after a while.
  return there ? { kind: 'none', not: 'pulled' } : { kind: 'pull', reason: 'it is not there' }
}

function pulled(policy: string): Decision {
  return { kind: 'pull', reason: `pull_policy is ${policy}` }
}
