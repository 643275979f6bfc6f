/** Is the engine's root right, and is anything leaked: a line a violation. Reads only; the engine may be dead. */
import { readdir } from 'node:fs/promises'
import { isMadeRoot } from '../../store/made-roots.ts'
import type { Volumes } from '../../volume/volumes.ts'
import type { Parts } from '../containers/parts.ts'
import { inUse, observe } from './recover.ts'

/** Records against runtime, store, networks and volumes. */
export async function verifyAll(
  parts: Parts,
  directories: Volumes,
  options: { readonly deep: boolean; readonly live: boolean; readonly rebooted: boolean },
): Promise<readonly string[]> {
  const containers = [...parts.registry.all()]
  const lines = await Promise.all([
    parts.store.verify(
      containers.map(({ id, definition, up }) => ({ id, diffIds: definition.diffIds, running: up })),
      { deep: options.deep, live: options.live, results: parts.buildCache.all() },
    ),
    verifyNetworks(parts, options.live),
    verifyRuntime(parts, options),
    verifyVolumes(parts, directories),
    verifyFiles(parts),
    verifyImages(parts),
  ])
  return lines.flat()
}

async function verifyNetworks(parts: Parts, live: boolean): Promise<readonly string[]> {
  const lines = await parts.networks.verify(parts.networkRegistry.definitions(), inUse(parts))
  return live ? lines.filter((line) => !/\bbuild-[0-9a-f]{6}/.test(line)) : lines
}

async function verifyRuntime(
  parts: Parts,
  { rebooted, live }: { readonly rebooted: boolean; readonly live: boolean },
): Promise<string[]> {
  const { containers, strangers } = await observe(parts, rebooted)
  const wrong = containers.flatMap(({ id, name, life, observed }) => {
    const recorded = life.kind === 'running' || life.kind === 'paused' ? life.kind : 'absent'
    if (observed.state === recorded) return []
    return [
      `runtime: container ${name} (${id.slice(0, 12)}) is recorded ${life.kind} and was found ${observed.state}`,
    ]
  })
  return [
    ...wrong,
    // A running engine's builds are nobody's containers.
    ...strangers
      .filter((id) => !live || !isMadeRoot(id))
      .map((id) => `runtime: something is left of container ${id}, which no record knows`),
  ]
}

async function verifyVolumes(parts: Parts, directories: Volumes): Promise<string[]> {
  const recorded = new Set(parts.volumes.names())
  const leaked = await parts.volumes.leaked((id) => parts.registry.byId(id)?.up ?? false)
  const onDisk = new Set(await directories.list())
  const used = [...parts.registry.all()].flatMap(({ name, definition }) =>
    definition.mounts.flatMap((mount) =>
      mount.kind === 'volume' && !recorded.has(mount.name)
        ? [`volumes: container ${name} has volume ${mount.name}, which no record knows`]
        : [],
    ),
  )
  return [
    ...[...recorded].filter((name) => !onDisk.has(name)).map((name) => `volumes: ${name} has no directory`),
    ...[...onDisk]
      .filter((name) => !recorded.has(name))
      .map((name) => `volumes: directory ${name} has no record`),
    ...used,
    ...leaked,
  ]
}

async function verifyFiles({ directory, registry }: Parts): Promise<string[]> {
  const names = await readdir(directory).catch(() => [])
  return names
    .filter((name) => !registry.byId(name))
    .map((name) => `files: ${name} is in ${directory} and no container has that id`)
}

function verifyImages({ registry, images }: Parts): string[] {
  return [...registry.all()].flatMap(({ name, definition }) => {
    try {
      images.resolve(definition.imageId)
      return []
    } catch {
      return [`images: container ${name} is of image ${definition.imageId}, which is not there`]
    }
  })
}
