/**
 * Every setting that is honoured: its name in daemon.json (Docker's), its flag, and what it may be. A key that Docker
 * knows and this engine refuses stands in refused.ts with the reason; any other is unknown.
 */
import { builder } from './builder-kind.ts'
import { features, texts, ulimits } from './container-kinds.ts'
import { parseHost } from './hosts.ts'
import { choice, count, flag, type Kind, list, path, size, text } from './kinds.ts'
import { cidrV4, cidrV6, ip, ips, pools } from './network-kinds.ts'

/** A setting: where it is not said, its flag is `--` and its name. */
export interface Key<T> {
  readonly kind: Kind<T>
  /** Names of its flag without the dashes; the first is the one to show. */
  readonly flags?: readonly string[]
  /** One letter, such as `D` for -D. */
  readonly short?: string
  /** A SIGHUP applies a changed value to an engine that runs. */
  readonly reloadable?: true
  readonly help: string
}

function key<T>(kind: Kind<T>, help: string, more: Omit<Key<T>, 'kind' | 'help'> = {}): Key<T> {
  return { kind, help, ...more }
}

const words = list('TEXT', (word) => word)

/** By the name in daemon.json. */
export const KEYS = {
  'data-root': key(path, 'where everything is kept, as --root'),
  'exec-root': key(path, 'where what a reboot ends is kept; on a tmpfs'),
  hosts: key(list('ADDRESS', parseHost), 'where to listen: unix://, tcp:// or fd://', {
    flags: ['host'],
    short: 'H',
  }),
  group: key(text, 'group that may use the unix socket as well', { short: 'G' }),
  pidfile: key(path, "where to write the engine's process id", { short: 'p' }),
  debug: key(flag, 'log more', { short: 'D', reloadable: true }),
  'log-level': key(choice('debug', 'info', 'warn', 'error'), 'the least that is logged', { short: 'l' }),
  'log-format': key(choice('text', 'json'), 'how a line of the log is written'),
  'live-restore': key(flag, 'leave containers running when the engine ends', { reloadable: true }),
  'shutdown-timeout': key(count, 'seconds that containers have to stop when the engine ends', {
    reloadable: true,
  }),
  labels: key(words, 'labels of this engine, NAME=VALUE', { flags: ['label'], reloadable: true }),
  features: key(features, 'features to switch on or off', { flags: ['feature'], reloadable: true }),
  experimental: key(flag, 'say that experimental features are on'),

  tls: key(flag, 'speak TLS on TCP addresses'),
  tlsverify: key(flag, 'speak TLS, to clients with a certificate of ours alone'),
  tlscacert: key(path, 'the authority that signs the certificates of clients'),
  tlscert: key(path, "the engine's certificate"),
  tlskey: key(path, "the engine's key"),

  'log-driver': key(choice('json-file', 'local', 'none'), 'how containers are logged'),
  'log-opts': key(texts, 'options of that driver, such as max-size=10m', { flags: ['log-opt'] }),
  'default-ulimits': key(ulimits, 'resource limits of containers', { flags: ['default-ulimit'] }),
  'default-shm-size': key(size, "size of containers' /dev/shm"),
  'default-ipc-mode': key(choice('private', 'shareable'), "containers' IPC namespace"),
  'default-cgroupns-mode': key(choice('private', 'host'), "containers' cgroup namespace"),
  'default-runtime': key(choice('crun', 'runc'), 'the OCI runtime of containers where both are there'),
  init: key(flag, 'a first process that reaps in each container'),
  'userns-remap': key(text, "whose subordinate ids containers' users are: default, or USER[:GROUP]"),
  'no-new-privileges': key(flag, 'set-uid programs gain nothing in containers'),
  'seccomp-profile': key(text, 'a file of system call rules, or builtin or unconfined'),

  'default-address-pools': key(pools, 'ranges for user networks', { flags: ['default-address-pool'] }),
  bip: key(cidrV4, "the default bridge's address and range"),
  'fixed-cidr': key(cidrV4, 'part of that range for containers'),
  'fixed-cidr-v6': key(cidrV6, "the default bridge's IPv6 range"),
  ipv6: key(flag, 'IPv6 on the default bridge'),
  mtu: key(count, "the default bridge's largest packet"),
  icc: key(flag, 'containers on the default bridge may speak to each other'),
  ip: key(ip, 'the host address that ports are published on'),
  'ip-forward': key(flag, 'switch forwarding on in the kernel'),
  iptables: key(flag, 'write rules of the firewall'),
  ip6tables: key(flag, 'write rules of the IPv6 firewall'),
  'userland-proxy': key(flag, 'hold published ports with a socket'),
  dns: key(ips, "containers' name servers"),
  'dns-opts': key(words, "containers' resolver options", { flags: ['dns-opt'] }),
  'dns-search': key(words, "containers' search domains"),
  'host-gateway-ips': key(ips, 'what host-gateway means in --add-host', {
    flags: ['host-gateway-ip'],
  }),

  'insecure-registries': key(words, 'registries without TLS, by name or range', {
    flags: ['insecure-registry'],
    reloadable: true,
  }),
  'registry-mirrors': key(words, "addresses that are asked for Docker Hub's images first", {
    flags: ['registry-mirror'],
    reloadable: true,
  }),
  'max-concurrent-downloads': key(count, 'layers downloaded at a time', { reloadable: true }),
  'max-concurrent-uploads': key(count, 'layers uploaded at a time', { reloadable: true }),

  builder: key(builder, 'how much the build cache may keep', { reloadable: true }),
  'max-concurrent-build-steps': key(count, 'steps of builds that run at a time', { reloadable: true }),

  'storage-driver': key(choice('overlay2'), 'how layers are kept', { short: 's' }),
} as const satisfies Readonly<Record<string, Key<never> | Key<unknown>>>

export type KeyName = keyof typeof KEYS

/** What was said, by key; what was not said is absent. */
export type Given = {
  readonly [K in KeyName]?: (typeof KEYS)[K] extends Key<infer T> ? T : never
}

/** All keys, untyped, for those who go through them. */
export const ALL_KEYS = Object.entries(KEYS) as unknown as readonly (readonly [KeyName, Key<unknown>])[]

/** The flags of a key, without dashes. */
export function flagsOf(name: KeyName): readonly string[] {
  return (KEYS[name] as Key<unknown>).flags ?? [name]
}
