/** Puts the target of a build where the request wants it. */
import type { Digest } from '../../oci/descriptor.ts'
import { familiar, formatReference, parseReference, withDefaultTag } from '../../oci/reference.ts'
import { type Saved, saveImages } from '../../store/save-images.ts'
import type { Output } from '../request.ts'
import type { StepIo } from '../solve/performer.ts'
import type { BuildResult } from '../solve/progress.ts'
import { imageConfig, withLayers } from './config.ts'
import { cutLayers } from './cut-layers.ts'
import { type MadeImage, makeImage } from './image.ts'
import { describeLayers } from './layers.ts'
import { mergedFiles } from './merged-files.ts'
import { squash } from './squash.ts'
import type { BuiltTarget, ExportParts, ExportRequest } from './target.ts'

/** What the last step of a build is called while it goes on (BuildKit's words). */
export const EXPORTING = 'exporting to image'

/**
 * Makes the outputs, one after the other. What it does is told by `io.status`, in BuildKit's words. With no output
 * that has an image, no image is made. Throws `EngineError`; names move only when all before them went well.
 */
export function exportTarget(
  parts: ExportParts,
  target: BuiltTarget,
  request: ExportRequest,
  io: StepIo,
): Promise<BuildResult> {
  // Until it is recorded, nothing but this keeps what is made here.
  return parts.store.holding(async () => {
    const made = request.outputs.some(needsImage) ? await make(parts, target, request, io) : null
    const names: string[] = []
    for (const output of request.outputs) {
      io.signal.throwIfAborted()
      switch (output.kind) {
        case 'image': {
          const given = await place(parts, made as MadeImage, output, request, io)
          names.push(...given)
          break
        }
        case 'docker':
        case 'oci':
          await step(io, 'sending tarball', () => output.receive(archive(parts, made as MadeImage, output)))
          break
        case 'files': {
          const diffIds = layersOf(target)
          const files = mergedFiles(parts.store, await describeLayers(parts.store, parts.records, diffIds))
          await step(io, 'copying files', () => output.receive(files))
          break
        }
        case 'none':
      }
    }
    return {
      imageId: made?.image.id ?? null,
      manifestDigest: made?.index ?? made?.image.manifestDigest ?? null,
      names: [...new Set(names)].map(familiar),
    }
  })
}

function needsImage({ kind }: Output): boolean {
  return kind === 'image' || kind === 'docker' || kind === 'oci'
}

function layersOf({ image, layersOf }: BuiltTarget): readonly Digest[] {
  return image.step === null ? [] : layersOf(image.step)
}

async function make(
  { store, records }: ExportParts,
  target: BuiltTarget,
  request: ExportRequest,
  io: StepIo,
): Promise<MadeImage> {
  const { sourceDateEpoch: epoch } = request
  const annotations = {
    manifest: annotationsOn('manifest', request),
    index: annotationsOn('index', request),
  }
  const make = async () => {
    const base = target.image.base
    const own = base === null ? 0 : target.layersOf(base.step).length
    let config = imageConfig(target, epoch)
    if (epoch !== null) {
      const layers = await describeLayers(store, records, config.rootfs.diff_ids)
      config = withLayers(
        config,
        await cutLayers(store, layers, config.rootfs.diff_ids, own, epoch, io.signal),
      )
    }
    if (request.squash) config = await squash(store, records, config, base?.config ?? null, io.signal)
    return makeImage(
      store,
      { ...config, ...request.extra },
      await describeLayers(store, records, config.rootfs.diff_ids),
      annotations,
    )
  }
  return step(io, 'exporting layers', make)
}

/** Gives the image its names in the store, and pushes it under them. Answers them in full. */
async function place(
  { store, named, push }: ExportParts,
  { image, index }: MadeImage,
  output: Extract<Output, { kind: 'image' }>,
  request: ExportRequest,
  io: StepIo,
): Promise<readonly string[]> {
  const names = fullNames(output.names)
  // An index is kept as long as a digest among the names tells of it.
  const repositories = new Set(names.map((name) => parseReference(name).name))
  const digests = index === null ? [] : [...repositories].map((repository) => `${repository}@${index}`)
  const record = await step(io, `writing image ${image.id}`, () =>
    store.addImage(image.manifestDigest, names, digests),
  )
  for (const name of names) {
    await step(io, `naming to ${name}`, async () => named(record, name))
  }
  if (!output.push) return names
  for (const name of names) {
    const { domain } = parseReference(name)
    const credentials = await request.credentials(domain)
    await step(io, `pushing ${name}`, () => push(record, name, { ...io, credentials }))
  }
  return names
}

function archive(
  { store }: ExportParts,
  { image, index }: MadeImage,
  output: Extract<Output, { kind: 'docker' | 'oci' }>,
): AsyncIterable<Uint8Array> {
  const saved: Saved = { image, names: fullNames(output.names), ...(index === null ? {} : { index }) }
  return saveImages(store, [saved])
}

/** Fully qualified, each once. Throws `invalid` for what is no name. */
function fullNames(names: readonly string[]): readonly string[] {
  return [...new Set(names.map((name) => formatReference(withDefaultTag(parseReference(name)))))]
}

function annotationsOn(place: 'manifest' | 'index', { annotations }: ExportRequest) {
  return Object.fromEntries(
    annotations.filter(({ on }) => on === place).map(({ key, value }) => [key, value]),
  )
}

async function step<T>(io: StepIo, name: string, work: () => Promise<T>): Promise<T> {
  io.status(name, 0, 0, false)
  const result = await work()
  io.status(name, 0, 0, true)
  return result
}
