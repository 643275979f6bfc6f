/** Wire types of containers' files (API: ContainerArchive, ContainerArchiveInfo, ContainerChanges). */

/** The X-Docker-Container-Path-Stat header, before base64. `mode` has the bits of Go's os.FileMode. */
export interface PathStat {
  readonly name: string
  readonly size: number
  readonly mode: number
  /** RFC 3339, without zeros at the end of the fraction. */
  readonly mtime: string
  readonly linkTarget: string
}

/** One item of GET /containers/{id}/changes: 0 changed, 1 added, 2 deleted. */
export interface FileChange {
  readonly Path: string
  readonly Kind: 0 | 1 | 2
}
