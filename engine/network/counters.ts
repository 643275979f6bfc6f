/** Traffic of a container's interfaces, from the kernel's own table (proc(5), /proc/net/dev). */

/** Bytes and packets through one interface since it was made. */
export interface InterfaceCounters {
  readonly rxBytes: number
  readonly txBytes: number
  readonly rxPackets: number
  readonly txPackets: number
}

/** Every interface but loopback. Pure. */
export function parseCounters(table: string): Record<string, InterfaceCounters> {
  const rows = table.split('\n').flatMap((line) => {
    const match = /^\s*([^:\s]+):\s*(.*)$/.exec(line)
    if (match?.[1] === undefined || match[1] === 'lo') return []
    const fields = (match[2] ?? '').trim().split(/\s+/).map(Number)
    const [rxBytes = 0, rxPackets = 0] = fields
    return [[match[1], { rxBytes, rxPackets, txBytes: fields[8] ?? 0, txPackets: fields[9] ?? 0 }] as const]
  })
  return Object.fromEntries(rows)
}
