/** What the daemon's parts are told, complete with defaults. Pure. */
import { EngineError } from '../errors.ts'
import type { Given, KeyName } from './keys.ts'

/** Docker's. */
const SHM_BYTES = 64 * 1024 * 1024
const SHUTDOWN_SECONDS = 15
const DOWNLOADS = 3
const UPLOADS = 5

/** Settings as the daemon takes them. Null is "as the engine chooses". */
export type EngineSettings = ReturnType<typeof settingsOf>

/** `readText` answers null for a file that does not exist. Throws `invalid` for a profile that is no JSON. */
export function settingsOf(given: Given, readText: (path: string) => string | null) {
  return {
    debug: given.debug ?? false,
    experimental: given.experimental ?? false,
    labels: given.labels ?? [],
    features: given.features ?? {},
    liveRestore: given['live-restore'] ?? true,
    shutdownTimeoutSeconds: given['shutdown-timeout'] ?? SHUTDOWN_SECONDS,
    containers: {
      logDriver: given['log-driver'] ?? 'json-file',
      logOptions: given['log-opts'] ?? {},
      ulimits: given['default-ulimits'] ?? {},
      shmSizeBytes: given['default-shm-size'] ?? SHM_BYTES,
      ipcMode: given['default-ipc-mode'] ?? 'private',
      cgroupnsMode: given['default-cgroupns-mode'] ?? null,
      runtime: given['default-runtime'] ?? null,
      init: given.init ?? false,
      noNewPrivileges: given['no-new-privileges'] ?? false,
      usernsRemap: given['userns-remap'] || null,
      seccomp: seccompOf(given['seccomp-profile'] ?? 'builtin', readText),
    },
    network: {
      addressPools: given['default-address-pools'] ?? [],
      bip: given.bip ?? null,
      fixedCidr: given['fixed-cidr'] ?? null,
      fixedCidrV6: given['fixed-cidr-v6'] ?? null,
      ipv6: given.ipv6 ?? false,
      mtu: given.mtu || null,
      icc: given.icc ?? true,
      publishIp: given.ip ?? '0.0.0.0',
      ipForward: given['ip-forward'] ?? true,
      iptables: given.iptables ?? true,
      ip6tables: given.ip6tables ?? true,
      userlandProxy: given['userland-proxy'] ?? true,
      dns: given.dns ?? [],
      dnsOptions: given['dns-opts'] ?? [],
      dnsSearch: given['dns-search'] ?? [],
      hostGatewayIps: given['host-gateway-ips'] ?? [],
    },
    registries: {
      insecure: given['insecure-registries'] ?? [],
      mirrors: given['registry-mirrors'] ?? [],
      maxDownloads: given['max-concurrent-downloads'] ?? DOWNLOADS,
      maxUploads: given['max-concurrent-uploads'] ?? UPLOADS,
    },
    builds: {
      maxSteps: given['max-concurrent-build-steps'] ?? null,
      gc: given.builder?.gc ?? {},
    },
  } as const
}

function seccompOf(name: string, readText: (path: string) => string | null) {
  if (name === 'unconfined') return name
  if (name === 'builtin') return 'default'
  const text = readText(name)
  const failed = (why: string) => new EngineError('invalid', `seccomp-profile ${name}: ${why}`)
  if (text === null) throw failed('there is no such file')
  try {
    return { profile: JSON.parse(text) as unknown }
  } catch (error) {
    throw failed(`it is no valid JSON: ${(error as Error).message}`)
  }
}

const AT_LEAST_ONE = [
  ...(['max-concurrent-downloads', 'max-concurrent-uploads', 'max-concurrent-build-steps'] as const),
]

/** What contradicts itself, a sentence each. */
export function contradictions(given: Given): string[] {
  const reasons: string[] = []
  for (const name of AT_LEAST_ONE)
    if (given[name] === 0) reasons.push(`invalid ${name.replaceAll('-', ' ')}: 0: at least 1 is needed`)
  if (given['fixed-cidr-v6'] !== undefined && given.ipv6 !== true)
    reasons.push('fixed-cidr-v6 needs ipv6, which is not on')
  for (const [name, why] of Object.entries(ALWAYS_ON))
    if (given[name as KeyName] === false) reasons.push(`${name} cannot be switched off: ${why}`)
  const files = (['tlscacert', 'tlscert', 'tlskey'] as const).filter((name) => given[name] !== undefined)
  const tls = given.tls === true || given.tlsverify === true
  if (files.length > 0 && !tls) reasons.push(`${files.join(', ')}: TLS is not on: set tlsverify`)
  if (tls) {
    const wanted = given.tlsverify
      ? (['tlscacert', 'tlscert', 'tlskey'] as const)
      : (['tlscert', 'tlskey'] as const)
    const missing = wanted.filter((name) => given[name] === undefined)
    if (missing.length > 0) reasons.push(`TLS needs ${missing.join(' and ')}`)
  }
  return [...reasons, ...wrongLabels(given.labels ?? [])]
}

/** Keys of Docker's that may say no more than what is so here. */
const ALWAYS_ON: Readonly<Record<string, string>> = {
  iptables: 'published ports and the isolation of networks are rules of the firewall',
  ip6tables: 'published ports and the isolation of networks are rules of the firewall',
  'ip-forward': 'without forwarding no container reaches anything outside',
  'userland-proxy': 'a published port is held by a socket that outlives the engine',
}

function wrongLabels(labels: readonly string[]): string[] {
  const values = new Map<string, string>()
  return labels.flatMap((label) => {
    const [name = '', value] = label.split(/=(.*)/s, 2)
    const before = values.get(name)
    values.set(name, value ?? '')
    if (value === undefined || name === '') return [`bad attribute format: ${label}: a label is NAME=VALUE`]
    if (before !== undefined && before !== value)
      return [`conflict labels for ${name}=${value} and ${name}=${before}`]
    return []
  })
}
