/** Kinds of settings that name addresses: checked here, so that a wrong one is told with its key. */
import { isIP, isIPv4, isIPv6 } from 'node:net'
import { type Kind, list, ofText, WrongValue, wrong } from './kinds.ts'

/** Address ranges that user networks are taken from, each cut into pieces of `size` bits. */
export interface AddressPoolSetting {
  readonly base: string
  readonly size: number
}

export const ip: Kind<string> = ofText('IP', address)
export const ips: Kind<readonly string[]> = list('IP', address)
export const cidrV4: Kind<string> = ofText('CIDR', (value) => cidr(value, 4))
export const cidrV6: Kind<string> = ofText('CIDR', (value) => cidr(value, 6))

/** `[{"base": "10.10.0.0/16", "size": 24}]`, or `base=10.10.0.0/16,size=24`. */
export const pools: Kind<readonly AddressPoolSetting[]> = {
  takes: 'many',
  placeholder: 'base=CIDR,size=BITS',
  fromFile(value) {
    if (!Array.isArray(value)) throw wrong('a list', value)
    return value.map((item: unknown) => {
      const { base, size } = (item ?? {}) as { base?: unknown; size?: unknown }
      if (typeof base !== 'string' || typeof size !== 'number')
        throw wrong('a list such as [{"base": "10.10.0.0/16", "size": 24}]', item)
      return pool(base, size)
    })
  },
  fromFlags: (words) =>
    words.map((word) => {
      const fields = new Map(word.split(',').map((field) => field.split('=', 2) as [string, string]))
      return pool(fields.get('base') ?? '', Number(fields.get('size')))
    }),
}

function pool(base: string, size: number): AddressPoolSetting {
  const version = base.includes(':') ? 6 : 4
  cidr(base, version)
  const bits = Number(base.split('/')[1])
  const most = version === 4 ? 30 : 126
  if (!Number.isInteger(size) || size < bits || size > most)
    throw new WrongValue(`has a pool ${base} whose size ${size} is not between ${bits} and ${most}`)
  return { base, size }
}

function address(value: string): string {
  if (isIP(value) === 0) throw new WrongValue(`must be an IP address, not "${value}"`)
  return value
}

function cidr(value: string, version: 4 | 6): string {
  const [base = '', bits = ''] = value.split('/')
  const fits = version === 4 ? isIPv4(base) : isIPv6(base)
  if (!fits || !/^\d{1,3}$/.test(bits) || Number(bits) > (version === 4 ? 32 : 128)) {
    const example = version === 4 ? '172.28.0.1/16' : 'fd00:1::/64'
    throw new WrongValue(`must be an IPv${version} range such as ${example}, not "${value}"`)
  }
  return value
}
