/** What images look like to clients of older versions of the API. Pure. */
import type { ImageInspect, ImageInspectConfig, ImageSummary } from '../api/image.ts'
import type { ApiVersion } from './versions.ts'

const NOTHING: ImageInspectConfig = {
  ...{ Hostname: '', Domainname: '', User: '', Image: '', WorkingDir: '' },
  ...{ AttachStdin: false, AttachStdout: false, AttachStderr: false },
  ...{ Tty: false, OpenStdin: false, StdinOnce: false },
  ...{ Env: null, Cmd: null, Entrypoint: null, Volumes: null, OnBuild: null, Labels: null },
}

/** A row of the list as `version` has it. */
export function summaryFor(version: ApiVersion, row: ImageSummary): ImageSummary {
  const { VirtualSize, Containers, ...rest } = row
  const nameless = version < 43 && row.RepoTags.length === 0 && row.RepoDigests.length === 0
  return {
    ...rest,
    // Before 1.43, what has no name has that for a name.
    ...(nameless ? { RepoTags: ['<none>:<none>'], RepoDigests: ['<none>@<none>'] } : {}),
    ...(version < 44 ? { VirtualSize } : {}),
    Containers: version < 42 ? -1 : Containers,
  }
}

/** An image in full as `version` has it. */
export function inspectFor(version: ApiVersion, image: ImageInspect): Partial<ImageInspect> {
  const { VirtualSize, Descriptor, ...rest } = image
  return {
    ...rest,
    ...(version < 44 ? { VirtualSize } : {}),
    ...(version < 45 ? { Container: '', ContainerConfig: NOTHING } : {}),
    ...(version >= 48 ? { Descriptor } : {}),
  }
}
