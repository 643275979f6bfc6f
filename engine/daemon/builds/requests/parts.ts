/** What turning somebody's wish into a build needs, and what all wishes have in common. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { BuildRequest, ContextProvider } from '../../../builder/request.ts'
import { openFolder } from '../../../context/folder.ts'
import { FolderStats, type StatCache } from '../../../context/stat-cache.ts'
import { tarContext } from '../../../context/tar-context.ts'
import { EngineError } from '../../../errors.ts'
import type { OpenFolder } from '../session/provider.ts'

export interface RequestParts {
  /** Where contexts are unpacked and results lie in between. */
  readonly scratch: string
  /** Where sockets are made: paths of them are short. */
  readonly sockets: string
  readonly rootless: boolean
  /** What is known of folders that builds were made of. */
  readonly stats: StatCache
}

/** A path in the scratch folder that nobody has. */
export function scratchPath({ scratch }: RequestParts, kind: string): string {
  return join(scratch, `${kind}-${randomBytes(8).toString('hex')}`)
}

/** A tar in any compression as a context; unpacked when a file of it is asked for. */
export function tarProvider(parts: RequestParts, tar: AsyncIterable<Uint8Array>): ContextProvider {
  return tarContext(tar, { folder: scratchPath(parts, 'context'), rootless: parts.rootless })
}

/** Folders that clients' files were put into. */
export function keptFolderOpener({ stats }: RequestParts): OpenFolder {
  return async ({ path, kept }, ignore) => {
    const known = kept ? await stats.open(path, 'kept') : new FolderStats(null)
    const folder = openFolder(path, { ignore, owners: 'kept', stats: known })
    return { folder, close: () => known.save() }
  }
}

/** `default`, `none`, `host`, or a network's name. */
export function networkOf(mode: string): BuildRequest['network'] {
  const word = mode.toLowerCase()
  if (word === '' || word === 'default' || word === 'bridge') return 'default'
  return word === 'none' || word === 'host' ? word : { named: mode }
}

/** The time that results are to have, where a build argument says so. */
export function epochOf(args: ReadonlyMap<string, string>): number | null {
  const text = args.get('SOURCE_DATE_EPOCH')
  if (text === undefined || text === '') return null
  if (!/^\d+$/.test(text)) throw new EngineError('invalid', `invalid SOURCE_DATE_EPOCH: ${text}`)
  return Number(text)
}

/** Is it what `docker build` takes for a git repository? (moby, builder/remotecontext/urlutil) */
export function isGitAddress(text: string): boolean {
  if (/^https?:\/\//.test(text)) return /\.git(?:#.*)?$/.test(text)
  return ['git://', 'github.com/', 'git@', 'ssh://'].some((prefix) => text.startsWith(prefix))
}
