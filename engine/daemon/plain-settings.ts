/** The settings of an engine that nobody has set anything of: for tests that open a daemon. */
import type { DaemonSettings } from './settings.ts'

/** What `daemon.json` and flags say when they say nothing. */
export const PLAIN_SETTINGS: DaemonSettings = {
  debug: false,
  experimental: false,
  labels: [],
  features: {},
  liveRestore: true,
  shutdownTimeoutSeconds: 15,
  containers: {
    logDriver: 'json-file',
    logOptions: {},
    ulimits: {},
    shmSizeBytes: 1 << 26,
    ipcMode: 'private',
    cgroupnsMode: null,
    runtime: null,
    init: false,
    noNewPrivileges: false,
    usernsRemap: null,
    seccomp: 'default',
  },
  network: {
    addressPools: [],
    bip: null,
    fixedCidr: null,
    fixedCidrV6: null,
    ipv6: false,
    mtu: null,
    icc: true,
    publishIp: '0.0.0.0',
    ipForward: true,
    iptables: true,
    ip6tables: true,
    userlandProxy: true,
    dns: [],
    dnsOptions: [],
    dnsSearch: [],
    hostGatewayIps: [],
  },
  registries: { insecure: [], mirrors: [], maxDownloads: 3, maxUploads: 5 },
}
