/** Capabilities of a container's process: Docker's 14 by default, all of them when privileged. */
import { EngineError } from '../../errors.ts'

/** All capabilities in the kernel's order: the index is the bit (capability.h). */
export const ALL_CAPABILITIES: readonly string[] = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'AUDIT_READ',
  'PERFMON',
  'BPF',
  'CHECKPOINT_RESTORE',
].map((name) => `CAP_${name}`)

/** What Docker gives to every container. */
export const DEFAULT_CAPABILITIES: readonly string[] = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FSETID',
  'CAP_FOWNER',
  'CAP_MKNOD',
  'CAP_NET_RAW',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETFCAP',
  'CAP_SETPCAP',
  'CAP_NET_BIND_SERVICE',
  'CAP_SYS_CHROOT',
  'CAP_KILL',
  'CAP_AUDIT_WRITE',
]

/** What the caller asked for, by names with or without `CAP_`, in any case; `ALL` is allowed in both lists. */
export interface CapabilityRequest {
  readonly privileged: boolean
  readonly capAdd: readonly string[]
  readonly capDrop: readonly string[]
}

/**
 * The capabilities that result. `available` is the engine's own bounding set as a bit mask: nothing can be given
 * that the engine does not have. Throws `invalid` for an unknown name.
 */
export function capabilities(request: CapabilityRequest, available: bigint): readonly string[] {
  const possible = possibleCapabilities(available)
  if (request.privileged) return possible
  const add = request.capAdd.map(normalize)
  const drop = request.capDrop.map(normalize)
  const base = add.includes('ALL') ? ALL_CAPABILITIES : drop.includes('ALL') ? [] : DEFAULT_CAPABILITIES
  const wanted = new Set([...base, ...add.filter((name) => name !== 'ALL')])
  for (const name of drop) {
    // Dropping ALL empties the default; what is added by name stays.
    if (name !== 'ALL') wanted.delete(name)
  }
  return possible.filter((name) => wanted.has(name))
}

/** The kernel's bit mask of capabilities by their full names. */
export function capabilityMask(names: readonly string[]): bigint {
  return names.reduce((mask, name) => mask | (1n << BigInt(ALL_CAPABILITIES.indexOf(name))), 0n)
}

/** What a bounding set can give. */
export function possibleCapabilities(available: bigint): readonly string[] {
  return ALL_CAPABILITIES.filter((_, bit) => (available >> BigInt(bit)) & 1n)
}

/** `CapBnd` of /proc/self/status as a mask. */
export function parseBoundingSet(status: string): bigint {
  const hex = /^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1]
  return hex ? BigInt(`0x${hex}`) : 0n
}

/** The kernel's name of what people write (`net_admin`, `CAP_NET_ADMIN`, `all`); null when Linux has none such. */
export function capabilityName(text: string): string | null {
  const upper = text.toUpperCase()
  if (upper === 'ALL') return upper
  const full = upper.startsWith('CAP_') ? upper : `CAP_${upper}`
  return ALL_CAPABILITIES.includes(full) ? full : null
}

function normalize(name: string): string {
  const full = capabilityName(name)
  if (!full) throw new EngineError('invalid', `invalid capability: "${name}" is not one that Linux has`)
  return full
}
