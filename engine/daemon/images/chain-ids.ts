/** Chain ids: names of layers with all that lies below them (image-spec config.md, "Layer ChainID"). */
import { createHash } from 'node:crypto'
import type { Digest } from '../../oci/descriptor.ts'

/** The chain id of each layer; bottom first, as the diff ids are. */
export function chainIds(diffIds: readonly Digest[]): readonly Digest[] {
  const ids: Digest[] = []
  for (const diffId of diffIds) {
    const below = ids.at(-1)
    ids.push(
      below === undefined
        ? diffId
        : `sha256:${createHash('sha256').update(`${below} ${diffId}`).digest('hex')}`,
    )
  }
  return ids
}
