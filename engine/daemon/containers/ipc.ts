/** Whose messages and shared memory a container has: its own, another container's or the host's. */
import { EngineError } from '../../errors.ts'
import type { ContainerSettings } from '../../runtime/runtime.ts'
import { refuseRestarting } from './lifecycle.ts'
import type { Parts } from './parts.ts'

/** Namespace and /dev/shm for a mode that was checked at create. Throws `conflict` when the other does not run. */
export function ipcSettings(parts: Parts, mode: string): Pick<ContainerSettings, 'ipc' | 'shm'> {
  switch (mode) {
    case 'host':
      return { ipc: { kind: 'host' }, shm: { kind: 'host' } }
    case 'none':
      return { ipc: { kind: 'private' }, shm: { kind: 'none' } }
    case 'shareable':
      return { ipc: { kind: 'private' }, shm: { kind: 'shareable' } }
    default:
      return mode.startsWith('container:')
        ? shared(parts, mode.slice('container:'.length))
        : { ipc: { kind: 'private' }, shm: { kind: 'own' } }
  }
}

function shared(parts: Parts, name: string): Pick<ContainerSettings, 'ipc' | 'shm'> {
  const other = parts.registry.find(name)
  const { life } = other.standing
  refuseRestarting(life, other.id)
  if (life.kind !== 'running') {
    const why = `Container ${other.id} is ${life.kind === 'paused' ? 'paused' : 'not running'}`
    throw new EngineError('conflict', `can't join IPC of container ${other.id}: ${why}`)
  }
  const ipc = { kind: 'path', path: `/proc/${life.pid}/ns/ipc` } as const
  // What the other has of a third, or of the host, is shared on.
  const mode = other.definition.host.IpcMode
  const shm =
    mode === 'host' || mode.startsWith('container:')
      ? ipcSettings(parts, mode).shm
      : ({ kind: 'of', id: other.id } as const)
  return { ipc, shm }
}
