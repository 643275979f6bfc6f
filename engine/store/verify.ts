/** Is the store right? Every violation as a line; none means that all content is there, true, and owned. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Digest } from '../oci/descriptor.ts'
import type { Blobs } from './blobs.ts'
import { blobsOf, planGarbage } from './garbage.ts'
import type { Layers } from './layers.ts'
import type { Layout } from './layout.ts'
import { type Rootfs, sizeOfTree } from './rootfs.ts'
import type { ImageRecord } from './store.ts'

/** A container as its record says. */
export interface ExpectedContainer {
  readonly id: string
  readonly diffIds: readonly Digest[]
  readonly running: boolean
}

/** The parts of a store. */
export interface StoreParts {
  readonly layout: Layout
  readonly blobs: Blobs
  readonly layers: Layers
  readonly rootfs: Rootfs
  readonly images: readonly ImageRecord[]
}

/** `deep` reads every blob and measures every layer; else only presence and ownership are looked at. */
export async function verifyStore(
  parts: StoreParts,
  containers: readonly ExpectedContainer[],
  deep: boolean,
): Promise<readonly string[]> {
  return [
    ...(await missing(parts, containers)),
    ...(await orphans(parts, containers)),
    ...(await roots(parts, containers)),
    ...(await leftovers(parts)),
    ...(deep ? await lies(parts) : []),
  ]
}

async function missing({ blobs, layers, images }: StoreParts, containers: readonly ExpectedContainer[]) {
  const lines: string[] = []
  for (const image of images) {
    for (const digest of new Set(blobsOf(image))) {
      if (!(await blobs.has(digest))) lines.push(`image ${image.id}: its content ${digest} is missing`)
    }
    for (const diffId of new Set(image.config.rootfs.diff_ids)) {
      if (!(await layers.has(diffId))) lines.push(`image ${image.id}: its layer ${diffId} is missing`)
    }
  }
  for (const { id, diffIds } of containers) {
    for (const diffId of new Set(diffIds)) {
      if (!(await layers.has(diffId))) lines.push(`container ${id}: its layer ${diffId} is missing`)
    }
  }
  return lines
}

async function orphans({ blobs, layers, images }: StoreParts, containers: readonly ExpectedContainer[]) {
  const inUse = containers.map(({ diffIds }) => diffIds)
  const contents = {
    blobs: await blobs.all(),
    layers: await layers.all(),
    images,
    inUse,
    held: new Set<Digest>(),
  }
  const plan = planGarbage(contents)
  return [
    ...plan.blobs.map((digest) => `blob ${digest} belongs to no image`),
    ...plan.layers.map((diffId) => `layer ${diffId} belongs to no image and no container`),
    ...(await blobs.strangers()).map((name) => `file ${name} among the blobs is none`),
    ...(await layers.strayLinks()).map((name) => `link ${name} leads to no layer`),
  ]
}

async function roots({ rootfs }: StoreParts, containers: readonly ExpectedContainer[]) {
  const expected = new Map(containers.map((container) => [container.id, container]))
  const mounted = new Set(rootfs.mountedIds())
  return [
    ...(await rootfs.ids())
      .filter((id) => !expected.has(id))
      .map((id) => `the writable layer of ${id} belongs to no container`),
    ...[...mounted]
      .filter((id) => expected.get(id)?.running !== true)
      .map((id) => `the root filesystem of ${id} is mounted, but no such container runs`),
    ...containers
      .filter(({ id, running }) => running && !mounted.has(id))
      .map(({ id }) => `container ${id} runs, but its root filesystem is not mounted`),
  ]
}

async function leftovers({ layout }: StoreParts) {
  return (await readdir(layout.temporary)).map(
    (name) => `half-made ${name} was left behind in ${layout.temporary}`,
  )
}

async function lies({ layout, blobs, layers }: StoreParts) {
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
    if (!facts) {
      lines.push(`layer ${diffId} has no layer.json`)
      continue
    }
    const size = await sizeOfTree(join(layout.layer(diffId), 'diff'))
    if (size > facts.sizeBytes)
      lines.push(`layer ${diffId} has ${size} bytes, but was unpacked with ${facts.sizeBytes}`)
  }
  return lines
}
