/** File modes as Docker's JSON has them: Go's os.FileMode, whose bits are not the kernel's. */

const TYPES: ReadonlyMap<number, number> = new Map([
  [0o040000, 2 ** 31], // directory
  [0o120000, 2 ** 27], // symlink
  [0o060000, 2 ** 26], // block device
  [0o020000, 2 ** 26 + 2 ** 21], // character device
  [0o010000, 2 ** 25], // named pipe
  [0o140000, 2 ** 24], // socket
])

/** `mode` is st_mode, type bits included. */
export function goFileMode(mode: number): number {
  return (
    (mode & 0o777) +
    (TYPES.get(mode & 0o170000) ?? 0) +
    (mode & 0o4000 ? 2 ** 23 : 0) +
    (mode & 0o2000 ? 2 ** 22 : 0) +
    (mode & 0o1000 ? 2 ** 20 : 0)
  )
}
