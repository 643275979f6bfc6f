/** How inspect and the list show a mount. */
import type { MountPoint } from '../../../api/container.ts'
import { assertNever } from '../../../errors.ts'
import type { MountRecord } from '../../records/container-record.ts'

export function mountPoint(mount: MountRecord, volumePath: (name: string) => string): MountPoint {
  const { destination: Destination } = mount
  switch (mount.kind) {
    case 'volume':
      return {
        Type: 'volume',
        Name: mount.name,
        Source: volumePath(mount.name),
        Destination,
        Driver: 'local',
        Mode: mount.mode,
        RW: !mount.readOnly,
        Propagation: '',
      }
    case 'bind':
      return {
        Type: 'bind',
        Source: mount.source,
        Destination,
        Mode: mount.mode,
        RW: !mount.readOnly,
        Propagation: mount.propagation,
      }
    case 'tmpfs':
      return {
        Type: 'tmpfs',
        Source: '',
        Destination,
        Mode: '',
        RW: !mount.options.includes('ro'),
        Propagation: '',
      }
    case 'image':
      return {
        Type: 'image',
        Name: mount.image,
        Source: '',
        Destination,
        Mode: '',
        RW: false,
        Propagation: '',
      }
    default:
      return assertNever(mount)
  }
}
