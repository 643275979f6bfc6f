/** Which address ranges this host uses already: a network chosen among them would cut something off. */
import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { addressText, type Cidr, parseCidr } from '../../network/cidr.ts'

/** What interfaces and routes of this host have, of both families, default routes aside. */
export function hostRanges(): Cidr[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .flatMap(({ cidr }) => (cidr === null ? [] : [parseCidr(cidr)]))
  return [...addresses, ...routes4(readText('/proc/net/route')), ...routes6(readText('/proc/net/ipv6_route'))]
}

/** /proc/net/route has addresses as the bytes lie in memory. Pure. */
export function routes4(table: string): Cidr[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .filter((fields) => fields.length > 7 && fields[7] !== '00000000')
    .map((fields) => {
      const bits = littleEndian(fields[7] ?? '')
        .toString(2)
        .replaceAll('0', '').length
      return parseCidr(`${addressText(4, BigInt(littleEndian(fields[1] ?? '')))}/${bits}`)
    })
}

/** /proc/net/ipv6_route: destination and prefix length in hexadecimal come first. Pure. */
export function routes6(table: string): Cidr[] {
  return table
    .split('\n')
    .map((line) => line.split(/\s+/))
    .filter(([destination = '', bits = '00']) => destination.length === 32 && bits !== '00')
    .map(([destination = '', bits = '']) =>
      parseCidr(`${addressText(6, BigInt(`0x${destination}`))}/${parseInt(bits, 16)}`),
    )
}

function littleEndian(hex: string): number {
  return Buffer.from(hex, 'hex').readUInt32LE(0)
}

/** A host without a family has no table of it. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
