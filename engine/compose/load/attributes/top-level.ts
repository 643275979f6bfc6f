/** The top level of a compose file (spec 04, 06 to 10, 14). */
import { isIP } from 'node:net'
import { projectNameOf } from '../find.ts'
import {
  type Attribute,
  boolean,
  byKind,
  changed,
  listOf,
  mapOf,
  object,
  orEmpty,
  type Shape,
  scalarShape,
  text,
  wrong,
} from '../shape.ts'
import { map } from '../tree.ts'
import { options } from './build.ts'
import { service } from './service.ts'
import { namedTexts, oneOrMore, written } from './values.ts'

/** `external: true`, or the older map with a name. */
const external: Shape = byKind(
  { scalar: boolean, map: object({ name: { shape: text, about: 'Its name on the engine.' } }) },
  'true, false, or a map with name',
)

const subnet = scalarShape('a subnet like 172.28.0.0/16', ({ value }) => {
  const [address = '', bits = ''] = String(value).split('/')
  const family = isIP(address)
  return family !== 0 && /^\d+$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128) ? value : undefined
})

const ipAddress = scalarShape('an address like 172.28.5.254', ({ value }) =>
  isIP(String(value)) === 0 ? undefined : value,
)

const ipam: Shape = object({
  driver: { shape: text, about: 'Who gives addresses.' },
  config: {
    shape: listOf(
      object({
        subnet: { shape: subnet, about: 'The range in CIDR form.' },
        ip_range: { shape: subnet, about: 'The part of it from which containers get addresses.' },
        gateway: { shape: ipAddress, about: 'The address of the bridge.' },
        aux_addresses: { shape: mapOf(text), about: 'Addresses that no container gets.' },
      }),
    ),
    about: 'Ranges of addresses.',
  },
  options: { shape: options, about: 'Options of the driver.' },
})

const network = orEmpty(
  object({
    attachable: { shape: boolean, about: 'Containers outside of services may join (overlay).' },
    driver: { shape: text, about: 'bridge, overlay, macvlan, host, none, or a plugin.' },
    driver_opts: { shape: options, about: 'Options of the driver.' },
    enable_ipv4: { shape: boolean, about: 'Containers get IPv4 addresses (true).' },
    enable_ipv6: { shape: boolean, about: 'Containers get IPv6 addresses.' },
    external: { shape: external, about: 'It is there already, and stays.' },
    internal: { shape: boolean, about: 'Nothing outside can be reached from it.' },
    ipam: { shape: ipam, about: 'Its addresses.' },
    labels: { shape: namedTexts, about: 'Its labels.' },
    name: { shape: text, about: 'Its name on the engine, without the project before it.' },
  }),
)

const volume = orEmpty(
  object({
    driver: { shape: text, about: 'local, or a plugin.' },
    driver_opts: { shape: options, about: 'Options of the driver: type, o, device.' },
    external: { shape: external, about: 'It is there already, and stays.' },
    labels: { shape: namedTexts, about: 'Its labels.' },
    name: { shape: text, about: 'Its name on the engine, without the project before it.' },
  }),
)

const sources = {
  name: { shape: text, about: 'Its name on the engine.' },
  file: { shape: text, about: 'The file that holds it.' },
  environment: { shape: text, about: 'The variable that holds it.' },
  content: { shape: text, about: 'It itself, written here.' },
  external: { shape: external, about: 'It is there already (swarm).' },
  labels: { shape: namedTexts, about: 'Its labels.' },
  template_driver: { shape: text, about: 'How it is filled in (swarm).' },
} as const

/** A config or a secret: there is none without saying where it comes from. */
const source = (attributes: Readonly<Record<string, Attribute>>): Shape => {
  const shape = object(attributes)
  return {
    ...shape,
    check(tree, spot) {
      if (tree.kind === 'map') return shape.check(tree, spot)
      return wrong(tree, spot, 'a map', 'write file, environment, content or external below it')
    },
  }
}

const include = listOf(
  byKind(
    {
      scalar: changed(text, (tree) => map({ path: { kind: 'list', at: tree.at, items: [tree] } }, tree.at)),
      map: object({
        path: { shape: oneOrMore(), about: 'The file, or files that are merged.', required: true },
        project_directory: { shape: text, about: 'What its relative paths are relative to.' },
        env_file: { shape: oneOrMore(), about: 'Variables for it.' },
      }),
    },
    'a path, or a map with path',
  ),
)

const model = orEmpty(
  object({
    name: { shape: text, about: 'Its name.' },
    model: { shape: text, about: 'The artifact that holds it.', required: true },
    context_size: {
      shape: scalarShape('a whole number', ({ value }) =>
        Number.isInteger(Number(value)) ? Number(value) : undefined,
      ),
      about: 'Tokens of context.',
    },
    runtime_flags: { shape: listOf(text), about: 'Flags of what runs it.' },
  }),
)

/** Names of services and the rest: what can be part of a container's name. */
const resourceName = (what: string) => (key: string) =>
  /^[a-zA-Z0-9._-]+$/.test(key)
    ? undefined
    : `"${key}" is no name of a ${what}: letters, digits, dot, dash and underscore; write ${key.replaceAll(/[^a-zA-Z0-9._-]+/g, '_')}`

/** A project's name (spec 04): it becomes part of every name on the engine. */
export const PROJECT_NAME = /^[a-z0-9][a-z0-9_-]*$/

const projectName = scalarShape(
  'a name of small letters, digits, dashes and underscores',
  (tree) => {
    const name = written(tree)
    return PROJECT_NAME.test(name) ? name : undefined
  },
  {
    remedy: (tree) => {
      const near = projectNameOf(written(tree))
      return near === '' ? undefined : `write ${near}`
    },
  },
)

export const composeFile: Shape = object(
  {
    version: {
      shape: byKind({ scalar: { expected: 'anything', check: (tree) => tree } }, 'a string'),
      about: 'Without effect; older files have it.',
    },
    name: { shape: projectName, about: 'The name of the project.' },
    include: { shape: include, about: 'Other compose files, each with its own folder.' },
    services: { shape: orEmpty(mapOf(orEmpty(service), resourceName('service'))), about: 'What runs.' },
    networks: { shape: orEmpty(mapOf(network, resourceName('network'))), about: 'How it is connected.' },
    volumes: { shape: orEmpty(mapOf(volume, resourceName('volume'))), about: 'What is kept.' },
    configs: {
      shape: orEmpty(mapOf(source(sources), resourceName('config'))),
      about: 'Files that services read.',
    },
    secrets: {
      shape: orEmpty(
        mapOf(
          source({
            ...sources,
            driver: { shape: text, about: 'Who keeps it (swarm).' },
            driver_opts: { shape: options, about: 'Options of the driver.' },
          }),
          resourceName('secret'),
        ),
      ),
      about: 'Files that services read and no one else.',
    },
    models: { shape: orEmpty(mapOf(model, resourceName('model'))), about: 'Models that services use.' },
  },
  'a compose file: a map with services',
)
