/** /dev/shm of a container that others may share: a mount of the host, since nobody can reach into another's mounts. */
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError } from '../errors.ts'
import { mount, unmount } from '../host/mount.ts'
import type { ContainerSettings } from './runtime.ts'
import type { ShmSource } from './spec/defaults.ts'

/**
 * Makes or finds what is to be a container's /dev/shm. `bundleOf` gives the directory of a container's bundle.
 * Throws `conflict` in Docker's words when the one to share with does not share.
 */
export async function prepareShm(
  { id, shm, shmSizeBytes }: ContainerSettings,
  bundleOf: (id: string) => string,
): Promise<ShmSource> {
  switch (shm.kind) {
    case 'none':
      return { kind: 'none' }
    case 'host':
      return { kind: 'bind', path: '/dev/shm' }
    case 'own':
      return { kind: 'tmpfs', sizeBytes: shmSizeBytes }
    case 'shareable': {
      const path = shmPath(bundleOf(id))
      await mkdir(path, { recursive: true, mode: 0o700 })
      await mount('tmpfs', 'shm', path, ['nosuid', 'nodev', 'noexec', 'mode=1777', `size=${shmSizeBytes}`])
      return { kind: 'bind', path }
    }
    case 'of': {
      const path = shmPath(bundleOf(shm.id))
      const found = await stat(path).catch(() => null)
      if (found?.isDirectory()) return { kind: 'bind', path }
      throw new EngineError(
        'conflict',
        `can't join IPC of container ${shm.id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)`,
      )
    }
  }
}

/** Undoes it, when a bundle goes. Well when there was none. */
export async function releaseShm(bundle: string): Promise<void> {
  const path = shmPath(bundle)
  const found = await stat(path).catch(() => null)
  if (found) await unmount(path)
}

function shmPath(bundle: string): string {
  return join(bundle, 'shm')
}
