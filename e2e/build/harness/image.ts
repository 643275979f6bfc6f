/** What came of a build, read from the archive that the engine saves: settings, history, and every file. */
import path from 'node:path'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { Client } from '../../fixtures/http.ts'
import { type ReadEntry, readTar } from '../../fixtures/read-tar.ts'

/** The image's config as the engine wrote it. */
export interface BuiltConfig {
  readonly created?: string
  readonly author?: string
  readonly architecture: string
  readonly os: string
  readonly config: Readonly<Record<string, unknown>>
  readonly history: readonly {
    readonly created?: string
    readonly created_by?: string
    readonly comment?: string
    readonly empty_layer?: boolean
  }[]
  readonly rootfs: { readonly diff_ids: readonly string[] }
}

/** An image that was built. */
export interface Built {
  readonly id: string
  readonly names: readonly string[]
  readonly config: BuiltConfig
  /** Entries of each layer's tar, lowest layer first; paths like `/etc/passwd`. */
  readonly layers: readonly (readonly ReadEntry[])[]
  /** All layers together, by path. */
  readonly files: ReadonlyMap<string, ReadEntry>
  /** One file's text. Throws for what is not there. */
  text(path: string): string
}

interface SavedManifest {
  readonly Config: string
  readonly RepoTags: readonly string[] | null
  readonly Layers: readonly string[]
}

/** Saves the image from the engine and reads it. */
export async function readImage(socket: string, name: string): Promise<Built> {
  const answer = await new Client(socket).get(`/images/${encodeURIComponent(name)}/get`)
  if (answer.status !== 200) throw new Error(`saving ${name} answered ${answer.status}: ${answer.text}`)
  return readArchive(answer.body)
}

/** Reads an archive of one image as `docker save` writes it. */
export function readArchive(archive: Buffer): Built {
  const entries = new Map(readTar(archive).map((entry) => [entry.path, entry]))
  const content = (name: string): Buffer => {
    const entry = entries.get(name)
    if (entry === undefined) throw new Error(`the archive has no ${name}: ${[...entries.keys()].join(', ')}`)
    // dockerd writes a layer that several images have once, and links to it.
    if (entry.type !== 'symlink') return entry.content
    return content(path.posix.join(path.posix.dirname(name), entry.target))
  }
  const [manifest] = JSON.parse(content('manifest.json').toString()) as SavedManifest[]
  if (manifest === undefined) throw new Error('the archive holds no image')
  const layers = manifest.Layers.map((layer) => readTar(plain(content(layer))).map(rooted))
  const files = flatten(layers)
  return {
    id: `sha256:${path.basename(manifest.Config, '.json')}`,
    names: manifest.RepoTags ?? [],
    config: JSON.parse(content(manifest.Config).toString()) as BuiltConfig,
    layers,
    files,
    text: (name) => {
      const entry = files.get(name)
      if (entry === undefined) throw new Error(`there is no ${name} in the image`)
      return (
        (entry.type === 'hardlink' ? files.get(rootedPath(entry.target)) : entry)?.content.toString() ?? ''
      )
    },
  }
}

/** The files that a container of these layers would see (OCI image-spec, layer.md, "Applying Changesets"). */
export function flatten(layers: readonly (readonly ReadEntry[])[]): ReadonlyMap<string, ReadEntry> {
  const files = new Map<string, ReadEntry>()
  const removeBelow = (folder: string) => {
    for (const name of [...files.keys()]) if (name.startsWith(`${folder}/`)) files.delete(name)
  }
  for (const layer of layers) {
    for (const { path: at } of layer) {
      const base = path.posix.basename(at)
      if (!base.startsWith('.wh.')) continue
      const folder = path.posix.dirname(at)
      const hidden = path.posix.join(folder, base.slice(4))
      if (base !== '.wh..wh..opq') files.delete(hidden)
      removeBelow(base === '.wh..wh..opq' ? folder.replace(/\/$/, '') : hidden)
    }
    for (const entry of layer) {
      if (path.posix.basename(entry.path).startsWith('.wh.')) continue
      if (entry.type !== 'folder') removeBelow(entry.path)
      files.set(entry.path, entry)
    }
  }
  return files
}

function rooted(entry: ReadEntry): ReadEntry {
  return { ...entry, path: rootedPath(entry.path) }
}

function rootedPath(name: string): string {
  return path.posix.join('/', name).replace(/(.)\/$/, '$1')
}

function plain(bytes: Buffer): Buffer {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes)
  return bytes.readUInt32LE(0) === 0xfd2fb528 ? zstdDecompressSync(bytes) : bytes
}
