/** The default bridge of an engine: chosen once, where the host has room, and recorded. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { EngineError } from '../../errors.ts'
import type { NetworkDefinition } from '../../network/network.ts'

/** Ranges to choose from, /16 each: what Docker and podman take by default is not among them. */
const CANDIDATES: readonly string[] = [
  ...['172.28', '172.29', '172.30', '172.31'],
  ...Array.from({ length: 48 }, (_, index) => `10.${200 + index}`),
]

/** A bridge for the engine at `root`. Two engines begin to look at different places. Throws `unavailable`. */
export function chooseBridge(root: string): NetworkDefinition {
  const digest = createHash('sha256').update(root).digest()
  const used = usedRanges()
  const first = digest.readUInt16BE(0) % CANDIDATES.length
  const order = [...CANDIDATES.slice(first), ...CANDIDATES.slice(0, first)]
  const prefix = order.find((candidate) => !used.some((range) => overlaps(range, rangeOf(candidate))))
  if (prefix === undefined) {
    throw new EngineError(
      'unavailable',
      `every address range that the default bridge could have is in use on this host (${CANDIDATES.length} were looked at)`,
    )
  }
  return {
    id: createHash('sha256').update(`longshore bridge ${root}`).digest('hex'),
    name: 'bridge',
    driver: 'bridge',
    bridge: `ls-${digest.toString('hex').slice(0, 8)}`,
    subnet: `${prefix}.0.0/16`,
    gateway: `${prefix}.0.1`,
    internal: false,
    dns: false,
  }
}

/** First and last address as numbers. */
type Range = readonly [number, number]

function rangeOf(prefix: string): Range {
  const base = addressNumber(`${prefix}.0.0`)
  return [base, base + 0xffff]
}

function overlaps(a: Range, b: Range): boolean {
  return a[0] <= b[1] && b[0] <= a[1]
}

/** What interfaces and routes of this host have, default routes aside. */
function usedRanges(): Range[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ family }) => family === 'IPv4')
    .map(({ address, netmask }) => masked(addressNumber(address), addressNumber(netmask)))
  const routes = readFileSync('/proc/net/route', 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .filter((fields) => fields.length > 7 && fields[7] !== '00000000')
    .map((fields) => masked(littleEndian(fields[1] ?? ''), littleEndian(fields[7] ?? '')))
  return [...addresses, ...routes]
}

function masked(address: number, mask: number): Range {
  const first = (address & mask) >>> 0
  return [first, (first | ~mask) >>> 0]
}

function addressNumber(text: string): number {
  return text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

/** /proc/net/route has addresses as the bytes lie in memory. */
function littleEndian(hex: string): number {
  return Buffer.from(hex, 'hex').readUInt32LE(0)
}
