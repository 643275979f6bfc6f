/** Mounts of the host: what /proc says is mounted, and mounting and unmounting with an error that names the place. */
import { readFileSync } from 'node:fs'
import { run } from './exec.ts'
import { nativeHelper } from './native-parts.ts'

/** One line of /proc/self/mountinfo (proc(5)). Paths are unescaped. */
export interface MountEntry {
  readonly id: number
  readonly parent: number
  readonly root: string
  readonly target: string
  readonly options: readonly string[]
  readonly type: string
  readonly source: string
  readonly superOptions: readonly string[]
}

/** Parses mountinfo text. Lines that are none are left out. */
export function parseMountinfo(text: string): MountEntry[] {
  const entries: MountEntry[] = []
  for (const line of text.split('\n')) {
    const fields = line.split(' ')
    // A varying number of optional fields ends with a single dash.
    const dash = fields.indexOf('-', 6)
    if (dash < 0) continue
    entries.push({
      id: Number(fields[0]),
      parent: Number(fields[1]),
      root: unescapePath(fields[3] ?? ''),
      target: unescapePath(fields[4] ?? ''),
      options: (fields[5] ?? '').split(','),
      type: fields[dash + 1] ?? '',
      source: unescapePath(fields[dash + 2] ?? ''),
      superOptions: (fields[dash + 3] ?? '').split(','),
    })
  }
  return entries
}

/** Everything mounted in this process's mount namespace, in order of mounting. */
export function mounts(): MountEntry[] {
  return parseMountinfo(readFileSync('/proc/self/mountinfo', 'utf8'))
}

/** Mounts at or beneath `directory`, deepest last. */
export function mountsBeneath(directory: string): MountEntry[] {
  return mounts().filter(({ target }) => target === directory || target.startsWith(`${directory}/`))
}

/** Mounts `source` of `type` on `target`. Options as mount(8) takes them. */
export async function mount(
  type: string,
  source: string,
  target: string,
  options: readonly string[] = [],
): Promise<void> {
  const flags = options.length > 0 ? ['-o', options.join(',')] : []
  // Without -i, mount looks for helpers in /sbin (mount.overlay), which is slower and never wanted here.
  await run('mount', ['-i', '-t', type, ...flags, source, target])
}

/**
 * Unmounts `target`; well if nothing is mounted there. A busy mount is detached: it disappears from the tree at
 * once and from the kernel when its last user is gone.
 */
export async function unmount(target: string): Promise<void> {
  const result = await run(nativeHelper(), ['umount', target], { expectExit: [0, 32, 1] })
  if (result.code === 0) return
  if (!mounts().some((entry) => entry.target === target)) return
  await run(nativeHelper(), ['umount', '-l', target])
}

/** Undoes the octal escapes of the kernel (space, tab, newline, backslash). */
function unescapePath(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}
