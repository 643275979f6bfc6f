/**
 * A container's files through the C helper's `files` applet: each call runs in a mount namespace whose root is the
 * container's root with its mounts, so that no link in it, however it changes meanwhile, leads to a file of the host.
 */
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { EngineError, type ErrorKind } from '../errors.ts'
import { nativeHelper } from './native-parts.ts'
import { type ChildProcess, spawn } from './spawn.ts'

/** What a pipe takes at once. */
const BATCH_BYTES = 64 * 1024

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

/**
 * Makes the upper directory of an overlay say only what it changes, and gives it as the tar of an image's layer.
 * `overlay`, `work` and `cwd` as for `upperChanges`. `tally` is known at the tar's end.
 */
export function sealUpper(
  upper: string,
  work: string,
  overlay: string,
  cwd: string,
): {
  readonly tar: AsyncGenerator<Uint8Array, void, undefined>
  readonly tally: () => { readonly entries: number; readonly sizeBytes: number }
} {
  const helper = start(['seal', upper, work, overlay], { cwd })
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

interface Helper {
  readonly child: ChildProcess
  readonly stdout: Readable
  /** Resolves when it has ended well; throws why it has not. */
  ended(): Promise<void>
  /** What it has said on stderr, for people or for us. */
  said(): string
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

function start(
  args: readonly string[],
  {
    input = false,
    cwd,
    userns,
  }: { readonly input?: boolean; readonly cwd?: string; readonly userns?: string | null | undefined } = {},
): Helper {
  const inside = userns ? ['in', userns] : []
  const child = spawn(nativeHelper(), [...inside, 'files', ...args], {
    stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  })
  let words = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString('utf8')).slice(-4000)
  })
  const end = new Promise<void>((resolve, reject) => {
    child.on('error', (cause) =>
      reject(new EngineError('unavailable', `cannot run the engine's helper: ${cause.message}`, { cause })),
    )
    child.on('close', (code) => (code === 0 ? resolve() : reject(failure(code, words.trim()))))
  })
  end.catch(() => {}) // thrown to whoever asks
  return { child, stdout: child.stdout as Readable, ended: () => end, said: () => words }
}

/** Exit codes of files.h. */
const KINDS: Readonly<Record<number, ErrorKind>> = {
  3: 'not-found',
  4: 'invalid',
  5: 'cancelled',
  6: 'invalid',
  7: 'unavailable',
  8: 'forbidden',
}

function failure(code: number | null, words: string): EngineError {
  if (code === 5) return new EngineError('cancelled', 'the archive ended too early')
  if (code === 7) {
    return new EngineError('unavailable', `no space left on device: ${words}. Free some space and try again.`)
  }
  const kind = code === null ? 'internal' : (KINDS[code] ?? 'internal')
  return new EngineError(kind, words || `the engine's helper for files ended with ${code}`)
}

/** The first text of the output, and what came with it. Throws why the helper ended before it. */
async function firstText(helper: Helper): Promise<{ readonly head: string; readonly rest: Buffer | null }> {
  let got = Buffer.alloc(0)
  for (;;) {
    const chunk = helper.stdout.read() as Buffer | null
    if (chunk === null) {
      if (helper.stdout.readableEnded) break
      await Promise.race([once(helper.stdout, 'readable'), once(helper.stdout, 'end')])
      continue
    }
    got = Buffer.concat([got, chunk])
    const end = got.indexOf(0)
    if (end >= 0) return { head: got.toString('utf8', 0, end), rest: got.subarray(end + 1) }
  }
  await helper.ended()
  throw new EngineError('internal', "the engine's helper for files said nothing")
}

/** The helper's output. It is begun at once, so that a caller who leaves before the first byte ends the helper too. */
function output(helper: Helper, first: Buffer | null): AsyncGenerator<Uint8Array, void, undefined> {
  const bytes = reading(helper, first)
  void bytes.next()
  return bytes
}

async function* reading(helper: Helper, first: Buffer | null): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield new Uint8Array(0)
    if (first && first.length > 0) yield first
    for await (const chunk of helper.stdout) yield chunk as Buffer
    await helper.ended()
  } finally {
    helper.child.kill('SIGKILL')
    // What it holds mounted is free when it is gone.
    await helper.ended().catch(() => {})
  }
}

/** Writes all of `source` to the helper. When the source fails the helper finds its input cut and tidies up. */
async function feed(helper: Helper, source: AsyncIterable<Uint8Array>): Promise<void> {
  const { stdin } = helper.child
  if (!stdin) throw new EngineError('internal', 'the helper has no input')
  let broken = false
  stdin.on('error', () => {
    broken = true
  })
  helper.stdout.resume()
  const over = helper.ended().catch(() => {})
  try {
    for await (const chunk of batched(source)) {
      if (broken || helper.child.exitCode !== null) break
      if (!stdin.write(chunk)) await Promise.race([once(stdin, 'drain'), over]).catch(() => {})
    }
  } catch (error) {
    stdin.end()
    await over
    throw error
  }
  stdin.end()
  await helper.ended()
}

/** Small pieces as fewer large ones: a pipe costs a call, and often a change of process, for each. */
async function* batched(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of source) {
    pieces.push(piece)
    size += piece.length
    if (size < BATCH_BYTES) continue
    yield Buffer.concat(pieces, size)
    pieces = []
    size = 0
  }
  if (size > 0) yield Buffer.concat(pieces, size)
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
