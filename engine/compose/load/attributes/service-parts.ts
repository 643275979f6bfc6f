/** Shapes of a service's larger attributes (spec 05, Services). */
import { isIP } from 'node:net'
import {
  type Attribute,
  anything,
  boolean,
  byKind,
  changed,
  decimal,
  integer,
  listOf,
  mapOf,
  object,
  orEmpty,
  type Shape,
  type Spot,
  scalarShape,
  text,
  word,
  wrong,
} from '../shape.ts'
import { child, map, scalar, type Tree } from '../tree.ts'
import { anyText, bytes, command, duration, listOrMap, mode, oneOrMore, written } from './values.ts'

/** A list of names or a map of them; the long form is the map, with `make`'s value for a bare name. */
export function namesOrMap(long: Shape, make: (at: Tree['at']) => Tree, expected: string): Shape {
  return byKind(
    {
      list: changed(listOf(text, { unique: true }), (tree) => {
        const items = tree.kind === 'list' ? tree.items : []
        return map(
          Object.fromEntries(
            items.map((item) => [item.kind === 'scalar' ? String(item.value) : '', make(item.at)]),
          ),
          tree.at,
        )
      }),
      map: mapOf(long),
    },
    expected,
  )
}

const dependency = object({
  condition: {
    shape: word('service_started', 'service_healthy', 'service_completed_successfully'),
    about: 'What must be so before this service starts.',
    required: true,
  },
  restart: { shape: boolean, about: 'This service is restarted when Compose restarts the other.' },
  required: { shape: boolean, about: 'When false, a missing service is only a warning.' },
})

export const dependsOn: Shape = namesOrMap(
  changed(dependency, (tree) => {
    if (tree.kind !== 'map' || tree.entries.has('required')) return tree
    return {
      ...tree,
      entries: new Map([...tree.entries, ['required', { at: tree.at, value: scalar(true, tree.at) }]]),
    }
  }),
  (at) => map({ condition: scalar('service_started', at), required: scalar(true, at) }, at),
  'a list of services, or a map of them with a condition',
)

function address(family: 4 | 6, example: string): Shape {
  return scalarShape(`an IPv${family} address like ${example}`, ({ value }) =>
    typeof value === 'string' && isIP(value) === family ? value : undefined,
  )
}

const attachment = orEmpty(
  object({
    aliases: { shape: listOf(text, { unique: true }), about: 'More names of this service on this network.' },
    ipv4_address: {
      shape: address(4, '172.16.238.10'),
      about: 'A fixed address; the network needs a subnet that holds it.',
    },
    ipv6_address: { shape: address(6, '2001:db8::10'), about: 'A fixed IPv6 address.' },
    link_local_ips: { shape: listOf(text), about: 'Link-local addresses.' },
    mac_address: { shape: text, about: 'The hardware address on this network.' },
    driver_opts: { shape: mapOf(anyText), about: 'Options for the network driver.' },
    interface_name: { shape: text, about: 'Name of the interface in the container.' },
    priority: { shape: decimal(), about: 'Networks are joined from high to low.' },
    gw_priority: { shape: decimal(), about: 'The highest is the default gateway.' },
  }),
)

export const serviceNetworks: Shape = namesOrMap(
  attachment,
  (at) => scalar(null, at),
  'a list of networks, or a map of them',
)

export const healthcheck: Shape = object(
  {
    test: {
      shape: byKind(
        {
          scalar: changed(text, (tree) => ({
            kind: 'list',
            at: tree.at,
            items: [scalar('CMD-SHELL', tree.at), tree],
          })),
          list: changed(listOf(text), (tree, spot) => {
            const first = tree.kind === 'list' ? tree.items[0] : undefined
            const word0 = first?.kind === 'scalar' ? first.value : undefined
            if (word0 === 'CMD' || word0 === 'CMD-SHELL' || word0 === 'NONE') return tree
            spot.faults.add(
              first?.at ?? tree.at,
              spot.path,
              'must begin with CMD, CMD-SHELL or NONE',
              'write ["CMD", "program", "argument"]',
            )
            return undefined
          }),
        },
        'a command line or a list that begins with CMD, CMD-SHELL or NONE',
      ),
      about: 'The command that tells whether the container is well: exit code 0.',
    },
    interval: { shape: duration, about: 'Time between checks (30s).' },
    timeout: { shape: duration, about: 'A check that takes longer has failed (30s).' },
    retries: { shape: integer(0), about: 'So many failures in a row make it unhealthy (3).' },
    start_period: { shape: duration, about: 'Failures in this first time do not count.' },
    start_interval: { shape: duration, about: 'Time between checks during the start period.' },
    disable: { shape: boolean, about: 'No check, whatever the image says.' },
  },
  'a map with test',
)

/** A limit for both, or a soft and a hard one. */
export const ulimits: Shape = mapOf(
  byKind(
    {
      scalar: integer(-1),
      map: changed(
        object({
          soft: { shape: integer(-1), about: 'What is in force.', required: true },
          hard: { shape: integer(-1), about: 'How far the process itself may raise it.', required: true },
        }),
        notAbove,
      ),
    },
    'a number, or a map of soft and hard',
  ),
)

/** -1 is no limit at all, and so above every other. */
function notAbove(tree: Tree, spot: Spot): Tree {
  const [soft, hard] = ['soft', 'hard'].map((key) => {
    const value = child(tree, key)
    return value?.kind === 'scalar' ? Number(value.value) : undefined
  })
  if (soft === undefined || hard === undefined || hard === -1 || (soft !== -1 && soft <= hard)) return tree
  const message = `soft (${soft}) is above hard (${hard})`
  spot.faults.add(tree.at, spot.path, message, `write a soft limit of at most ${hard}`)
  return tree
}

/** A secret or a config that the service may read; a bare name is its source. */
export const grants: Shape = listOf(
  byKind(
    {
      scalar: changed(text, (tree) => map({ source: tree }, tree.at)),
      map: object({
        source: { shape: text, about: 'Its name in the top-level map.', required: true },
        target: { shape: text, about: 'Its file: a name below /run/secrets, or a path.' },
        uid: { shape: anyText, about: 'The number of the user who owns the file.' },
        gid: { shape: anyText, about: 'The number of its group.' },
        mode: { shape: mode, about: 'Permission bits (0444).' },
      }),
    },
    'a name, or a map with source',
  ),
)

export const envFile: Shape = byKind(
  {
    scalar: changed(text, (tree) => ({ kind: 'list', at: tree.at, items: [envEntry(tree)] })),
    list: listOf(
      byKind(
        {
          scalar: changed(text, envEntry),
          map: object({
            path: { shape: text, about: 'The file, relative to the compose file.', required: true },
            required: { shape: boolean, about: 'When false the file may be missing.' },
            format: { shape: word('raw'), about: 'raw: values as they stand, without quotes or variables.' },
          }),
        },
        'a path, or a map with path',
      ),
    ),
  },
  'a path or a list of them',
)

function envEntry(tree: Tree): Tree {
  return map({ path: tree, required: scalar(true, tree.at) }, tree.at)
}

export const logging: Shape = object(
  {
    driver: { shape: text, about: 'Where logs go: json-file, local, none, or what else the engine has.' },
    options: { shape: mapOf(orEmpty(anyText)), about: 'Options of the driver, such as max-size.' },
  },
  'a map with driver',
)

const weightDevice = object({
  path: { shape: text, about: 'A block device.', required: true },
  weight: { shape: integer(0, 1000), about: 'Its share.', required: true },
})
const rateDevice = object({
  path: { shape: text, about: 'A block device.', required: true },
  rate: { shape: byKind({ scalar: bytes }, 'a size or a count'), about: 'So much a second.', required: true },
})

export const blkioConfig: Shape = object({
  weight: { shape: integer(0, 1000), about: 'Share of block input and output, 10 to 1000.' },
  weight_device: { shape: listOf(weightDevice), about: 'Shares of single devices.' },
  device_read_bps: { shape: listOf(rateDevice), about: 'Bytes a second that may be read.' },
  device_read_iops: { shape: listOf(rateDevice), about: 'Reads a second.' },
  device_write_bps: { shape: listOf(rateDevice), about: 'Bytes a second that may be written.' },
  device_write_iops: { shape: listOf(rateDevice), about: 'Writes a second.' },
})

/** `HOST[:CONTAINER[:PERMISSIONS]]`, or its long form; CDI names stay as they are. */
export const devices: Shape = listOf(
  byKind(
    {
      scalar: changed(text, (tree) => {
        const [source = '', target = source, permissions = 'rwm'] =
          tree.kind === 'scalar' ? written(tree).split(':') : []
        return map(
          {
            source: scalar(source, tree.at),
            target: scalar(target, tree.at),
            permissions: scalar(permissions, tree.at),
          },
          tree.at,
        )
      }),
      map: object({
        source: { shape: text, about: 'The device of the host.', required: true },
        target: { shape: text, about: 'Its path in the container.' },
        permissions: { shape: text, about: 'r, w and m: read, write, mknod.' },
      }),
    },
    'a device like /dev/ttyUSB0:/dev/ttyUSB0:rw',
  ),
)

/** Keys of a request for devices. */
const requestKeys = {
  capabilities: {
    shape: listOf(text),
    about: 'What the devices must be able to do: gpu, compute.',
  },
  driver: { shape: text, about: 'The driver of the device.' },
  count: {
    shape: byKind(
      {
        scalar: scalarShape('a number or all', (tree) =>
          written(tree) === 'all' ? 'all' : /^-?\d+$/.test(written(tree)) ? Number(written(tree)) : undefined,
        ),
      },
      'a number or all',
    ),
    about: 'How many, or all.',
  },
  device_ids: { shape: listOf(text), about: 'Which ones, by id.' },
  options: { shape: listOrMap('a map or a list of NAME=VALUE'), about: 'Options of the driver.' },
} as const

/** Devices are chosen by their number or by their ids (Compose Deploy, devices). */
const deviceRequest = (keys: Readonly<Record<string, Attribute>>) =>
  changed(object(keys), (tree, spot) => {
    if (child(tree, 'count') && child(tree, 'device_ids')) {
      spot.faults.add(tree.at, spot.path, 'has both count and device_ids', 'take one away')
    }
    return tree
  })

export const gpus: Shape = byKind(
  { scalar: word('all'), list: listOf(deviceRequest(requestKeys)) },
  '"all" or a list of device requests',
)
export const reservedDevices: Shape = listOf(
  deviceRequest({ ...requestKeys, capabilities: { ...requestKeys.capabilities, required: true } }),
)

export const credentialSpec: Shape = object({
  config: { shape: text, about: 'A config that holds it.' },
  file: { shape: text, about: 'A file that holds it.' },
  registry: { shape: text, about: 'A registry key that holds it.' },
})

const hook = object({
  command: { shape: command, about: 'What is run in the container.', required: true },
  user: { shape: text, about: 'As whom.' },
  privileged: { shape: boolean, about: 'With all capabilities.' },
  working_dir: { shape: text, about: 'Where.' },
  environment: { shape: listOrMap('a map or a list of NAME=VALUE'), about: 'Variables of the command.' },
})
export const hooks: Shape = listOf(hook)

export const provider: Shape = object({
  type: { shape: text, about: 'The program that makes the service instead of an engine.', required: true },
  options: { shape: mapOf(anything), about: 'What the provider is told.' },
})

export const serviceModels: Shape = namesOrMap(
  orEmpty(
    object({
      endpoint_var: { shape: text, about: 'Variable that gets the address of the model.' },
      model_var: { shape: text, about: 'Variable that gets the name of the model.' },
    }),
  ),
  (at) => scalar(null, at),
  'a list of models, or a map of them',
)

/** `host=ip` or `host:ip`, several addresses a host; the long form is a map of lists. */
export const extraHosts: Shape = {
  expected: 'a map or a list of "host=address"',
  check(tree, spot) {
    const found = new Map<string, { at: Tree['at']; items: Tree[] }>()
    const add = (host: string, item: Tree, path: string) => {
      const known = found.get(host) ?? { at: item.at, items: [] }
      const addresses = item.kind === 'list' ? item.items : [item]
      for (const address of addresses) {
        const plainText = address.kind === 'scalar' ? written(address).replace(/^\[(.*)\]$/, '$1') : ''
        if (isIP(plainText) === 0 && plainText !== 'host-gateway') {
          const remedy = 'write an address, or host-gateway for this host'
          spot.faults.add(address.at, path, `"${plainText}" is no address`, remedy)
        }
        known.items.push(scalar(plainText, address.at))
      }
      found.set(host, known)
    }
    if (tree.kind === 'map')
      for (const [host, { value }] of tree.entries) add(host, value, `${spot.path}.${host}`)
    else if (tree.kind === 'list') {
      tree.items.forEach((item, index) => {
        const [, host, address] =
          item.kind === 'scalar' ? (/^([^=:]+)[=:](.+)$/.exec(written(item)) ?? []) : []
        if (host === undefined || address === undefined) {
          spot.faults.add(
            item.at,
            `${spot.path}[${index}]`,
            'must be like "name=10.0.0.1"',
            'host-gateway stands for this host',
          )
        } else add(host, { ...item, kind: 'scalar', value: address, text: address }, `${spot.path}[${index}]`)
      })
    } else {
      return wrong(tree, spot, 'a map or a list of "host=address"')
    }
    return map(
      Object.fromEntries(
        [...found].map(([host, { at, items }]) => [host, { kind: 'list' as const, at, items }]),
      ),
      tree.at,
    )
  },
}

const watchRule = object({
  path: { shape: text, about: 'What is watched, relative to the project.', required: true },
  action: {
    shape: word('sync', 'rebuild', 'restart', 'sync+restart', 'sync+exec'),
    about: 'What a change does.',
    required: true,
  },
  target: { shape: text, about: 'Where in the container files go.' },
  ignore: { shape: oneOrMore(), about: 'Patterns that are not watched.' },
  include: { shape: oneOrMore(), about: 'Only these patterns are watched.' },
  initial_sync: { shape: boolean, about: 'Files are brought over at the start too.' },
  exec: { shape: hook, about: 'What sync+exec runs.' },
})
export const develop: Shape = orEmpty(
  object({ watch: { shape: listOf(watchRule), about: 'Rules of compose watch.' } }),
)

export const extendsShape: Shape = byKind(
  {
    scalar: changed(text, (tree) => map({ service: tree }, tree.at)),
    map: object({
      service: { shape: text, about: 'The service that this one begins from.', required: true },
      file: { shape: text, about: 'The file that has it; this one when absent.' },
    }),
  },
  'the name of a service, or a map with service and file',
)
