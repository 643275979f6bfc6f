/** Images that builds stand on: looked up here first, then in their registry; brought here when a step needs their files. */
import type { ImageOperation } from '../../builder/plan/step.ts'
import type { ResolvedImage } from '../../builder/request.ts'
import type { StepIo } from '../../builder/solve/performer.ts'
import { isEngineError } from '../../errors.ts'
import type { Platform } from '../../oci/descriptor.ts'
import { parseReference, type Reference, withDefaultTag } from '../../oci/reference.ts'
import type { Credentials } from '../../registry/authenticator.ts'
import type { ImageRecord } from '../../store/store.ts'
import type { Images } from '../images/images.ts'
import type { Report } from '../images/progress.ts'

/** How a registry may be asked. */
export interface Asking {
  readonly credentials: (domain: string) => Promise<Credentials>
  readonly signal: AbortSignal
}

export class BaseImages {
  readonly #images: Pick<Images, 'resolve' | 'lookUp' | 'bring'>

  constructor(images: Pick<Images, 'resolve' | 'lookUp' | 'bring'>) {
    this.#images = images
  }

  /**
   * Digest and config of an image. With `pull`, what its registry says now; without, what is here is good enough.
   * Throws `not-found` when it is in neither place.
   */
  async resolve(
    name: string,
    { platform, pull }: { readonly platform: Platform; readonly pull: boolean },
    { credentials, signal }: Asking,
  ): Promise<ResolvedImage> {
    const here = this.#here(name, platform)
    if (here && !(pull && isRemote(name, here))) return { digest: here.manifestDigest, config: here.config }
    const reference = withDefaultTag(parseReference(name))
    const asked = { credentials: await credentials(reference.domain), signal }
    return this.#images.lookUp(reference, platform, asked)
  }

  /** Makes its layers be here, as an image of the store that has its name. */
  async fetch(
    { reference: name, digest, platform }: ImageOperation,
    { credentials, signal }: Asking,
    io: StepIo,
  ): Promise<void> {
    const here = this.#here(name, platform)
    if (here?.manifestDigest === digest) return
    const reference = withDefaultTag(parseReference(name))
    const asked = { platform, credentials: await credentials(reference.domain), signal }
    const report = reported(io)
    const image = await this.#images.bring({ ...asked, reference, report })
    // The name may have moved on since it was looked up.
    if (image.manifestDigest !== digest) {
      await this.#images.bring({ ...asked, reference: pinned(reference, digest), report })
    }
  }

  #here(name: string, platform: Platform): ImageRecord | null {
    try {
      return this.#images.resolve(name, platform)
    } catch (error) {
      if (isEngineError(error, 'not-found')) return null
      throw error
    }
  }
}

/** What was only ever made here has no registry to ask, nor has an id. */
function isRemote(name: string, { id }: ImageRecord): boolean {
  return !id.startsWith(name) && !id.startsWith(`sha256:${name}`)
}

function pinned({ tag: _, ...reference }: Reference, digest: ImageOperation['digest']): Reference {
  return { ...reference, digest }
}

/** Lines of a pull as parts of the step. */
function reported(io: StepIo): Report {
  return ({ id, status, progressDetail }) => {
    if (id === undefined || status === undefined) return
    const { current = 0, total = 0 } = progressDetail ?? {}
    io.status(id, current, total, status === 'Pull complete' || status === 'Already exists')
  }
}
