/** Which containers have a root that is somebody else on the host (daemon.json, userns-remap), and what they may not share then. */
import type { HostConfig } from '../../api/container.ts'
import { EngineError } from '../../errors.ts'

/** The remapping of this engine; paths are those of host/user-remap.ts. */
export interface UserRemap {
  /** The user namespace of all remapped containers. */
  readonly userns: string
  /** Who their root is on the host. */
  readonly uid: number
  readonly gid: number
  /** The store's and the volumes' folders, with owners as those containers have them. */
  readonly store: string
  readonly volumes: string
}

/** The remapping that a container has; null for one that is on the host's ids. */
export function remapOf(remap: UserRemap | null, host: Pick<HostConfig, 'UsernsMode'>): UserRemap | null {
  return host.UsernsMode === 'host' ? null : remap
}

/** Throws `invalid` in Docker's words for what only the host's own root may have (daemon_unix.go in moby). */
export function checkRemapped(host: HostConfig, remap: UserRemap | null): void {
  if (remapOf(remap, host) === null) return
  const fail = (message: string) => new EngineError('invalid', message)
  if (host.Privileged)
    throw fail(
      'privileged mode is incompatible with user namespaces.  You must run the container in the host namespace when running privileged mode',
    )
  if (host.NetworkMode === 'host')
    throw fail("cannot share the host's network namespace when user namespaces are enabled")
  if (host.PidMode === 'host')
    throw fail('cannot share the host PID namespace when user namespaces are enabled')
  if (host.IpcMode === 'host')
    throw fail("cannot share the host's IPC namespace when user namespaces are enabled")
}
