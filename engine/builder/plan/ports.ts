/** Ports as EXPOSE has them: `80`, `53/udp`, `8000-8010/tcp`, and `host:port`, whose host part means nothing. */
import { isIP } from 'node:net'
import type { Range } from '../parse/tree.ts'
import { PlanError } from './plan-error.ts'

const PROTOCOLS = ['tcp', 'udp', 'sctp']

/** Every port of it, as `80/tcp`. Throws PlanError. */
export function exposedPorts(text: string, range: Range): readonly string[] {
  const fail = (message: string) => new PlanError(message, range)
  const parts = text.split(':')
  const container = parts.at(-1) as string
  const host = parts.at(-2) ?? ''
  const address = parts
    .slice(0, -2)
    .join(':')
    .replace(/^\[(.*)\]$/, '$1')
  const slash = container.indexOf('/')
  const ports = slash < 0 ? container : container.slice(0, slash)
  const protocol = slash < 0 ? 'tcp' : container.slice(slash + 1).toLowerCase() || 'tcp'
  if (ports === '') throw fail(`no port specified: ${container}<empty>`)
  if (!PROTOCOLS.includes(protocol)) throw fail(`invalid proto: ${protocol}`)
  if (address !== '' && isIP(address) === 0) throw fail(`invalid IP address: ${address}`)
  const inside = portRange(ports)
  if (inside === null) throw fail(`invalid containerPort: ${ports}`)
  if (host !== '') {
    const outside = portRange(host)
    if (outside === null) throw fail(`invalid hostPort: ${host}`)
    if (inside.length > 1 && inside.length !== outside.length)
      throw fail(`invalid ranges specified for container and host Ports: ${ports} and ${host}`)
  }
  return inside.map((port) => `${port}/${protocol}`)
}

function portRange(text: string): readonly number[] | null {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text)
  if (match === null) return null
  const start = Number(match[1])
  const end = Number(match[2] ?? match[1])
  if (end > 65535 || end < start) return null
  return Array.from({ length: end - start + 1 }, (_, index) => start + index)
}
