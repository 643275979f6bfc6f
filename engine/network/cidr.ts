/** Addresses and subnets of both families as numbers. Pure. */
import { isIPv4, isIPv6 } from 'node:net'
import { EngineError } from '../errors.ts'

export type Family = 4 | 6

/** A range of addresses; `first` has no bits beyond the prefix. */
export interface Cidr {
  readonly family: Family
  readonly first: bigint
  readonly prefixLength: number
}

const WIDTH: Readonly<Record<Family, number>> = { 4: 32, 6: 128 }

/** The family of an address as text; null when it is none. */
export function familyOf(address: string): Family | null {
  return isIPv4(address) ? 4 : isIPv6(address) ? 6 : null
}

/** The number of an address. Throws `invalid`. */
export function addressNumber(address: string): bigint {
  if (isIPv4(address)) return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n)
  if (!isIPv6(address)) throw new EngineError('invalid', `invalid IP address: ${address}`)
  return groups(address).reduce((sum, group) => sum * 65536n + BigInt(group), 0n)
}

/** The eight numbers of an IPv6 address. */
function groups(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  const plain = dotted
    ? `${dotted[1]}${(Number(dotted[2]) * 256 + Number(dotted[3])).toString(16)}:${(Number(dotted[4]) * 256 + Number(dotted[5])).toString(16)}`
    : address
  const [head = '', tail] = plain.split('::')
  const numbers = (text: string | undefined) =>
    text ? text.split(':').map((each) => parseInt(each, 16)) : []
  const before = numbers(head)
  const after = numbers(tail)
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after]
}

/** An address as text, IPv6 in its short form (RFC 5952). */
export function addressText(family: Family, number: bigint): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (number >> shift) & 255n).join('.')
  const all = Array.from({ length: 8 }, (_, at) => Number((number >> BigInt(112 - 16 * at)) & 0xffffn))
  let start = -1
  let length = 1
  for (let at = 0; at < 8; at++) {
    let end = at
    while (end < 8 && all[end] === 0) end++
    if (end - at > length) [start, length] = [at, end - at]
  }
  const text = (part: readonly number[]) => part.map((each) => each.toString(16)).join(':')
  return start === -1 ? text(all) : `${text(all.slice(0, start))}::${text(all.slice(start + length))}`
}

/** `10.0.0.0/8`, also with bits beyond the prefix, which are dropped. Throws `invalid` in Docker's words. */
export function parseCidr(text: string): Cidr {
  const [address = '', bits = ''] = text.split('/')
  const family = familyOf(address)
  const prefixLength = /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
  if (family === null || !(prefixLength <= WIDTH[family])) {
    throw new EngineError('invalid', `invalid CIDR address: ${text}`)
  }
  return { family, first: mask(addressNumber(address), family, prefixLength), prefixLength }
}

function mask(number: bigint, family: Family, prefixLength: number): bigint {
  const rest = BigInt(WIDTH[family] - prefixLength)
  return (number >> rest) << rest
}

export function cidrText({ family, first, prefixLength }: Cidr): string {
  return `${addressText(family, first)}/${prefixLength}`
}

/** The last address of a range. */
export function lastOf({ family, first, prefixLength }: Cidr): bigint {
  return first + (1n << BigInt(WIDTH[family] - prefixLength)) - 1n
}

/** True when an address of either family lies in a range. */
export function contains(range: Cidr, address: string): boolean {
  if (familyOf(address) !== range.family) return false
  const number = addressNumber(address)
  return number >= range.first && number <= lastOf(range)
}

/** True when two ranges have an address in common. */
export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.family === b.family && a.first <= lastOf(b) && b.first <= lastOf(a)
}
