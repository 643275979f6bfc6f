/** New volumes get what the image has at their place when a container is made, so that others see it from then on. */
import type { ContainerDefinition } from '../records/container-record.ts'
import type { Parts } from './parts.ts'

/** For a container that has no record yet: leaves nothing of it behind. */
export async function seedVolumes(parts: Parts, definition: ContainerDefinition): Promise<void> {
  const { id, imageId, diffIds, mounts } = definition
  const { store, volumes, images } = parts
  if (!(await volumes.wantSeed(mounts))) return
  await images.keeping(imageId, async () => {
    const lease = await store.leaseRootfs(id, diffIds)
    try {
      await volumes.seed(mounts, lease.path)
    } finally {
      await lease.release()
      // Its own layer is made again when it is needed: until there is a record, nobody would remove it.
      await store.removeRootfs(id)
    }
  })
}
