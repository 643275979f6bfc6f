/** Traffic of a container's interfaces, from the kernel's own table (proc(5), /proc/net/dev). */

/** Bytes and packets through one interface since it was made. */
export interface InterfaceCounters {
  readonly rxBytes: number
  readonly txBytes: number
  readonly rxPackets: number
  readonly txPackets: number
  readonly rxErrors: number
  readonly rxDropped: number
  readonly txErrors: number
  readonly txDropped: number
}

/** Every interface but loopback. Pure. */
export function parseCounters(table: string): Record<string, InterfaceCounters> {
  const rows = table.split('\n').flatMap((line) => {
    const match = /^\s*([^:\s]+):\s*(.*)$/.exec(line)
    if (match?.[1] === undefined || match[1] === 'lo') return []
    const fields = (match[2] ?? '').trim().split(/\s+/).map(Number)
    const [rxBytes = 0, rxPackets = 0, rxErrors = 0, rxDropped = 0] = fields
    const [txBytes = 0, txPackets = 0, txErrors = 0, txDropped = 0] = fields.slice(8)
    const counters = { rxBytes, rxPackets, rxErrors, rxDropped, txBytes, txPackets, txErrors, txDropped }
    return [[match[1], counters] as const]
  })
  return Object.fromEntries(rows)
}
