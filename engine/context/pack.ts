/** A folder as a tar, for engines that cannot read it in place: what the ignore file leaves, as a stream. */

import type { Stats } from 'node:fs'
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { byteString, header } from '../archive/entry.ts'
import { END_OF_ARCHIVE, encodeHeader, padding } from '../archive/write.ts'
import { EngineError } from '../errors.ts'
import { IgnoreRules, type Judgement } from './ignore.ts'
import { Slices } from './slices.ts'
import { unreadable } from './unreadable.ts'

export interface PackOptions {
  /** Patterns of the ignore file. */
  readonly ignore: readonly string[]
  /** Paths that are sent whatever the ignore file says: the Dockerfile and the ignore file itself. */
  readonly always?: readonly string[]
}

/** Small files are gathered to pieces of at least this size: a piece costs more than its bytes. */
const PIECE_BYTES = 256 * 1024
const SMALL_BYTES = 64 * 1024
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * The tar of `root`, everything owned by root as the docker CLI sends it; modes and times as they are. Sockets are
 * left out. Throws `invalid` for a file that cannot be read.
 */
export async function* packFolder(root: string, options: PackOptions): AsyncGenerator<Uint8Array> {
  let gathered: Uint8Array[] = []
  let size = 0
  const slices = new Slices()
  const rules = new IgnoreRules(withAlways(options))
  for (const entry of walk(root, '', { excluded: false, state: null }, rules)) {
    if (slices.over()) await slices.next()
    const content = entry.stats.isFile() ? small(root, entry) : { body: null, stats: entry.stats }
    if (content === null) {
      if (size > 0) yield Buffer.concat(gathered)
      gathered = []
      size = 0
      yield* large(root, entry)
      continue
    }
    const head = encodeHeader(headerOf(root, entry.path, content.stats))
    gathered.push(head)
    size += head.length
    if (content.body !== null) {
      gathered.push(content.body, padding(content.body.length))
      size += content.body.length
    }
    if (size < PIECE_BYTES) continue
    yield Buffer.concat(gathered)
    gathered = []
    size = 0
  }
  yield Buffer.concat([...gathered, END_OF_ARCHIVE])
}

interface Entry {
  readonly path: string
  readonly stats: Stats
}

/** What the rules leave, folders before what is in them; a folder that is out comes when something in it does. */
function* walk(root: string, folder: string, judged: Judgement, rules: IgnoreRules): Generator<Entry> {
  for (const name of readdirSync(folder === '' ? root : `${root}/${folder}`).sort()) {
    const path = folder === '' ? name : `${folder}/${name}`
    const inner = rules.empty ? judged : rules.step(judged.state, path)
    const stats = lstatSync(`${root}/${path}`, { throwIfNoEntry: false })
    if (stats === undefined || stats.isSocket()) continue
    if (!inner.excluded) yield { path, stats }
    if (!stats.isDirectory() || (inner.excluded && !rules.mayHold(path))) continue
    let said = !inner.excluded
    for (const entry of walk(root, path, inner, rules)) {
      if (!said) yield { path, stats }
      said = true
      yield entry
    }
  }
}

function withAlways({ ignore, always = [] }: PackOptions): readonly string[] {
  const rules = new IgnoreRules(ignore)
  return [...ignore, ...always.filter((path) => rules.excludes(path)).map((path) => `!${path}`)]
}

function headerOf(root: string, path: string, stats: Stats) {
  const fields = { mode: stats.mode & 0o7777, mtime: Math.floor(stats.mtimeMs / 1000) }
  const name = byteString(path)
  if (stats.isFile()) return header('file', name, { ...fields, size: stats.size })
  if (stats.isDirectory()) return header('directory', name, fields)
  if (stats.isSymbolicLink()) {
    const link = readlinkSync(`${root}/${path}`, 'buffer').toString('latin1')
    return header('symlink', name, { ...fields, link })
  }
  if (stats.isFIFO()) return header('fifo', name, fields)
  const device = {
    deviceMajor: (stats.rdev >> 8) & 0xfff,
    deviceMinor: (stats.rdev & 0xff) | ((stats.rdev >> 12) & 0xfff00),
  }
  return header(stats.isBlockDevice() ? 'block-device' : 'char-device', name, { ...fields, ...device })
}

/** A file that is read at once; null for a large one. */
function small(
  root: string,
  { path, stats }: Entry,
): { readonly body: Buffer; readonly stats: Stats } | null {
  if (stats.size > SMALL_BYTES) return null
  let file: number
  try {
    file = openSync(`${root}/${path}`, READ)
  } catch (cause) {
    throw unreadable(path, cause)
  }
  try {
    const now = fstatSync(file)
    if (!now.isFile() || now.size > SMALL_BYTES) return null
    const body = Buffer.alloc(now.size)
    let length = 0
    while (length < body.length) {
      const count = readSync(file, body, length, body.length - length, null)
      if (count === 0) throw changed(path)
      length += count
    }
    return { body, stats: now }
  } finally {
    closeSync(file)
  }
}

async function* large(root: string, { path }: Entry): AsyncGenerator<Uint8Array> {
  const file = await open(`${root}/${path}`, READ).catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
  try {
    const stats = await file.stat()
    if (!stats.isFile()) throw changed(path)
    yield encodeHeader(headerOf(root, path, stats))
    // What is appended meanwhile is left: the header has said the size.
    for (let left = stats.size; left > 0; ) {
      const chunk = Buffer.allocUnsafe(Math.min(PIECE_BYTES, left))
      const { bytesRead } = await file.read(chunk, 0, chunk.length, null)
      if (bytesRead === 0) throw changed(path)
      yield chunk.subarray(0, bytesRead)
      left -= bytesRead
    }
    yield padding(stats.size)
  } finally {
    await file.close()
  }
}

function changed(path: string): EngineError {
  return new EngineError('invalid', `${path} of the build context changed while it was read: try again`)
}
