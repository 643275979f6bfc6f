/** Loading: images from the archives of `docker save` (manifest.json) and of OCI layouts (index.json). */

import { type Compression, detectCompression } from '../../archive/compression.ts'
import { EngineError, isEngineError } from '../../errors.ts'
import type { Descriptor, Digest } from '../../oci/descriptor.ts'
import { digestOf, hexOf } from '../../oci/digest.ts'
import type { ImageConfig } from '../../oci/image-config.ts'
import { OCI_LAYER, OCI_MANIFEST } from '../../oci/media-types.ts'
import { parseConfig, parseManifest } from '../../oci/parse.ts'
import { choosePlatform, hostPlatform } from '../../oci/platform.ts'
import { familiar, formatReference, parseReference, withDefaultTag } from '../../oci/reference.ts'
import { withoutRareCompression } from '../../store/decompress.ts'
import type { ImageRecord, ImageRecords, Store } from '../../store/store.ts'
import { ArchiveFiles } from './archive-files.ts'
import { LayerIntake, type TakenLayer } from './layer-intake.ts'
import { addLocalImage, describe, once, watchHead } from './local-image.ts'
import { bar, type Report } from './progress.ts'

/** An image as an archive describes it. Names are fully qualified, layers bottom first. */
interface Described {
  readonly config: string
  readonly layers: readonly string[]
  readonly names: readonly string[]
  /** The manifest as the archive has it; null when it has none (older docker archives). */
  readonly manifest: Buffer | null
}

type LoadedFiles = ArchiveFiles<TakenLayer>

/** What loading needs. */
export interface LoadRequest {
  readonly store: Store
  readonly records: ImageRecords
  readonly body: AsyncIterable<Uint8Array>
  /** Told of layers only when not quiet; of images always. */
  readonly quiet: boolean
  readonly report: Report
  readonly signal: AbortSignal
}

/** Loads every image of the archive. Throws `invalid` for what is none, or lies. */
export function loadImages(request: LoadRequest): Promise<readonly ImageRecord[]> {
  const { store, body, signal } = request
  return store.holding(() =>
    store.withTemporary(async (folder) => {
      const intake = new LayerIntake(store, signal)
      try {
        const files = await ArchiveFiles.spill(body, folder, signal, intake)
        const images: ImageRecord[] = []
        for (const described of await describeAll(files)) {
          images.push(await loadOne(request, files, described))
        }
        return images
      } finally {
        await intake.settle()
      }
    }),
  )
}

async function describeAll(files: LoadedFiles): Promise<readonly Described[]> {
  if (files.has('manifest.json')) {
    return withManifests(files, describeDocker(await files.json('manifest.json')))
  }
  if (files.has('index.json')) return describeLayout(files, await files.bytes('index.json'), [])
  throw new EngineError(
    'invalid',
    'this is no image archive: it has neither manifest.json nor index.json (for a root filesystem, use import)',
  )
}

function describeDocker(manifest: unknown): readonly Described[] {
  if (!Array.isArray(manifest))
    throw new EngineError('invalid', 'the image archive is damaged: manifest.json is no list')
  return manifest.map((entry: { Config?: unknown; Layers?: unknown; RepoTags?: unknown }) => {
    const { Config, Layers, RepoTags } = entry ?? {}
    if (typeof Config !== 'string' || !isTexts(Layers)) {
      throw new EngineError(
        'invalid',
        'the image archive is damaged: manifest.json names no config or layers',
      )
    }
    const tags = isTexts(RepoTags) ? RepoTags : []
    return {
      config: Config,
      layers: Layers,
      names: tags.map((tag) => formatReference(withDefaultTag(parseReference(tag)))),
      manifest: null,
    }
  })
}

/** A docker archive that is an OCI layout too has the manifests: with them an image keeps its digest. */
async function withManifests(
  files: LoadedFiles,
  described: readonly Described[],
): Promise<readonly Described[]> {
  if (!files.has('index.json')) return described
  const inLayout = await describeLayout(files, await files.bytes('index.json'), []).catch(
    (error: unknown) => {
      if (isEngineError(error, 'invalid')) return []
      throw error
    },
  )
  return described.map((image) => {
    const same = inLayout.find(
      ({ config, layers }) => config === image.config && sameList(layers, image.layers),
    )
    return same ? { ...image, manifest: same.manifest } : image
  })
}

function sameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, at) => item === other[at])
}

async function describeLayout(
  files: LoadedFiles,
  bytes: Buffer,
  names: readonly string[],
): Promise<readonly Described[]> {
  const parsed = parseManifest(bytes)
  if (parsed.kind === 'manifest') {
    const { config, layers } = parsed.manifest
    return [{ config: blobPath(config), layers: layers.map(blobPath), names, manifest: bytes }]
  }
  const { manifests } = parsed.index
  // One name with several platforms is one image here; several names are several.
  const chosen =
    names.length > 0 || manifests.some(({ platform }) => platform)
      ? choosePlatform(parsed.index, hostPlatform())
      : null
  const entries = chosen ? [chosen] : manifests.filter(({ platform }) => platform === undefined)
  const described: Described[] = []
  for (const entry of entries) {
    const own = nameOf(entry)
    described.push(
      ...(await describeLayout(files, await files.bytes(blobPath(entry)), own === null ? names : [own])),
    )
  }
  return described
}

function blobPath({ digest }: Descriptor): string {
  return `blobs/sha256/${hexOf(digest)}`
}

/** The whole name that containerd and docker write; a bare tag says too little. */
function nameOf({ annotations = {} }: Descriptor): string | null {
  const name =
    annotations['io.containerd.image.name'] ?? annotations['org.opencontainers.image.ref.name'] ?? ''
  return /[/:]/.test(name) ? formatReference(withDefaultTag(parseReference(name))) : null
}

async function loadOne(request: LoadRequest, files: LoadedFiles, described: Described): Promise<ImageRecord> {
  const { store, records, report } = request
  const configBytes = await files.bytes(described.config)
  const config = parseConfig(configBytes)
  const diffIds = config.rootfs.diff_ids
  if (diffIds.length !== described.layers.length) {
    throw new EngineError(
      'invalid',
      'the image archive is damaged: config and manifest disagree about the layers',
    )
  }
  const known = records.get(digestOf(configBytes))
  let image: ImageRecord
  if (known) {
    image = await store.addImage(known.manifestDigest, described.names, [])
  } else {
    const layers: Descriptor[] = []
    for (const [at, name] of described.layers.entries()) {
      layers.push(await loadLayer(request, files, name, diffIds[at] as Digest))
    }
    image = await addLoaded(store, config, layers, described, configBytes)
  }
  for (const name of described.names) report({ stream: `Loaded image: ${familiar(name)}\n` })
  if (described.names.length === 0) report({ stream: `Loaded image ID: ${image.id}\n` })
  return image
}

/** Records the image under its own manifest, if that tells the truth, else under one that is made of what came. */
async function addLoaded(
  store: Store,
  config: ImageConfig,
  layers: readonly Descriptor[],
  { manifest, names }: Described,
  configBytes: Buffer,
): Promise<ImageRecord> {
  const parsed = manifest && parseManifest(manifest)
  const digests = (all: readonly Descriptor[]) => all.map(({ digest }) => digest)
  if (
    !manifest ||
    parsed?.kind !== 'manifest' ||
    parsed.manifest.config.digest !== digestOf(configBytes) ||
    !sameList(digests(parsed.manifest.layers), digests(layers))
  ) {
    return addLocalImage(store, config, layers, names, { configBytes })
  }
  const descriptor = describe(parsed.manifest.mediaType ?? OCI_MANIFEST, manifest)
  await store.writeBlob(parsed.manifest.config, once(configBytes))
  await store.writeBlob(descriptor, once(manifest))
  return store.addImage(descriptor.digest, names, [])
}

async function loadLayer(
  { store, quiet, report, signal }: LoadRequest,
  files: LoadedFiles,
  name: string,
  diffId: Digest,
): Promise<Descriptor> {
  const id = hexOf(diffId).slice(0, 12)
  const tell = (total: number) =>
    report({
      status: 'Loading layer',
      progressDetail: { current: total, total },
      progress: bar(total, total),
      id,
    })
  const taken = await files.layer(name)
  if (taken) {
    if (taken.diffId !== diffId) {
      throw new EngineError(
        'invalid',
        `the layer ${name} unpacks to ${taken.diffId}, but its image says ${diffId}: it is not to be trusted`,
      )
    }
    if (!quiet) tell(taken.blob.size)
    return describeLayer(taken.blob, taken.compression)
  }
  const total = await files.size(name)
  const head = { bytes: Buffer.alloc(0) }
  const { blob } = await store.addUnknownLayer(watchHead(withoutRareCompression(files.stream(name)), head), {
    whiteouts: true,
    diffId,
    signal,
  })
  if (!quiet) tell(total)
  return describeLayer(blob, detectCompression(head.bytes))
}

function describeLayer(blob: TakenLayer['blob'], compression: Compression): Descriptor {
  return { mediaType: compression === 'none' ? OCI_LAYER : `${OCI_LAYER}+${compression}`, ...blob }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
