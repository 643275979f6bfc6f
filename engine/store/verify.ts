/** Is the store right? Every violation as a line; none means that all content is there, true, and owned. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Digest } from '../oci/descriptor.ts'
import type { Blobs } from './blobs.ts'
import { compareLayer } from './compare-layer.ts'
import { blobsOf, planGarbage } from './garbage.ts'
import type { LayerFacts } from './layer-shapes.ts'
import type { Layers } from './layers.ts'
import type { Layout } from './layout.ts'
import { isMadeRoot } from './made-roots.ts'
import { type Rootfs, sizeOfTree } from './rootfs.ts'
import type { ImageRecord } from './store.ts'

/** A container as its record says. */
export interface ExpectedContainer {
  readonly id: string
  readonly diffIds: readonly Digest[]
  readonly running: boolean
}

/** A result of a build that can be used again. */
export interface ExpectedResult {
  readonly id: string
  readonly diffIds: readonly Digest[]
}

/** The parts of a store. */
export interface StoreParts {
  readonly layout: Layout
  readonly blobs: Blobs
  readonly layers: Layers
  readonly rootfs: Rootfs
  readonly images: readonly ImageRecord[]
  readonly rootless: boolean
}

/** The file among the temporary ones that is there while an engine pulls, loads, builds or commits. */
export const AT_WORK = 'at-work'

/**
 * `deep` reads every blob and compares every layer with what it was unpacked from; else only presence and ownership
 * are looked at. While a `live` engine is at work, content without an owner is what it is working on.
 */
export async function verifyStore(
  parts: StoreParts,
  containers: readonly ExpectedContainer[],
  {
    deep,
    live,
    results,
  }: { readonly deep: boolean; readonly live: boolean; readonly results: readonly ExpectedResult[] },
): Promise<readonly string[]> {
  const temporary = await readdir(parts.layout.temporary)
  const unowned =
    live && temporary.includes(AT_WORK)
      ? []
      : [
          ...(await orphans(parts, containers, results)),
          ...temporary.map((name) => `half-made ${name} was left behind in ${parts.layout.temporary}`),
        ]
  return [
    ...(await missing(parts, containers, results)),
    ...unowned,
    ...(await roots(parts, containers, live)),
    ...(deep ? await lies(parts) : []),
  ]
}

async function missing(
  { blobs, layers, images }: StoreParts,
  containers: readonly ExpectedContainer[],
  results: readonly ExpectedResult[],
) {
  const lines: string[] = []
  for (const image of images) {
    for (const digest of new Set(blobsOf(image))) {
      if (!(await blobs.has(digest))) lines.push(`image ${image.id}: its content ${digest} is missing`)
    }
    for (const diffId of new Set(image.config.rootfs.diff_ids)) {
      if (!(await layers.has(diffId))) lines.push(`image ${image.id}: its layer ${diffId} is missing`)
    }
  }
  const owners = [
    ...containers.map(({ id, diffIds }) => ({ name: `container ${id}`, diffIds })),
    ...results.map(({ id, diffIds }) => ({ name: `build cache ${id}`, diffIds })),
  ]
  for (const { name, diffIds } of owners) {
    for (const diffId of new Set(diffIds)) {
      if (!(await layers.has(diffId))) lines.push(`${name}: its layer ${diffId} is missing`)
    }
  }
  return lines
}

async function orphans(
  { blobs, layers, images }: StoreParts,
  containers: readonly ExpectedContainer[],
  results: readonly ExpectedResult[],
) {
  const inUse = [...containers, ...results].map(({ diffIds }) => diffIds)
  const contents = {
    blobs: await blobs.all(),
    layers: await layers.all(),
    images,
    inUse,
    sources: await layers.sourcesOf(results.flatMap(({ diffIds }) => diffIds)),
    held: new Set<Digest>(),
  }
  const plan = planGarbage(contents)
  return [
    ...plan.blobs.map((digest) => `blob ${digest} belongs to no image`),
    ...plan.layers.map((diffId) => `layer ${diffId} belongs to no image, no container and no build`),
    ...(await blobs.strangers()).map((name) => `file ${name} among the blobs is none`),
    ...(await layers.strayLinks()).map((name) => `link ${name} leads to no layer`),
  ]
}

async function roots({ rootfs }: StoreParts, containers: readonly ExpectedContainer[], live: boolean) {
  const expected = new Map(containers.map((container) => [container.id, container]))
  // A running engine's builds have roots of their own.
  const counts = (id: string) => !live || !isMadeRoot(id)
  const mounted = new Set(rootfs.mountedIds().filter(counts))
  return [
    ...(await rootfs.ids())
      .filter((id) => counts(id) && !expected.has(id))
      .map((id) => `the writable layer of ${id} belongs to no container`),
    ...[...mounted]
      .filter((id) => expected.get(id)?.running !== true)
      .map((id) => `the root filesystem of ${id} is mounted, but no such container runs`),
    ...containers
      .filter(({ id, running }) => running && !mounted.has(id))
      .map(({ id }) => `container ${id} runs, but its root filesystem is not mounted`),
  ]
}

async function lies(parts: StoreParts) {
  const { blobs, layers } = parts
  const lines: string[] = []
  for (const digest of await blobs.all()) {
    try {
      for await (const _ of await blobs.read(digest));
    } catch (error) {
      lines.push(`blob ${digest} is damaged: ${(error as Error).message}`)
    }
  }
  for (const diffId of await layers.all()) {
    const facts = await layers.facts(diffId)
    if (!facts && (await layers.isUnsettled(diffId))) continue // what has it would miss it
    if (!facts) {
      lines.push(`layer ${diffId} has no layer.json`)
      continue
    }
    for (const line of await changes(parts, diffId, facts)) lines.push(`layer ${diffId} was changed: ${line}`)
  }
  return lines
}

async function changes({ layout, blobs, rootless }: StoreParts, diffId: Digest, facts: LayerFacts) {
  const folder = join(layout.layer(diffId), 'diff')
  if (!(await blobs.has(facts.blob))) {
    // Its image is gone and only containers have it: how large it was is all that is left to compare with.
    const size = await sizeOfTree(folder)
    return size === facts.sizeBytes ? [] : [`it has ${size} bytes and was unpacked with ${facts.sizeBytes}`]
  }
  const read = () => blobs.read(facts.blob)
  try {
    if (facts.packed) {
      // Its tar is made of its files: it has the right digest if nothing was changed.
      for await (const _ of await blobs.read(diffId));
      if (facts.blob === diffId) return []
    }
    const lines = await compareLayer(folder, read, { rootless, whiteouts: true })
    if (lines.length === 0) return []
    // An imported root may have files whose names would be whiteouts in a layer.
    const plain = await compareLayer(folder, read, { rootless, whiteouts: false })
    return plain.length < lines.length ? plain : lines
  } catch (error) {
    return [`it cannot be compared with its blob: ${(error as Error).message}`]
  }
}
