/** POST /commit: a container's changes as an image. */
import type { ContainerConfig } from '../../api/container.ts'
import { EngineError } from '../../errors.ts'
import type { Digest } from '../../oci/descriptor.ts'
import {
  familiarReference,
  formatReference,
  parseReference,
  withDefaultTag,
  withTag,
} from '../../oci/reference.ts'
import { commitConfig } from './commit-config.ts'
import type { Container } from './container.ts'
import type { Life } from './lifecycle.ts'
import type { Parts } from './parts.ts'
import { pauseContainer, unpauseContainer } from './stop.ts'

/** Its query. Empty strings count as left out. */
export interface CommitOptions {
  readonly container: string
  readonly repo: string
  readonly tag: string
  readonly comment: string
  readonly author: string
  /** Hold the container still meanwhile. */
  readonly pause: boolean
  /** Dockerfile instructions. */
  readonly changes: readonly string[]
  /** The body, null without one. */
  readonly config: Partial<ContainerConfig> | null
}

/** Answers the image's id when it is durable. Throws `invalid` for a name or a change that is none. */
export async function commitContainer(parts: Parts, options: CommitOptions): Promise<Digest> {
  const { registry, images, store, journal } = parts
  const container = registry.find(options.container)
  const { config, imageId, id } = container.definition
  const reference = wantedReference(options.repo, options.tag)
  const runConfig = commitConfig(config, options.config, options.changes)
  if (container.phase === 'removing' || container.phase === 'gone') {
    throw new EngineError('conflict', `You cannot commit container ${id} which is being removed`)
  }
  const parent = images.resolve(imageId)
  return heldStill(parts, container, options.pause, async () => {
    const image = await images.commit({
      parent,
      layer: await store.files.layer(id),
      config: runConfig,
      author: options.author,
      comment: options.comment,
      createdBy: (config.Cmd ?? []).join(' '),
      reference: reference && formatReference(reference),
    })
    const attributes = {
      comment: options.comment,
      imageID: image.id,
      imageRef: reference ? familiarReference(reference) : '',
    }
    journal.emit('container', 'commit', id, container.attributes(attributes))
    return image.id
  })
}

function wantedReference(repo: string, tag: string) {
  if (repo === '') return null
  const parsed = parseReference(repo)
  if (parsed.digest !== undefined) {
    throw new EngineError('invalid', 'refusing to create a tag with a digest reference')
  }
  return tag === '' ? withDefaultTag(parsed) : withTag(parsed, tag)
}

/** Pauses what runs, and lets it go on whatever comes of the work. */
async function heldStill<T>(
  parts: Parts,
  container: Container,
  pause: boolean,
  work: () => Promise<T>,
): Promise<T> {
  // Without cgroups nothing can be held still; a commit as it runs is worth more than none.
  const able = parts.runtime.identity.cgroupLack === null
  if (!pause || !able || container.standing.life.kind !== 'running') return work()
  await pauseContainer(parts, container)
  try {
    return await work()
  } finally {
    // It may have been let go, killed or removed by somebody else in the meantime.
    if ((container.standing.life as Life).kind === 'paused') await unpauseContainer(parts, container)
  }
}
