/** A main context from elsewhere, made into files here: a repository's checkout, an archive or a Dockerfile of the web. */
import { createReadStream } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { detectCompression } from '../archive/compression.ts'
import { folderContext } from '../context/folder-context.ts'
import { tarContext } from '../context/tar-context.ts'
import { EngineError } from '../errors.ts'
import { parseGitAddress } from './plan/git-address.ts'
import type { PlanDeps } from './plan/plan-build.ts'
import type { Operation, Step } from './plan/step.ts'
import { withoutPassword } from './plan/without-password.ts'
import type { ContextProvider, ContextSource } from './request.ts'
import type { Performer, StepIo } from './solve/performer.ts'

/** What it takes to fetch one. */
export interface RemoteParts {
  readonly performer: Pick<Performer, 'perform'>
  readonly resolveCommit: PlanDeps['resolveCommit']
  /** Whether .git is a part of a checkout, where its address says nothing. */
  readonly keepGitDir: boolean
  /** A folder of the build's own. */
  readonly scratch: string
  readonly rootless: boolean
}

/** Files, or the text of a Dockerfile that stands alone. */
export type FetchedContext =
  | { readonly kind: 'files'; readonly source: ContextSource }
  | { readonly kind: 'dockerfile'; readonly text: string }

/** A Dockerfile of the web of more than this is none. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024
/** `ustar` of a tar's first header stands here. */
const MAGIC_AT = 257

/** Throws `invalid` for an address that is none. */
export async function fetchContext(
  source: ContextSource & { readonly kind: 'git' | 'http' },
  parts: RemoteParts,
  io: StepIo,
): Promise<FetchedContext> {
  if (source.kind === 'git') return { kind: 'files', source: await checkOut(source.address, parts, io) }
  const { url } = source
  const folder = await fetched(parts, { kind: 'http', url, filename: 'context', checksum: null }, io)
  const file = join(folder, 'context')
  if (!(await isArchive(file))) {
    const text = await readFile(file)
    if (text.length > MAX_TEXT_BYTES)
      throw new EngineError('invalid', `${withoutPassword(url)} is too large for a Dockerfile`)
    return { kind: 'dockerfile', text: text.toString('utf8') }
  }
  const { scratch, rootless } = parts
  const provider = tarContext(createReadStream(file), { folder: join(scratch, 'remote-context'), rootless })
  return { kind: 'files', source: whole(provider) }
}

async function checkOut(address: string, parts: RemoteParts, io: StepIo): Promise<ContextSource> {
  const found = parseGitAddress(address, { context: true })
  if (found === null)
    throw new EngineError('invalid', `${withoutPassword(address)} is no address of a git repository`)
  const { remote, ref, subdirectory, submodules, keepGitDir, checksum } = found
  const commit = await parts.resolveCommit(remote, ref)
  if (checksum !== null && !commit.startsWith(checksum)) {
    throw new EngineError('invalid', `expected checksum to match ${checksum}, got ${commit}`)
  }
  const operation = {
    remote,
    ref,
    commit,
    subdirectory,
    submodules,
    keepGitDir: keepGitDir ?? parts.keepGitDir,
  }
  const folder = await fetched(parts, { kind: 'git', ...operation }, io)
  return whole(await folderContext(folder, { stats: null }))
}

/** What comes from elsewhere comes as it is: an ignore file in it is a file (BuildKit). */
function whole(provider: ContextProvider): ContextSource {
  const read = async (path: string) => (path.endsWith('.dockerignore') ? null : provider.read(path))
  return { kind: 'files', provider: { ...provider, read } }
}

async function fetched({ performer }: RemoteParts, operation: Operation, io: StepIo): Promise<string> {
  const step: Step = { id: 'remote', operation, inputs: [], name: 'remote', origin: null, fresh: false }
  const { value } = await performer.perform(step, [], io)
  if (value.kind !== 'folder') throw new EngineError('internal', 'a download gave no files')
  return value.folder.path
}

async function isArchive(path: string): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const head = Buffer.alloc(512)
    await file.read(head, 0, head.length, 0)
    if (detectCompression(head) !== 'none') return true
    return head.toString('latin1', MAGIC_AT, MAGIC_AT + 5) === 'ustar'
  } finally {
    await file.close()
  }
}
