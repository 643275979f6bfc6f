/** Containers' files over the API: single paths in and out as tars, the whole root, and what has changed. */
import type { FileChange, PathStat } from '../../api/container-files.ts'
import { EngineError, isEngineError } from '../../errors.ts'
import { lookupUser } from '../../runtime/rootfs-user.ts'
import type { FileStat, RootBind } from '../../store/container-files.ts'
import { rfc3339Short } from '../clock.ts'
import { type CommitOptions, commitContainer } from './commit.ts'
import type { Container } from './container.ts'
import { archiveName, containerPath } from './container-path.ts'
import { containerFiles, fileMounts } from './files.ts'
import { goFileMode } from './go-file-mode.ts'
import type { Parts } from './parts.ts'
import { mountSettings } from './settings.ts'
import { remapOf } from './user-namespace.ts'

/** Flags of PUT /containers/{id}/archive. */
export interface ExtractOptions {
  readonly noOverwriteDirNonDir: boolean
  /** Everything gets the container's user as its owner. */
  readonly copyUidGid: boolean
}

/** See `server/backend.ts` for what each method promises. */
export class ContainerFilesService {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async stat(name: string, path: string): Promise<PathStat> {
    const container = this.#parts.registry.find(name)
    const clean = containerPath(path)
    const root = await this.#root(container)
    const stat = await this.#parts.store.files.stat(root, clean).catch(notFound(name, path))
    this.#emit(container, 'archive-path')
    return wireStat(clean, stat)
  }

  async read(
    name: string,
    path: string,
  ): Promise<{ readonly stat: PathStat; readonly tar: AsyncIterable<Uint8Array> }> {
    const container = this.#parts.registry.find(name)
    const clean = containerPath(path)
    const root = await this.#root(container)
    const read = this.#parts.store.files.read(root, clean, archiveName(clean))
    const { stat, tar } = await read.catch(notFound(name, path))
    this.#emit(container, 'archive-path')
    return { stat: wireStat(clean, stat), tar }
  }

  async write(
    name: string,
    path: string,
    options: ExtractOptions,
    body: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const container = this.#parts.registry.find(name)
    const clean = containerPath(path)
    const root = await this.#root(container)
    const owner = options.copyUidGid ? await this.#owner(container) : null
    const { files } = this.#parts.store
    await files
      .write(root, clean, { keepKinds: options.noOverwriteDirNonDir, owner }, body)
      .catch(notFound(name, path))
    // What was known of its size is no longer so.
    container.revision++
    this.#emit(container, 'extract-to-dir')
  }

  async export(name: string): Promise<AsyncIterable<Uint8Array>> {
    const container = this.#parts.registry.find(name)
    const { id, diffIds } = container.definition
    const tar = await this.#parts.store.files.export({ id, diffIds })
    this.#emit(container, 'export')
    return tar
  }

  async commit(options: CommitOptions): Promise<{ readonly Id: string }> {
    return { Id: await commitContainer(this.#parts, options) }
  }

  async changes(name: string): Promise<readonly FileChange[]> {
    const { id, diffIds } = this.#parts.registry.find(name).definition
    const kinds = { changed: 0, added: 1, deleted: 2 } as const
    const changes = await this.#parts.store.files.changes(id, diffIds)
    return changes.map(({ path, kind }) => ({ Path: path, Kind: kinds[kind] }))
  }

  /** What the container sees: its root, its volumes and binds, and the engine's own files in it. */
  async #root(container: Container) {
    const { definition, id, standing } = container
    const { store, volumes, directory } = this.#parts
    const { diffIds, host } = definition
    if (container.phase === 'gone') throw new EngineError('not-found', `No such container: ${id}`)
    if (!standing.seeded && definition.mounts.some(({ kind }) => kind === 'volume')) {
      const lease = await store.leaseRootfs(id, diffIds)
      await volumes
        .seed(definition.mounts, lease.path, remapOf(this.#parts.remap, host))
        .finally(() => lease.release())
    }
    // A part of a volume is mounted while the container runs. To look its path up now would be to trust what is in it.
    const parts = await volumes.partsOf(container)
    const remap = remapOf(this.#parts.remap, host)
    const facts = { volumePath: (name: string) => volumes.pathFor(name, remap), parts, layersOf: new Map() }
    const shown = definition.mounts.filter(
      (mount) => !(mount.kind === 'volume' && mount.subpath && !parts.has(mount.destination)),
    )
    const mounts = [
      ...fileMounts(containerFiles(directory, id)),
      ...shown.map((mount) => mountSettings(mount, facts)),
    ]
    const binds = mounts.flatMap(({ type, source, destination, readOnly, nonRecursive }): RootBind[] =>
      type === 'bind' ? [{ source, target: destination, readOnly, recursive: !nonRecursive }] : [],
    )
    // A mount beneath another comes after it.
    binds.sort((a, b) => depth(a.target) - depth(b.target))
    return { id, diffIds, binds, readOnly: host.ReadonlyRootfs }
  }

  /** The ids of the container's user by its own passwd file; null for root. */
  async #owner({
    definition,
    id,
  }: Container): Promise<{ readonly uid: number; readonly gid: number } | null> {
    const { User } = definition.config
    if (User === '') return null
    const lease = await this.#parts.store.leaseRootfs(id, definition.diffIds)
    try {
      const { uid, gid } = await lookupUser(lease.path, { user: User, groupAdd: [] })
      return { uid, gid }
    } finally {
      await lease.release()
    }
  }

  #emit(container: Container, action: 'archive-path' | 'extract-to-dir' | 'export'): void {
    this.#parts.journal.emit('container', action, container.id, container.attributes())
  }
}

function depth(path: string): number {
  return path.split('/').length
}

/** Says `not-found` in Docker's words, which name no place of the host. */
function notFound(name: string, path: string): (error: unknown) => never {
  return (error) => {
    if (!isEngineError(error, 'not-found')) throw error
    throw new EngineError('not-found', `Could not find the file ${path} in container ${name}`, {
      cause: error,
    })
  }
}

function wireStat(path: string, stat: FileStat): PathStat {
  return {
    name: archiveName(path),
    size: stat.sizeBytes,
    mode: goFileMode(stat.mode),
    mtime: rfc3339Short(BigInt(stat.mtimeSeconds) * 1_000_000_000n + BigInt(stat.mtimeNanoseconds)),
    linkTarget: stat.linkTarget,
  }
}
