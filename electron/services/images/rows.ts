/** Images: rows and details, from the engine's answers and the containers that use them. Pure. */
import type { ImageHistoryItem, ImageInspect, ImageSummary } from '../../../engine/client/shapes.ts'
import type { ContainerRow } from '../../contract/containers.ts'
import type { ImageDetail, ImageRow } from '../../contract/images.ts'

/** "<none>:<none>" is how old engines say that there is no tag. */
function real(names: readonly string[] | null): readonly string[] {
  return (names ?? []).filter((name) => !name.startsWith('<none>')).toSorted()
}

export function rowOfImage(summary: ImageSummary, usedBy: readonly string[]): ImageRow {
  return {
    id: summary.Id,
    tags: real(summary.RepoTags),
    digests: real(summary.RepoDigests),
    createdAt: summary.Created > 0 ? new Date(summary.Created * 1000).toISOString() : null,
    sizeBytes: summary.Size,
    usedBy,
    labels: summary.Labels ?? {},
  }
}

/** Container names by image id. */
export function usersOf(containers: Iterable<ContainerRow>): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>()
  for (const container of containers) {
    const names = users.get(container.imageId)
    if (names) names.push(container.name)
    else users.set(container.imageId, [container.name])
  }
  for (const names of users.values()) names.sort()
  return users
}

export function detailOfImage(
  inspect: ImageInspect,
  history: readonly ImageHistoryItem[],
  usedBy: readonly string[],
): ImageDetail {
  const created = inspect.Created ? Date.parse(inspect.Created) : Number.NaN
  const config = inspect.Config ?? {}
  return {
    row: {
      id: inspect.Id,
      tags: real(inspect.RepoTags),
      digests: real(inspect.RepoDigests),
      createdAt: Number.isNaN(created) || created <= 0 ? null : new Date(created).toISOString(),
      sizeBytes: inspect.Size,
      usedBy,
      labels: config.Labels ?? {},
    },
    platform: [inspect.Os, inspect.Architecture, inspect.Variant].filter(Boolean).join('/'),
    author: inspect.Author ?? '',
    command: config.Cmd ?? [],
    entrypoint: config.Entrypoint ?? [],
    environment: config.Env ?? [],
    workingDirectory: config.WorkingDir || '/',
    user: config.User || 'root',
    exposedPorts: Object.keys(config.ExposedPorts ?? {}),
    volumes: Object.keys(config.Volumes ?? {}),
    history: history.toReversed().map((item) => ({
      instruction: item.CreatedBy,
      createdAt: item.Created > 0 ? new Date(item.Created * 1000).toISOString() : null,
      sizeBytes: item.Size,
    })),
    raw: inspect,
  }
}
