/** The part of the OCI runtime spec (config.md, config-linux.md; version 1.0.2) that the engine writes. */

export interface OciSpec {
  readonly ociVersion: string
  readonly process: OciProcess
  readonly root: { readonly path: string; readonly readonly: boolean }
  readonly hostname?: string
  readonly domainname?: string
  readonly mounts: readonly OciMount[]
  readonly linux: OciLinux
  readonly annotations?: Readonly<Record<string, string>>
}

/** config.md, "Process". Also what `exec` takes as its process file. */
export interface OciProcess {
  readonly terminal: boolean
  readonly consoleSize?: { readonly height: number; readonly width: number }
  readonly user: { readonly uid: number; readonly gid: number; readonly additionalGids: readonly number[] }
  readonly args: readonly string[]
  readonly env: readonly string[]
  readonly cwd: string
  readonly capabilities: {
    readonly bounding: readonly string[]
    readonly effective: readonly string[]
    readonly permitted: readonly string[]
    readonly inheritable: readonly string[]
    readonly ambient: readonly string[]
  }
  readonly rlimits: readonly { readonly type: string; readonly soft: number; readonly hard: number }[]
  readonly noNewPrivileges: boolean
  readonly apparmorProfile?: string
  readonly oomScoreAdj?: number
}

export interface OciMount {
  readonly destination: string
  readonly type: string
  readonly source: string
  readonly options: readonly string[]
}

export interface OciLinux {
  readonly namespaces: readonly { readonly type: string; readonly path?: string }[]
  readonly cgroupsPath?: string
  readonly resources: OciResources
  readonly devices: readonly OciDevice[]
  readonly sysctl: Readonly<Record<string, string>>
  readonly maskedPaths: readonly string[]
  readonly readonlyPaths: readonly string[]
  readonly rootfsPropagation?: string
  readonly seccomp?: OciSeccomp
}

export interface OciDevice {
  readonly path: string
  readonly type: 'c' | 'b'
  readonly major: number
  readonly minor: number
  readonly fileMode: number
  readonly uid: number
  readonly gid: number
}

export interface OciDeviceRule {
  readonly allow: boolean
  readonly type?: 'a' | 'c' | 'b'
  readonly major?: number
  readonly minor?: number
  readonly access: string
}

export interface OciResources {
  readonly devices: readonly OciDeviceRule[]
  readonly memory?: {
    readonly limit?: number
    readonly swap?: number
    readonly reservation?: number
    readonly swappiness?: number
    readonly disableOOMKiller?: boolean
  }
  readonly cpu?: {
    readonly shares?: number
    readonly quota?: number
    readonly period?: number
    readonly realtimePeriod?: number
    readonly realtimeRuntime?: number
    readonly cpus?: string
    readonly mems?: string
  }
  readonly pids?: { readonly limit: number }
  readonly blockIO?: OciBlockIo
}

interface OciThrottle {
  readonly major: number
  readonly minor: number
  readonly rate: number
}

/** config-linux.md, "Block IO". */
export interface OciBlockIo {
  readonly weight?: number
  readonly weightDevice?: readonly {
    readonly major: number
    readonly minor: number
    readonly weight: number
  }[]
  readonly throttleReadBpsDevice?: readonly OciThrottle[]
  readonly throttleWriteBpsDevice?: readonly OciThrottle[]
  readonly throttleReadIOPSDevice?: readonly OciThrottle[]
  readonly throttleWriteIOPSDevice?: readonly OciThrottle[]
}

/** config-linux.md, "Seccomp". */
export interface OciSeccomp {
  readonly defaultAction: string
  readonly defaultErrnoRet?: number
  readonly architectures: readonly string[]
  readonly syscalls: readonly OciSyscallRule[]
}

export interface OciSyscallRule {
  readonly names: readonly string[]
  readonly action: string
  readonly errnoRet?: number
  readonly args?: readonly {
    readonly index: number
    readonly value: number
    readonly valueTwo?: number
    readonly op: string
  }[]
}
