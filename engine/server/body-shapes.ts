/** The shapes of the bodies that make things, from the definitions of Docker's API 1.51. */
import type { Shape } from './shape.ts'

const TEXTS: Shape = { list: 'text' }
const LABELS: Shape = { map: 'text' }
/** A set, written as a map of empty objects. */
const SET: Shape = { map: { fields: {} } }
const DEVICE_RATES: Shape = { list: { fields: { Path: 'text', Rate: 'whole' } } }

const HEALTH: Shape = {
  fields: {
    ...{ Test: TEXTS, Interval: 'whole', Timeout: 'whole', Retries: 'whole' },
    ...{ StartPeriod: 'whole', StartInterval: 'whole' },
  },
}

const MOUNT: Shape = {
  fields: {
    ...{ Type: 'text', Source: 'text', Target: 'text', ReadOnly: 'flag', Consistency: 'text' },
    BindOptions: {
      fields: {
        ...{ Propagation: 'text', NonRecursive: 'flag', CreateMountpoint: 'flag' },
        ...{ ReadOnlyNonRecursive: 'flag', ReadOnlyForceRecursive: 'flag' },
      },
    },
    VolumeOptions: {
      fields: {
        ...{ NoCopy: 'flag', Labels: LABELS, Subpath: 'text' },
        DriverConfig: { fields: { Name: 'text', Options: LABELS } },
      },
    },
    ImageOptions: { fields: { Subpath: 'text' } },
    TmpfsOptions: { fields: { SizeBytes: 'whole', Mode: 'whole', Options: { list: TEXTS } } },
  },
}

const RESOURCES: Readonly<Record<string, Shape>> = {
  ...{ CpuShares: 'whole', Memory: 'whole', NanoCpus: 'whole', CgroupParent: 'text', BlkioWeight: 'whole' },
  BlkioWeightDevice: { list: { fields: { Path: 'text', Weight: 'whole' } } },
  ...{ BlkioDeviceReadBps: DEVICE_RATES, BlkioDeviceWriteBps: DEVICE_RATES },
  ...{ BlkioDeviceReadIOps: DEVICE_RATES, BlkioDeviceWriteIOps: DEVICE_RATES },
  ...{ CpuPeriod: 'whole', CpuQuota: 'whole', CpuRealtimePeriod: 'whole', CpuRealtimeRuntime: 'whole' },
  ...{ CpusetCpus: 'text', CpusetMems: 'text', DeviceCgroupRules: TEXTS },
  Devices: { list: { fields: { PathOnHost: 'text', PathInContainer: 'text', CgroupPermissions: 'text' } } },
  DeviceRequests: {
    list: {
      fields: {
        ...{ Driver: 'text', Count: 'whole', DeviceIDs: TEXTS, Options: LABELS },
        Capabilities: { list: TEXTS },
      },
    },
  },
  ...{ MemoryReservation: 'whole', MemorySwap: 'whole', MemorySwappiness: 'whole', OomKillDisable: 'flag' },
  ...{
    KernelMemory: 'whole',
    KernelMemoryTCP: 'whole',
    PidsLimit: 'whole',
    CpuCount: 'whole',
    CpuPercent: 'whole',
  },
  ...{ IOMaximumIOps: 'whole', IOMaximumBandwidth: 'whole' },
  Ulimits: { list: { fields: { Name: 'text', Soft: 'whole', Hard: 'whole' } } },
}

const HOST_CONFIG: Shape = {
  fields: {
    ...RESOURCES,
    ...{ Binds: TEXTS, ContainerIDFile: 'text', NetworkMode: 'text', AutoRemove: 'flag' },
    LogConfig: { fields: { Type: 'text', Config: LABELS } },
    PortBindings: { map: { list: { fields: { HostIp: 'text', HostPort: 'text' } } } },
    RestartPolicy: { fields: { Name: 'text', MaximumRetryCount: 'whole' } },
    ...{ VolumeDriver: 'text', VolumesFrom: TEXTS, ConsoleSize: { list: 'whole' } },
    ...{ CapAdd: TEXTS, CapDrop: TEXTS, CgroupnsMode: 'text', GroupAdd: TEXTS },
    ...{ Dns: TEXTS, DnsOptions: TEXTS, DnsSearch: TEXTS, ExtraHosts: TEXTS, Links: TEXTS },
    ...{ IpcMode: 'text', Cgroup: 'text', PidMode: 'text', UTSMode: 'text', UsernsMode: 'text' },
    ...{ OomScoreAdj: 'whole', Privileged: 'flag', PublishAllPorts: 'flag', ReadonlyRootfs: 'flag' },
    ...{ SecurityOpt: TEXTS, StorageOpt: LABELS, Tmpfs: LABELS, Mounts: { list: MOUNT } },
    ...{ ShmSize: 'whole', Sysctls: LABELS, Runtime: 'text', Isolation: 'text' },
    ...{ MaskedPaths: TEXTS, ReadonlyPaths: TEXTS, Init: 'flag', Annotations: LABELS },
  },
}

const ENDPOINT: Shape = {
  fields: {
    IPAMConfig: { fields: { IPv4Address: 'text', IPv6Address: 'text', LinkLocalIPs: TEXTS } },
    ...{ Links: TEXTS, Aliases: TEXTS, MacAddress: 'text', DriverOpts: LABELS },
    ...{ GwPriority: 'whole', NetworkID: 'text' },
  },
}

/** POST /commit. */
export const CONTAINER_CONFIG: Shape & { readonly fields: Readonly<Record<string, Shape>> } = {
  fields: {
    ...{ Hostname: 'text', Domainname: 'text', User: 'text', Image: 'text', WorkingDir: 'text' },
    ...{ AttachStdin: 'flag', AttachStdout: 'flag', AttachStderr: 'flag' },
    ...{ Tty: 'flag', OpenStdin: 'flag', StdinOnce: 'flag', ArgsEscaped: 'flag', NetworkDisabled: 'flag' },
    ...{ Cmd: 'words', Entrypoint: 'words', Shell: TEXTS, Env: TEXTS, OnBuild: TEXTS },
    ...{ ExposedPorts: SET, Volumes: SET, Labels: LABELS, MacAddress: 'text' },
    ...{ StopSignal: 'text', StopTimeout: 'whole', Healthcheck: HEALTH },
  },
}

/** POST /containers/create. */
export const CONTAINER_CREATE: Shape = {
  fields: {
    ...CONTAINER_CONFIG.fields,
    HostConfig: HOST_CONFIG,
    NetworkingConfig: { fields: { EndpointsConfig: { map: ENDPOINT } } },
  },
}

/** POST /containers/{id}/update. */
export const CONTAINER_UPDATE: Shape = {
  fields: { ...RESOURCES, RestartPolicy: { fields: { Name: 'text', MaximumRetryCount: 'whole' } } },
}

/** POST /containers/{id}/exec. */
export const EXEC_CREATE: Shape = {
  fields: {
    ...{ AttachStdin: 'flag', AttachStdout: 'flag', AttachStderr: 'flag', Tty: 'flag', DetachKeys: 'text' },
    ...{ ConsoleSize: { list: 'whole' }, Env: TEXTS, Cmd: 'words', Privileged: 'flag' },
    ...{ User: 'text', WorkingDir: 'text' },
  },
}

/** POST /volumes/create. */
export const ACCOUNT: Shape = {
  fields: {
    ...{ username: 'text', password: 'text', identitytoken: 'text', registrytoken: 'text' },
    ...{ auth: 'text', email: 'text', serveraddress: 'text' },
  },
}

export const VOLUME_CREATE: Shape = {
  fields: { Name: 'text', Driver: 'text', DriverOpts: LABELS, Labels: LABELS },
}

const IPAM_POOL: Shape = {
  fields: { Subnet: 'text', IPRange: 'text', Gateway: 'text', AuxiliaryAddresses: LABELS },
}

/** POST /networks/create. */
export const NETWORK_CREATE: Shape = {
  fields: {
    ...{ Name: 'text', CheckDuplicate: 'flag', Driver: 'text', Scope: 'text', Internal: 'flag' },
    ...{ Attachable: 'flag', Ingress: 'flag', ConfigOnly: 'flag', EnableIPv4: 'flag', EnableIPv6: 'flag' },
    IPAM: { fields: { Driver: 'text', Options: LABELS, Config: { list: IPAM_POOL } } },
    ...{ Options: LABELS, Labels: LABELS },
  },
}

/** POST /networks/{id}/connect. */
export const NETWORK_CONNECT: Shape = { fields: { Container: 'text', EndpointConfig: ENDPOINT } }

/** POST /networks/{id}/disconnect. */
export const NETWORK_DISCONNECT: Shape = { fields: { Container: 'text', Force: 'flag' } }
