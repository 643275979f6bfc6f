/** Where a build's files come from: what PATH | URL | -, -f and --build-context mean on this machine. */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { BuildSource, BuildStart } from '../../../engine/api/longshore/builds.ts'
import { detectCompression } from '../../../engine/archive/compression.ts'
import { EngineError } from '../../../engine/errors.ts'
import type { BuildOptions } from './options.ts'

/** Standard input, read once. */
export type Input = () => AsyncIterable<Uint8Array>

/** What the engine is told of files, and what follows in the request's body. */
export interface Sources {
  readonly context: BuildSource
  readonly dockerfile: NonNullable<BuildStart['dockerfile']>
  readonly namedContexts: Readonly<Record<string, BuildSource>>
  readonly body: AsyncIterable<Uint8Array> | null
}

/** More than this is no Dockerfile. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024

/** Throws `invalid` and `not-found` in docker's words. */
export async function readSources(options: BuildOptions, cwd: string, input: Input): Promise<Sources> {
  const namedContexts: Record<string, BuildSource> = {}
  for (const [name, place] of Object.entries(options.contexts)) {
    namedContexts[name] = await sourceOf(place, cwd)
  }
  if (options.path === '-') {
    if (options.file === '-')
      throw new EngineError(
        'invalid',
        "invalid argument: can't use stdin for both build context and dockerfile",
      )
    const { head, whole } = await peek(input())
    if (isArchive(head)) {
      const dockerfile = options.file === null ? {} : { path: options.file }
      return { context: { kind: 'body' }, dockerfile, namedContexts, body: whole }
    }
    const text = await readText(whole)
    if (options.file === null)
      return { context: { kind: 'empty' }, dockerfile: { text }, namedContexts, body: null }
    throw new EngineError(
      'invalid',
      'ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles',
    )
  }
  const context = await sourceOf(options.path, cwd)
  const dockerfile = await dockerfileOf(options.file, context, cwd, input)
  return { context, dockerfile, namedContexts, body: null }
}

/** A context as a person writes it: a folder, a repository, an archive's address, an image. */
export async function sourceOf(place: string, cwd: string): Promise<BuildSource> {
  if (place.startsWith('docker-image://'))
    return { kind: 'image', reference: place.slice('docker-image://'.length) }
  if (isGit(place)) return { kind: 'git', address: place }
  if (/^https?:\/\//.test(place)) return { kind: 'http', url: place }
  if (/^[a-z-]+:\/\//.test(place))
    throw new EngineError(
      'invalid',
      `"${place}" is no build context: there are folders, git, http and docker-image://`,
    )
  const folder = path.resolve(cwd, place)
  const found = await stat(folder).catch(() => null)
  if (found === null)
    throw new EngineError('not-found', `unable to prepare context: path "${place}" not found`)
  if (!found.isDirectory())
    throw new EngineError('invalid', `unable to prepare context: path "${place}" is not a directory`)
  return { kind: 'folder', path: folder }
}

/** Addresses that docker takes for a repository (docker build reference, "Git repositories"). */
export function isGit(place: string): boolean {
  if (/^(git|ssh):\/\//.test(place) || place.startsWith('git@') || place.startsWith('github.com/'))
    return true
  return /^https?:\/\/[^#?]+\.git(#.*)?$/.test(place)
}

async function dockerfileOf(
  file: string | null,
  context: BuildSource,
  cwd: string,
  input: Input,
): Promise<Sources['dockerfile']> {
  if (file === null) return {}
  if (file === '-') return { text: await readText(input()) }
  if (/^https?:\/\//.test(file)) return { from: { kind: 'http', url: file }, path: 'Dockerfile' }
  if (context.kind !== 'folder') {
    // As docker has it: a file of this machine if there is one, else one of the context.
    const local = path.resolve(cwd, file)
    return (await stat(local).catch(() => null))?.isFile() ? beside(local) : { path: file }
  }
  const place = path.resolve(cwd, file)
  const inside = path.relative(context.path, place)
  if (!inside.startsWith('..') && !path.isAbsolute(inside)) return { path: inside }
  return beside(place)
}

/** A Dockerfile outside of the context, with the ignore file that may lie beside it. */
function beside(place: string): Sources['dockerfile'] {
  return { from: { kind: 'folder', path: path.dirname(place) }, path: path.basename(place) }
}

async function peek(source: AsyncIterable<Uint8Array>) {
  const reader = source[Symbol.asyncIterator]()
  const parts: Uint8Array[] = []
  let size = 0
  while (size < 512) {
    const next = await reader.next()
    if (next.done) break
    parts.push(next.value)
    size += next.value.length
  }
  const head = Buffer.concat(parts)
  return { head, whole: rejoin(head, reader) }
}

async function* rejoin(head: Buffer, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
}

function isArchive(head: Buffer): boolean {
  if (detectCompression(head) !== 'none') return true
  return head.length >= 512 && (head.toString('latin1', 257, 262) === 'ustar' || hasChecksum(head))
}

/** Tars from before there was a mark: the sum of the header's bytes is in it (POSIX, "ustar header block"). */
function hasChecksum(head: Buffer): boolean {
  const told = Number.parseInt(head.toString('latin1', 148, 156), 8)
  let sum = 0
  for (let at = 0; at < 512; at++) sum += at >= 148 && at < 156 ? 32 : (head[at] ?? 0)
  return told === sum
}

async function readText(source: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of source) {
    size += part.length
    if (size > MAX_TEXT_BYTES)
      throw new EngineError('invalid', 'what is on stdin is too large for a Dockerfile')
    parts.push(part)
  }
  return Buffer.concat(parts).toString()
}
