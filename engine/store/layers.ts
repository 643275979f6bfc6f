/** Layers, unpacked: a folder each, named by its diff id, whole and durable from the moment it can be seen. */
import { access, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { LayerTally } from '../archive/rewrite-layer.ts'
import { EngineError } from '../errors.ts'
import type { Disk } from '../host/disk.ts'
import { packTree } from '../host/rooted-files.ts'
import type { Digest } from '../oci/descriptor.ts'
import { Digester, hexOf, isDigest } from '../oci/digest.ts'
import { type Blobs, type LayerTars, throwIfAborted } from './blobs.ts'
import { diskError, publish, SharedSync } from './durable.ts'
import type { AddedLayer, LayerFacts, LayerSource, MadeLayer } from './layer-shapes.ts'
import type { Layout } from './layout.ts'
import { withPatientCollector } from './patient-collector.ts'
import { receive } from './receive-layer.ts'
import { readRecipe, writeRecipe } from './tar-recipe.ts'
import type { Trash } from './trash.ts'
import { unpackLayer } from './unpack-layer.ts'

const RECIPE = 'tar-recipe'
/** What becomes `layer.json` when all of the layer is durable. */
const UNSETTLED = 'layer.json.new'

/** The layers of one store. */
export class Layers implements LayerTars {
  readonly #disk: Disk
  readonly #layout: Layout
  readonly #blobs: Blobs
  readonly #trash: Trash
  readonly #rootless: boolean
  readonly #trees: SharedSync
  readonly #facts = new Map<Digest, LayerFacts>()
  /** Those that were made here and are not durable yet. */
  readonly #settling = new Map<Digest, Promise<void>>()
  #counter = 0

  constructor(disk: Disk, layout: Layout, blobs: Blobs, trash: Trash, rootless: boolean) {
    this.#disk = disk
    this.#layout = layout
    this.#blobs = blobs
    this.#trash = trash
    this.#rootless = rootless
    this.#trees = new SharedSync(() => disk.syncFileSystem(layout.root))
    blobs.readLayers(this)
  }

  async has(diffId: Digest): Promise<boolean> {
    return (await this.facts(diffId)) !== null
  }

  /** Null when there is no such layer, or what is there cannot be trusted to be one. */
  async facts(diffId: Digest): Promise<LayerFacts | null> {
    const known = this.#facts.get(diffId)
    if (known) return known
    const text = await readFile(join(this.#layout.layer(diffId), 'layer.json'), 'utf8').catch(() => null)
    if (text === null) return null
    const facts = parseFacts(text)
    if (facts) this.#facts.set(diffId, facts)
    return facts
  }

  /** The blobs that layers came as, of those whose tar cannot be written again without it. */
  async sourcesOf(diffIds: Iterable<Digest>): Promise<ReadonlySet<Digest>> {
    const sources = new Set<Digest>()
    for (const diffId of new Set(diffIds)) {
      const facts = await this.facts(diffId)
      if (facts && facts.tarBytes === undefined) sources.add(facts.blob)
    }
    return sources
  }

  async tarBytes(digest: Digest): Promise<number | null> {
    return (await this.facts(digest))?.tarBytes ?? null
  }

  readTar(digest: Digest): AsyncIterable<Uint8Array> {
    const folder = this.#layout.layer(digest)
    if (this.#facts.get(digest)?.packed) return packTree(join(folder, 'diff'), 'layer')
    return readRecipe(join(folder, RECIPE), join(folder, 'diff'))
  }

  async all(): Promise<readonly Digest[]> {
    const names = await readdir(this.#layout.layers)
    return names.map((name) => `sha256:${name}`).filter(isDigest)
  }

  /** Takes a layer in: download, verification and unpacking in one pass. */
  add(layer: LayerSource): Promise<AddedLayer> {
    return withPatientCollector(() => this.#add(layer))
  }

  async #add(layer: LayerSource): Promise<AddedLayer> {
    const temporary = join(this.#layout.temporary, `layer-${process.pid}-${++this.#counter}`)
    const { spool, path } = await this.#blobs.spool()
    try {
      await this.#disk.mkdir(join(temporary, 'diff'), 0o755)
      if (layer.expected) await layer.claim(layer.expected.digest)
      if (layer.diffId !== null) await layer.claim(layer.diffId)
      const wanted = layer.diffId !== null && (await this.has(layer.diffId)) ? layer.diffId : null
      const receiving = receive(layer, spool)
      const folder = join(temporary, 'diff')
      const unpacking =
        wanted === null ? unpackLayer({ layer, spool, receiving, folder }, this.#disk, this.#rootless) : null
      const [received, unpacked] = await Promise.allSettled([receiving, unpacking])
      // A download that failed makes the unpacking fail too, and the other way round: the spool keeps the first cause.
      if (received.status === 'rejected') throw received.reason
      if (unpacked.status === 'rejected') throw unpacked.reason
      throwIfAborted(layer.signal)
      await layer.claim(received.value.digest)
      if (wanted !== null || unpacked.value === null) {
        if (!(await this.#blobs.has(received.value.digest))) {
          await spool.sync()
          await this.#blobs.adopt(path, received.value.digest)
        }
        const facts = (await this.facts(wanted as Digest)) as LayerFacts
        return { diffId: facts.diffId, sizeBytes: facts.sizeBytes, blob: received.value }
      }
      const { diffId, tally } = unpacked.value
      const { size, digest } = received.value
      // What was pulled stays as it came. Plain tars that people bring or containers make can be written again.
      const recipe = layer.expected === null && digest === diffId
      if (recipe) {
        const tar = { path, sizeBytes: size }
        const diff = join(temporary, 'diff')
        await writeRecipe(this.#disk, join(temporary, RECIPE), tar, tally.bodies ?? [], diff)
        // What is not there any more need not be written by the sync that follows.
        await spool.close()
        await this.#disk.unlink(path)
      }
      layer.onProgress?.({ phase: 'extracting', current: size, total: size })
      await layer.claim(diffId)
      const made = { temporary, blobPath: path, tarBytes: recipe ? size : null }
      await this.#publish(made, diffId, digest, tally)
      layer.onProgress?.({ phase: 'done' })
      return { diffId, sizeBytes: tally.sizeBytes, blob: received.value }
    } catch (error) {
      throw diskError(error, `unpacking the layer ${layer.expected?.digest ?? ''}`)
    } finally {
      await spool.close()
      await this.#disk.unlink(path)
      await this.#disk.removeTree(temporary)
    }
  }

  /**
   * Takes in what was made here, without a copy. It can be used, and its tar be read as a blob, from then on; it is
   * durable when `settled` says so, and after a power cut before that it is not there.
   */
  async adopt(made: MadeLayer): Promise<void> {
    const { diffId, sizeBytes, entries, tarBytes } = made
    if (await this.has(diffId)) {
      await this.#canBePacked(made)
      return
    }
    const temporary = join(this.#layout.temporary, `layer-${process.pid}-${++this.#counter}`)
    try {
      await this.#disk.mkdir(temporary, 0o755)
      await this.#disk.rename(made.folder, join(temporary, 'diff'))
      const link = await this.#link(diffId)
      const facts = { diffId, blob: diffId, sizeBytes, entries, link, tarBytes, packed: true } as const
      await this.#disk.writeFile(join(temporary, UNSETTLED), JSON.stringify(facts))
      if (!(await this.#take(temporary, diffId))) return
      this.#facts.set(diffId, facts)
      this.#settle(diffId)
    } catch (error) {
      throw diskError(error, `keeping the layer ${diffId}`)
    } finally {
      await this.#disk.removeTree(temporary)
    }
  }

  /** Gives a folder a layer's name; false where another was faster. A damaged one gives way. */
  async #take(temporary: string, diffId: Digest): Promise<boolean> {
    const place = this.#layout.layer(diffId)
    try {
      await this.#disk.rename(temporary, place)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
      if (await this.has(diffId)) return false
      await this.#trash.take(place, `layer-${hexOf(diffId)}`)
      await this.#disk.rename(temporary, place)
    }
    return true
  }

  /** Makes it durable behind whoever goes on with it: one sync is for all that were made meanwhile. */
  #settle(diffId: Digest): void {
    const folder = this.#layout.layer(diffId)
    const settling = (async () => {
      try {
        await this.#trees.sync()
        await publish(this.#disk, join(folder, UNSETTLED), join(folder, 'layer.json'))
      } catch (error) {
        this.#facts.delete(diffId)
        throw diskError(error, `keeping the layer ${diffId}`)
      } finally {
        this.#settling.delete(diffId)
      }
    })()
    settling.catch(() => {}) // thrown to whoever needs it
    this.#settling.set(diffId, settling)
  }

  /** Resolves when these are durable, as far as they are there. */
  async settled(diffIds: readonly Digest[]): Promise<void> {
    for (const diffId of diffIds) await this.#settling.get(diffId)
  }

  /** Whether a folder has a layer's name and was never said to be durable. */
  async isUnsettled(diffId: Digest): Promise<boolean> {
    const names = await readdir(this.#layout.layer(diffId)).catch((): string[] => [])
    return names.includes(UNSETTLED) && !names.includes('layer.json')
  }

  /** Removes those; for a start, when none is just being made. */
  async removeUnsettled(): Promise<void> {
    for (const diffId of await this.all()) if (await this.isUnsettled(diffId)) await this.remove(diffId)
  }

  /** One that came compressed, from a registry, is there: its plain tar is to be had from now on, too. */
  async #canBePacked({ diffId, tarBytes }: MadeLayer): Promise<void> {
    const facts = await this.facts(diffId)
    if (!facts || (await this.#blobs.has(diffId))) return
    const digester = new Digester()
    const folder = this.#layout.layer(diffId)
    for await (const chunk of packTree(join(folder, 'diff'), 'layer')) digester.update(chunk)
    if (digester.digest() !== diffId) {
      // Made of the same files in another way: packing them gives another tar. The one that it is named by is kept.
      throw new EngineError(
        'internal',
        `the layer ${diffId} was changed since it was unpacked: remove the images that have it and try again`,
      )
    }
    await this.#writeFacts(folder, { ...facts, tarBytes, packed: true })
  }

  /** One that came compressed is there: its plain tar can be written again from now on, by the recipe made meanwhile. */
  async #takeRecipe(made: string, diffId: Digest, tarBytes: number): Promise<void> {
    const facts = await this.facts(diffId)
    if (!facts) return
    const folder = this.#layout.layer(diffId)
    await this.#disk.rename(join(made, RECIPE), join(folder, RECIPE))
    await this.#writeFacts(folder, { ...facts, tarBytes })
  }

  async #writeFacts(folder: string, facts: LayerFacts): Promise<void> {
    const fresh = join(folder, UNSETTLED)
    await this.#disk.writeFile(fresh, JSON.stringify(facts))
    await this.#trees.sync()
    await publish(this.#disk, fresh, join(folder, 'layer.json'))
    this.#facts.set(facts.diffId, facts)
  }

  /** Moves a layer out of sight. Its bytes go with the trash. */
  async remove(diffId: Digest): Promise<void> {
    await this.#settling.get(diffId)?.catch(() => {}) // it goes in any case
    const facts = await this.facts(diffId)
    this.#facts.delete(diffId)
    // The link goes last: a layer that cannot be moved must not stay without one.
    await this.#trash.take(this.#layout.layer(diffId), `layer-${hexOf(diffId)}`)
    if (facts) await this.#disk.unlink(join(this.#layout.links, facts.link))
    else await this.#unlinkAll(diffId)
  }

  async #unlinkAll(diffId: Digest): Promise<void> {
    for (const name of await readdir(this.#layout.links)) {
      const path = join(this.#layout.links, name)
      const target = await readlink(path).catch(() => null) // somebody else's, and gone
      if (target === linkTarget(diffId)) await this.#disk.unlink(path)
    }
  }

  /** Removes short links without a layer; for a start, when none is just being made. */
  async removeStrayLinks(): Promise<void> {
    for (const name of await this.strayLinks()) await this.#disk.unlink(join(this.#layout.links, name))
  }

  /** Makes both durable by one sync of the file system, and only then gives the blob and the layer their names. */
  async #publish(
    {
      temporary,
      blobPath,
      tarBytes,
    }: { readonly temporary: string; readonly blobPath: string; readonly tarBytes: number | null },
    diffId: Digest,
    blob: Digest,
    tally: LayerTally,
  ): Promise<void> {
    const link = await this.#link(diffId)
    const facts: LayerFacts = {
      diffId,
      blob,
      sizeBytes: tally.sizeBytes,
      entries: tally.entries,
      link,
      ...(tarBytes === null ? {} : { tarBytes }),
    }
    await this.#disk.writeFile(join(temporary, 'layer.json'), JSON.stringify(facts))
    await this.#trees.sync()
    if (tarBytes === null) await this.#blobs.adopt(blobPath, blob)
    try {
      await publish(this.#disk, temporary, this.#layout.layer(diffId))
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
      if (await this.has(diffId)) {
        // Another blob with the same content was faster, and may not be durable yet.
        await this.#disk.syncFolder(this.#layout.layers)
        if (await this.#blobs.has(blob)) return
        if (tarBytes !== null) await this.#takeRecipe(temporary, diffId, tarBytes)
        else await this.#blobs.adopt(blobPath, blob)
        return
      }
      // A damaged one is in the way.
      await this.#trash.take(this.#layout.layer(diffId), `layer-${hexOf(diffId)}`)
      await publish(this.#disk, temporary, this.#layout.layer(diffId))
    }
    this.#facts.set(diffId, facts)
  }

  /** A name of 12 digits; longer only if another layer has it. */
  async #link(diffId: Digest): Promise<string> {
    const hex = hexOf(diffId)
    const target = linkTarget(diffId)
    for (let length = 12; ; length += 4) {
      const name = hex.slice(0, length)
      const path = join(this.#layout.links, name)
      try {
        await this.#disk.symlink(target, path) // durable with the layer
        return name
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        if ((await readlink(path)) === target) return name
      }
    }
  }

  /** Short links without a layer. */
  async strayLinks(): Promise<readonly string[]> {
    const strays: string[] = []
    for (const name of await readdir(this.#layout.links)) {
      await access(join(this.#layout.links, name)).catch(() => strays.push(name))
    }
    return strays
  }
}

/** Where a short link leads, from its own folder. */
function linkTarget(diffId: Digest): string {
  return join('..', 'sha256', hexOf(diffId), 'diff')
}

function parseFacts(text: string): LayerFacts | null {
  try {
    return JSON.parse(text) as LayerFacts
  } catch {
    return null
  }
}
