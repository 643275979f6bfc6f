/** Wire types of exec: a second process in a running container. */

/** Body of POST /containers/{id}/exec. */
export interface ExecCreateRequest {
  readonly AttachStdin?: boolean
  readonly AttachStdout?: boolean
  readonly AttachStderr?: boolean
  readonly ConsoleSize?: readonly [number, number] | null
  readonly DetachKeys?: string
  readonly Tty?: boolean
  readonly Env?: readonly string[] | null
  readonly Cmd?: readonly string[] | string | null
  readonly Privileged?: boolean
  readonly User?: string
  readonly WorkingDir?: string
}

/** Body of POST /exec/{id}/start. */
export interface ExecStartRequest {
  readonly Detach?: boolean
  readonly Tty?: boolean
  readonly ConsoleSize?: readonly [number, number] | null
}

/** Answer of GET /exec/{id}/json. `ExitCode` is null until it has ended. */
export interface ExecInspect {
  readonly ID: string
  readonly Running: boolean
  readonly ExitCode: number | null
  readonly ProcessConfig: {
    readonly tty: boolean
    readonly entrypoint: string
    readonly arguments: readonly string[]
    readonly privileged: boolean
    readonly user?: string
  }
  readonly OpenStdin: boolean
  readonly OpenStderr: boolean
  readonly OpenStdout: boolean
  readonly CanRemove: boolean
  readonly ContainerID: string
  readonly DetachKeys: string
  readonly Pid: number
}
