/** `ports` and `expose` of a service (spec 05, ports). */
import { isIP } from 'node:net'
import {
  type Attribute,
  below,
  integer,
  object,
  type Shape,
  type Spot,
  scalarShape,
  short,
  text,
  word,
  wrong,
} from '../shape.ts'
import { type ListTree, map, type ScalarTree, scalar, type Tree } from '../tree.ts'
import { written } from './values.ts'

const PORT_OR_RANGE = /^\d+(-\d+)?$/

const published: Shape = scalarShape('a port or a range like 8000-8010', (tree) => {
  const value = written(tree)
  return rangeOf(value) || value === '' ? value : undefined
})

const LONG: Readonly<Record<string, Attribute>> = {
  target: { shape: integer(1, 65535), about: 'The port in the container.', required: true },
  published: {
    shape: published,
    about: 'The port of the host, or a range to choose from; free when absent.',
  },
  host_ip: { shape: text, about: 'The address of the host to listen at; all of them when absent.' },
  protocol: { shape: word('tcp', 'udp', 'sctp'), about: 'tcp unless told.' },
  mode: { shape: word('ingress', 'host'), about: 'In a swarm: at every node, or at the node that runs it.' },
  name: { shape: text, about: 'A name for people to read.' },
  app_protocol: { shape: text, about: 'What is spoken there (http, grpc), for those who read it.' },
}

const long = object(LONG, 'a port like "8080:80", or a map with target')

/** Short forms become long ones, ranges a line each. */
export const ports: Shape = {
  expected: 'a list of ports',
  inner: long,
  check(tree, spot) {
    if (tree.kind !== 'list') {
      return wrong(tree, spot, 'a list of ports', 'begin each with a dash')
    }
    const items = tree.items.flatMap((item, index) => each(item, { ...spot, path: below(spot.path, index) }))
    return { ...tree, items } satisfies ListTree
  },
}

function each(item: Tree, spot: Spot): readonly Tree[] {
  if (item.kind !== 'scalar' || item.value === null) {
    const checked = long.check(item, spot)
    return checked?.kind === 'map' ? [completed(checked)] : []
  }
  const parsed = shortPort(written(item))
  if ('fault' in parsed) {
    spot.faults.add(
      item.at,
      spot.path,
      parsed.fault,
      'write "HOST:CONTAINER", "IP:HOST:CONTAINER" or "CONTAINER", with /udp for UDP',
    )
    return []
  }
  return parsed.ports.map((port) => portTree(port, item))
}

function completed(tree: Extract<Tree, { kind: 'map' }>): Tree {
  const entries = new Map(tree.entries)
  for (const [key, value] of [
    ['mode', 'ingress'],
    ['protocol', 'tcp'],
  ] as const) {
    if (!entries.has(key)) entries.set(key, { at: tree.at, value: scalar(value, tree.at) })
  }
  return { ...tree, entries }
}

interface Port {
  readonly hostIp: string
  readonly published: string
  readonly target: number
  readonly protocol: string
}

function portTree({ hostIp, published: host, target, protocol }: Port, { at }: ScalarTree): Tree {
  return map(
    {
      mode: scalar('ingress', at),
      ...(hostIp === '' ? {} : { host_ip: scalar(hostIp, at) }),
      target: scalar(target, at),
      ...(host === '' ? {} : { published: scalar(host, at) }),
      protocol: scalar(protocol, at),
    },
    at,
  )
}

/** Reads `[[IP:]HOST:]CONTAINER[/PROTOCOL]`; ranges of one length go pairwise. */
export function shortPort(line: string): { readonly ports: readonly Port[] } | { readonly fault: string } {
  const [, head = '', protocol = 'tcp'] = /^(.*?)(?:\/([a-zA-Z]+))?$/.exec(line) ?? []
  if (!['tcp', 'udp', 'sctp'].includes(protocol.toLowerCase())) {
    return { fault: `"${short(line)}" names the protocol ${protocol}, and there are tcp, udp and sctp` }
  }
  const [, bracketed, rest = ''] = /^\[([^\]]*)\]:(.*)$/.exec(head) ?? [undefined, undefined, head]
  const parts = rest.split(':')
  const container = parts.pop() ?? ''
  const host = parts.pop() ?? ''
  const hostIp = bracketed ?? parts.join(':')
  if (bracketed !== undefined && parts.length > 0) return { fault: `"${short(line)}" is no port` }
  if (hostIp !== '' && isIP(hostIp) === 0) return { fault: `"${short(hostIp)}" is no address of the host` }
  const target = rangeOf(container)
  if (!target) return { fault: `"${short(container)}" is no port from 1 to 65535` }
  const outer = host === '' ? undefined : rangeOf(host)
  if (host !== '' && !outer) return { fault: `"${short(host)}" is no port from 1 to 65535` }
  const count = target[1] - target[0] + 1
  if (outer && count > 1 && outer[1] - outer[0] + 1 !== count) {
    return { fault: `the ranges ${host} and ${container} are not of one length` }
  }
  const one = { hostIp, protocol: protocol.toLowerCase() }
  if (count === 1) return { ports: [{ ...one, published: host, target: target[0] }] }
  return {
    ports: Array.from({ length: count }, (_, index) => ({
      ...one,
      published: outer ? String(outer[0] + index) : '',
      target: target[0] + index,
    })),
  }
}

/** First and last port of `80` or `80-90`; undefined for what is no port. */
function rangeOf(text: string): readonly [number, number] | undefined {
  if (!PORT_OR_RANGE.test(text)) return undefined
  const [first = 0, last = first] = text.split('-').map(Number)
  return first >= 1 && last <= 65535 && first <= last ? [first, last] : undefined
}

/** A port that other containers may use: `3000`, `3000/udp`, `8000-8010`. */
export const exposed: Shape = scalarShape('a port like 3000, "3000/udp" or "8000-8010"', (tree) => {
  const value = written(tree)
  const [, numbers = '', protocol] = /^([\d-]+)(?:\/(\w+))?$/.exec(value) ?? []
  return rangeOf(numbers) && (protocol === undefined || ['tcp', 'udp', 'sctp'].includes(protocol))
    ? value
    : undefined
})
