/** An image as a step, once its digest and config are known. */
import type { Platform } from '../../oci/descriptor.ts'
import { formatPlatform } from '../../oci/platform.ts'
import { formatReference, parseReference, withDefaultTag } from '../../oci/reference.ts'
import type { Range } from '../parse/tree.ts'
import type { ResolvedImage } from '../request.ts'
import type { Known, Need } from './known.ts'
import { type PlanContext, Unknown } from './plan-context.ts'
import { PlanError } from './plan-error.ts'
import type { StepId } from './step.ts'

/** An image that the Dockerfile names. */
export interface NamedImage {
  /** As it is written. */
  readonly written: string
  readonly platform: Platform
  readonly range: Range
}

/** What has to be known of it. Throws PlanError for what can be no image's name. */
export function imageNeed({ written, platform, range }: NamedImage): Need & { readonly kind: 'image' } {
  try {
    const reference = formatReference(withDefaultTag(parseReference(written)))
    return { kind: 'image', reference, platform, written, range }
  } catch (cause) {
    const message = `failed to parse stage name ${JSON.stringify(written)}: ${(cause as Error).message}`
    throw new PlanError(message, range, { cause })
  }
}

/** What is known of it. Throws `Unknown`. */
export function knownImage(known: Known, image: NamedImage): ResolvedImage {
  const found = known.image(imageNeed(image))
  if (found === null) throw new Unknown()
  return found
}

/** The step of its layers; `name` makes its name of the full reference. */
export function imageStep(plan: PlanContext, image: NamedImage, name: (reference: string) => string): StepId {
  const { digest, config } = knownImage(plan.known, image)
  const { reference } = imageNeed(image)
  const { platform } = image
  const pinned = reference.includes('@') ? reference : `${reference}@${digest}`
  const shown = name(pinned)
  return plan.graph.share(`image ${digest} ${formatPlatform(platform)}`, () => ({
    operation: { kind: 'image', reference, digest, platform, config },
    inputs: [],
    name: shown,
    origin: null,
    fresh: false,
  }))
}
