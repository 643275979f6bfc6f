/**
 * A container's files through the C helper's `files` applet: each call runs in a mount namespace whose root is the
 * container's root with its mounts, so that no link in it, however it changes meanwhile, leads to a file of the host.
 */
import { feed, firstText, output, start } from './files-helper.ts'

/** A container's root on the host and what is mounted in it. Targets are paths inside the root. */
export interface RootView {
  readonly root: string
  readonly binds: readonly RootBind[]
  /** The root itself may not be written to; its mounts may. */
  readonly readOnly?: boolean
  /** The user namespace whose ids are read and written, by a path; null is the engine's own. */
  readonly userns?: string | null
}

/** One mount of a view. A source that is gone is left out. */
export interface RootBind {
  readonly source: string
  readonly target: string
  readonly readOnly: boolean
  /** With what is mounted beneath the source. */
  readonly recursive: boolean
}

/** What lstat says of a path, seen from inside. */
export interface FileStat {
  /** st_mode with the type bits. */
  readonly mode: number
  readonly sizeBytes: number
  readonly mtimeSeconds: number
  readonly mtimeNanoseconds: number
  /** Where a symlink leads inside the root, all links followed; else empty. */
  readonly linkTarget: string
}

/** A path changed by a container. */
export interface FileChange {
  readonly kind: 'changed' | 'added' | 'deleted'
  readonly path: string
}

/** How frames are applied. */
export interface WriteOptions {
  /** Refuse to let a directory replace a file, or the other way round. */
  readonly keepKinds: boolean
  /** The owner of everything written; null for the archive's own. */
  readonly owner: { readonly uid: number; readonly gid: number } | null
}

/** `not-found` when there is nothing at `path`. */
export async function statInView(view: RootView, path: string): Promise<FileStat> {
  const helper = start([...viewArgs(view), 'stat', path], { userns: view.userns })
  const { head } = await firstText(helper)
  await helper.ended()
  return parseStat(head)
}

/**
 * What is at `path` as a tar whose names begin with `as`. Resolves when it is known to be there, else `not-found`.
 * The tar throws at its end when it could not be made whole; leaving it ends the helper.
 */
export async function readFromView(
  view: RootView,
  path: string,
  as: string,
): Promise<{ readonly stat: FileStat; readonly tar: AsyncGenerator<Uint8Array, void, undefined> }> {
  const helper = start([...viewArgs(view), 'read', path, as], { userns: view.userns })
  const { head, rest } = await firstText(helper)
  return { stat: parseStat(head), tar: output(helper, rest) }
}

/** Applies `frames` (archive/frames.ts) at the directory `path`. Throws the source's own error, or why the kernel refused. */
export async function writeToView(
  view: RootView,
  path: string,
  options: WriteOptions,
  frames: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { keepKinds, owner } = options
  const flags = [...(keepKinds ? ['keep'] : []), ...(owner ? [`${owner.uid}:${owner.gid}`] : [])]
  const helper = start([...viewArgs(view), 'write', path, ...flags], { input: true, userns: view.userns })
  await firstText(helper)
  await feed(helper, frames)
}

/** The files of `directory` as a tar; as a layer, with overlayfs's marks told in an image's way. */
export function packTree(
  directory: string,
  as: 'seen' | 'layer',
  userns: string | null = null,
): AsyncGenerator<Uint8Array, void, undefined> {
  return output(start([as === 'layer' ? 'layer' : 'pack', directory], { userns }), null)
}

/** What is beneath a path of a tree. `path` is where it leads, without a slash at either end. */
export interface TreeListing {
  readonly path: string
  /** Below that place, folders before what is in them; the place itself is empty. */
  readonly entries: readonly { readonly path: string; readonly isFolder: boolean }[]
}

/** The names beneath `path` of a folder or an overlay (as for `sealUpper`). Throws `not-found`. */
export async function listTree(work: string, tree: string, cwd: string, path: string): Promise<TreeListing> {
  const chunks: Uint8Array[] = []
  for await (const chunk of output(start(['list', work, tree, path], { cwd }), null)) chunks.push(chunk)
  const [place = '', ...texts] = Buffer.concat(chunks).toString('utf8').split('\0').slice(0, -1)
  return { path: place, entries: texts.map((text) => ({ path: text.slice(1), isFolder: text[0] === 'd' })) }
}

/** The files at paths of such a tree as one stream of bytes, without their times. A slash at the end takes a folder alone. */
export function tellTree(
  work: string,
  tree: string,
  cwd: string,
  paths: Iterable<string>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const helper = start(['tree', work, tree], { cwd, input: true })
  // What it says of a failure is thrown when the stream is read.
  helper.child.stdin?.on('error', () => {})
  helper.child.stdin?.end([...paths].map((path) => `${path}\0`).join(''))
  return output(helper, null)
}

/**
 * Makes the upper directory of an overlay say only what it changes, and gives it as the tar of an image's layer. What is
 * below is a folder, or the options of an overlay, mounted on `work` for the helper alone, with `cwd` for their relative
 * paths. `tally` is known at the tar's end.
 */
export function sealUpper(
  upper: string,
  work: string,
  below: string,
  cwd: string,
): {
  readonly tar: AsyncGenerator<Uint8Array, void, undefined>
  readonly tally: () => { readonly entries: number; readonly sizeBytes: number }
} {
  const helper = start(['seal', upper, work, below], { cwd })
  const tally = () => {
    const [entries, sizeBytes] = helper.said().split(' ').map(Number)
    return { entries: entries ?? 0, sizeBytes: sizeBytes ?? 0 }
  }
  return { tar: output(helper, null), tally }
}

/**
 * What the upper directory of an overlay changes. `overlay` holds the mount options of what is below, mounted on
 * `work` for the helper alone, with `cwd` for their relative paths; when empty, `work` itself is below.
 */
export async function upperChanges(
  upper: string,
  work: string,
  overlay: string,
  cwd: string,
): Promise<readonly FileChange[]> {
  const helper = start(['changes', upper, work, overlay], { cwd })
  const chunks: Uint8Array[] = []
  for await (const chunk of output(helper, null)) chunks.push(chunk)
  const texts = Buffer.concat(chunks).toString('utf8').split('\0').slice(0, -1)
  const kinds = { C: 'changed', A: 'added', D: 'deleted' } as const
  return texts.map((text) => ({ kind: kinds[text[0] as keyof typeof kinds], path: text.slice(1) }))
}

function viewArgs({ root, binds, readOnly }: RootView): readonly string[] {
  return [
    '--root',
    root,
    ...(readOnly ? ['--read-only'] : []),
    ...binds.flatMap(({ source, target, readOnly, recursive }) => [
      recursive ? '--rbind' : '--bind',
      source,
      target,
      readOnly ? 'ro' : 'rw',
    ]),
  ]
}

function parseStat(text: string): FileStat {
  const [, mode = '', size, seconds, nanoseconds, target = ''] =
    /^(\d+) (\d+) (-?\d+) (\d+) (.*)$/s.exec(text) ?? []
  return {
    mode: Number.parseInt(mode, 8),
    sizeBytes: Number(size),
    mtimeSeconds: Number(seconds),
    mtimeNanoseconds: Number(nanoseconds),
    linkTarget: target,
  }
}
