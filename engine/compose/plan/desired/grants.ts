/** Secrets and configs as files of a container: bound from the host where that is enough, else copied into it. */
import type { MountRequest } from '../../../api/container.ts'
import type { Grant, Project, Service, Source } from '../../load/project.ts'

/** A file that is put into a container between its creation and its start. */
export interface PlacedFile {
  readonly path: string
  readonly from:
    | { readonly kind: 'file'; readonly file: string }
    | { readonly kind: 'environment'; readonly variable: string }
    | { readonly kind: 'content'; readonly content: string }
  readonly uid: number
  readonly gid: number
  /** Permission bits. */
  readonly mode: number
}

export interface Granted {
  readonly mounts: readonly MountRequest[]
  readonly files: readonly PlacedFile[]
}

const DEFAULT_MODE = 0o444

/**
 * Files of a service's grants. One from a file of the host with an owner or mode of its own is copied, because a bind
 * would show those of the host; and so is what is no file. External ones are a swarm's, and the loader refuses them.
 */
export function grantsOf(service: Service, project: Project): Granted {
  const mounts: MountRequest[] = []
  const files: PlacedFile[] = []
  const each = (grant: Grant, source: Source | undefined, root: string) => {
    if (!source || source.external) return
    const path = targetOf(grant, root)
    const own = grant.uid !== undefined || grant.gid !== undefined || grant.mode !== undefined
    if (source.file !== undefined && !own) {
      mounts.push({ Type: 'bind', Source: source.file, Target: path, ReadOnly: true, BindOptions: {} })
      return
    }
    const from = originOf(source)
    if (from) {
      const { uid, gid, mode = DEFAULT_MODE } = grant
      files.push({ path, from, uid: Number(uid ?? 0), gid: Number(gid ?? 0), mode })
    }
  }
  for (const grant of service.secrets ?? []) each(grant, project.secrets[grant.source], '/run/secrets/')
  for (const grant of service.configs ?? []) each(grant, project.configs[grant.source], '/')
  return { mounts, files }
}

function targetOf({ source, target }: Grant, root: string): string {
  if (target === undefined) return `${root}${source}`
  return target.startsWith('/') ? target : `${root}${target}`
}

function originOf({ file, environment, content }: Source): PlacedFile['from'] | undefined {
  if (file !== undefined) return { kind: 'file', file }
  if (environment !== undefined) return { kind: 'environment', variable: environment }
  return content === undefined ? undefined : { kind: 'content', content }
}
