/** Image records in Docker's JSON. Pure. */
import type { ImageHistoryItem, ImageInspect, ImageInspectConfig, ImageSummary } from '../../api/image.ts'
import type { ImageConfig } from '../../oci/image-config.ts'
import { familiar } from '../../oci/reference.ts'
import type { ImageRecord } from '../../store/store.ts'

const NEVER = '0001-01-01T00:00:00Z'

/** What a row of the list tells beside the image itself. A filter may hide some of its names. */
export interface RowFacts {
  readonly references: readonly string[]
  readonly repoDigests: readonly string[]
  /** How many containers are made of it. */
  readonly containers: number
  /** Bytes that other images have too; null when nobody asked. */
  readonly sharedBytes: number | null
}

/** One row of the list. */
export function summary(image: ImageRecord, facts: RowFacts): ImageSummary {
  const { references, repoDigests, containers, sharedBytes } = facts
  return {
    Id: image.id,
    ParentId: image.parent ?? '',
    RepoTags: references.map(familiar),
    RepoDigests: repoDigests.map(familiar),
    Created: createdSeconds(image.config),
    Size: image.sizeBytes,
    SharedSize: sharedBytes ?? -1,
    VirtualSize: image.sizeBytes,
    Labels: image.config.config?.Labels ?? null,
    Containers: containers,
  }
}

/** The whole of it. `folders` are those of its layers, bottom first. */
export function inspect(image: ImageRecord, folders: readonly string[]): ImageInspect {
  const { config } = image
  const [UpperDir, ...lower] = folders.toReversed()
  return {
    Id: image.id,
    RepoTags: image.references.map(familiar),
    RepoDigests: image.repoDigests.map(familiar),
    Parent: image.parent ?? '',
    Comment: config.history?.at(-1)?.comment ?? '',
    Created: config.created ?? NEVER,
    DockerVersion: '',
    Author: config.author ?? '',
    Config: inspectConfig(config),
    Architecture: config.architecture,
    ...(config.variant ? { Variant: config.variant } : {}),
    Os: config.os,
    ...(config['os.version'] ? { OsVersion: config['os.version'] } : {}),
    Size: image.sizeBytes,
    VirtualSize: image.sizeBytes,
    GraphDriver: {
      Name: 'overlay2',
      Data:
        UpperDir === undefined
          ? null
          : { ...(lower.length > 0 ? { LowerDir: lower.join(':') } : {}), UpperDir },
    },
    RootFS: { Type: 'layers', Layers: config.rootfs.diff_ids },
    Metadata: { LastTagTime: image.references.length > 0 ? image.addedAt.toISOString() : NEVER },
  }
}

/**
 * Newest first; `layerSizes` bottom first. `images` are the image and those that it was committed from, of which each
 * has a row: the other rows are no images here.
 */
export function history(
  images: readonly [ImageRecord, ...ImageRecord[]],
  layerSizes: readonly number[],
): readonly ImageHistoryItem[] {
  const [image] = images
  let layer = 0
  const rows = (image.config.history ?? []).map((entry) => ({
    Id: '<missing>',
    Created: seconds(entry.created),
    CreatedBy: entry.created_by ?? '',
    Tags: null as readonly string[] | null,
    Size: entry.empty_layer ? 0 : (layerSizes[layer++] ?? 0),
    Comment: entry.comment ?? '',
  }))
  // Some builders write no history: the layers are there all the same.
  for (; layer < layerSizes.length; layer++) {
    const created = createdSeconds(image.config)
    rows.push({
      Id: '<missing>',
      Created: created,
      CreatedBy: '',
      Tags: null,
      Size: layerSizes[layer] ?? 0,
      Comment: '',
    })
  }
  return rows.reverse().map((row, at) => {
    const made = images[at]
    if (!made) return row
    const names = made.references.map(familiar)
    return { ...row, Id: made.id, Tags: names.length > 0 ? names : null }
  })
}

/** When the image was made, in Unix seconds. */
export function createdSeconds(config: ImageConfig): number {
  return seconds(config.created)
}

function seconds(time: string | undefined): number {
  const milliseconds = Date.parse(time ?? NEVER)
  return Number.isNaN(milliseconds) ? 0 : Math.floor(milliseconds / 1000)
}

function inspectConfig({ config = {} }: ImageConfig): ImageInspectConfig {
  return {
    Hostname: '',
    Domainname: '',
    User: config.User ?? '',
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    ...(config.ExposedPorts ? { ExposedPorts: config.ExposedPorts } : {}),
    Tty: false,
    OpenStdin: false,
    StdinOnce: false,
    Env: config.Env ?? null,
    Cmd: config.Cmd ?? null,
    ...(config.Healthcheck ? { Healthcheck: config.Healthcheck } : {}),
    ...(config.ArgsEscaped ? { ArgsEscaped: true } : {}),
    Image: '',
    Volumes: config.Volumes ?? null,
    WorkingDir: config.WorkingDir ?? '',
    Entrypoint: config.Entrypoint ?? null,
    OnBuild: config.OnBuild ?? null,
    Labels: config.Labels ?? null,
    ...(config.StopSignal ? { StopSignal: config.StopSignal } : {}),
    ...(config.Shell ? { Shell: config.Shell } : {}),
  }
}
