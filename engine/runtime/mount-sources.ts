/** Facts about the sources of mounts that the spec depends on. */
import { stat } from 'node:fs/promises'
import type { MountSettings } from './runtime.ts'

/** Read-only binds of what is no directory hold for that alone: nothing can be below, and crun 1.8 takes no other. */
export async function withoutDepth(mounts: readonly MountSettings[]): Promise<readonly MountSettings[]> {
  return Promise.all(
    mounts.map(async (mount) => {
      if (mount.type !== 'bind' || !mount.readOnly || mount.readOnlyTopOnly) return mount
      const info = await stat(mount.source).catch(() => null)
      return info?.isDirectory() ? mount : { ...mount, readOnlyTopOnly: true }
    }),
  )
}
