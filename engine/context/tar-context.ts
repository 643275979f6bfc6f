/** A context that comes as a tar, in any compression: unpacked once, into a folder of its own, when it is needed. */
import { mkdir, rm } from 'node:fs/promises'
import { decompress, peekCompression } from '../archive/compression.ts'
import { ReplacedFolder, rewriteLayer } from '../archive/rewrite-layer.ts'
import { EngineError } from '../errors.ts'
import { throughProgram } from '../host/filter-program.ts'
import { unpackTar } from '../host/tar.ts'
import type { ContextFolder } from './folder.ts'
import { type FolderContext, folderContext } from './folder-context.ts'

export interface TarContextOptions {
  /** A folder that is not there yet: made when the archive is unpacked, removed by `close`. */
  readonly folder: string
  /** Inside a user namespace, where no device can be made. */
  readonly rootless: boolean
}

/** A tar as the builder's `ContextProvider`. */
export interface TarContext extends FolderContext {
  open(
    filter: { readonly ignore: readonly string[] },
    told?: { readonly signal: AbortSignal; readonly bytes: (current: number) => void },
  ): Promise<ContextFolder>
}

/** The files of `source`, with owners and modes as it has them. Nothing is read before something is asked for. */
export function tarContext(source: AsyncIterable<Uint8Array>, options: TarContextOptions): TarContext {
  let unpacked: Promise<FolderContext> | null = null
  let told: (current: number) => void = () => {}
  const unpack = () => {
    unpacked ??= unpackContext(
      counted(source, (current) => told(current)),
      options,
    ).then(() => folderContext(options.folder, { stats: null, owners: 'kept' }))
    return unpacked
  }
  return {
    read: async (path) => await (await unpack()).read(path),
    open: async (filter, progress) => {
      if (progress) told = progress.bytes
      return await (await unpack()).open(filter)
    },
    close: async () => {
      await unpacked?.catch(() => {}) // whoever asked was told
      await rm(options.folder, { recursive: true, force: true })
    },
  }
}

/**
 * Unpacks an archive of a stranger into a new folder: names that lead out of it, links that others would be written
 * through and devices of the host are refused (`invalid`), and nothing is left then.
 */
export async function unpackContext(
  source: AsyncIterable<Uint8Array>,
  { folder, rootless }: TarContextOptions,
): Promise<void> {
  await mkdir(folder, { mode: 0o755 })
  try {
    await unpackTar(folder, rewriteLayer(plain(source), { rootless, whiteouts: false }))
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    if (error instanceof ReplacedFolder)
      throw new EngineError(
        'invalid',
        `the build context's archive replaces its folder ${error.message} by a file`,
      )
    throw error
  }
}

/** The archive's plain bytes: bzip2 and xz by the host's programs, the others by Node. */
async function* plain(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { compression, whole } = await peekCompression(source)
  if (compression === 'bzip2' || compression === 'xz') yield* throughProgram(compression, ['-d', '-c'], whole)
  else yield* decompress(whole)
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  told: (current: number) => void,
): AsyncGenerator<Uint8Array> {
  let current = 0
  for await (const chunk of source) {
    current += chunk.length
    told(current)
    yield chunk
  }
}
