/**
 * From the layers of a build's target to where they were asked for: an image of the store, a registry, archives, files.
 * It ends the builder's pipeline and knows nothing of how the layers came about.
 *
 * This file: what is given to it, and what it stands on.
 */
import type { Digest } from '../../oci/descriptor.ts'
import type { Credentials } from '../../registry/authenticator.ts'
import type { ImageRecord, ImageRecords, Store } from '../../store/store.ts'
import type { PlannedImage, StepId } from '../plan/step.ts'
import type { BuildRequest } from '../request.ts'
import type { StepIo } from '../solve/performer.ts'

/** A target whose steps are done, its layers all in the store. */
export interface BuiltTarget {
  readonly image: PlannedImage
  /** Layers that a step's result has, bottom first; of the base and of each step that `image.history` names too. */
  readonly layersOf: (step: StepId) => readonly Digest[]
  /** When a step's result was made, ms since 1970: of a kept one back then, so that the image is the same again. */
  readonly madeAt: (step: StepId) => number
}

/** What of the request is about its outputs. */
export type ExportRequest = Pick<
  BuildRequest,
  'outputs' | 'squash' | 'annotations' | 'sourceDateEpoch' | 'credentials'
> & {
  /** Fields that the config has besides, as an inline cache is. */
  readonly extra?: Readonly<Record<string, unknown>>
}

export interface ExportParts {
  readonly store: Store
  /** A name that is put to an image is taken from the one that had it. */
  readonly records: ImageRecords
  /** Told of each name that an image was given (fully qualified). */
  readonly named: (image: ImageRecord, reference: string) => void
  /** Sends the image to its registry under `reference` (fully qualified, with a tag). */
  readonly push: (
    image: ImageRecord,
    reference: string,
    told: { readonly credentials: Credentials } & StepIo,
  ) => Promise<void>
}
