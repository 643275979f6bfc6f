/** What a folder lies on. */
import { statfsSync } from 'node:fs'

/** Numbers of the kernel (linux/magic.h) in the words of dockerd's info. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [0x794c7630, 'overlayfs'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x01021994, 'tmpfs'],
  [0xef53, 'extfs'],
  [0xf2f52010, 'f2fs'],
  [0x2fc12fc1, 'zfs'],
  [0x6969, 'nfs'],
])

/** The file system of `folder`. */
export function backingFilesystem(folder: string): string {
  return NAMES.get(statfsSync(folder).type) ?? '<unknown>'
}
