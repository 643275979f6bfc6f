/** What can be written in a compose file: from the loader's own table of attributes, and the names that are known. */
import { composeFile } from '../../../engine/compose/load/attributes/top-level.ts'
import type { Attribute, Shape } from '../../../engine/compose/load/shape.ts'
import type { CompletionItem } from '../../contract/projects.ts'
import { keysBelow, type YamlPlace, yamlKeyAt, yamlPlace } from './yaml-place.ts'

/** What the engine has, by name. */
export interface EngineNames {
  readonly images: readonly string[]
  readonly volumes: readonly string[]
  readonly networks: readonly string[]
}

export interface Answer {
  readonly from: number
  readonly items: readonly CompletionItem[]
}

/** What most services have, in the order in which people write it. */
const COMMON: readonly string[] = [
  ...['image', 'build', 'command', 'ports', 'environment', 'env_file', 'volumes', 'networks'],
  ...['depends_on', 'healthcheck', 'restart', 'secrets', 'configs', 'deploy', 'labels'],
]

/** What may be written at a place; null where nothing is known. */
export function completeCompose(
  text: string,
  line: number,
  column: number,
  names: EngineNames,
): Answer | null {
  const place = yamlPlace(text, line, column)
  if (!place) return null
  const known = namesAt(place, text, names)
  const items = [...known, ...fromShape(place)]
  return items.length === 0 ? null : { from: place.from, items }
}

/** What an attribute is, in a sentence, and what may stand there. */
export function hoverCompose(
  text: string,
  line: number,
  column: number,
): { readonly paragraphs: readonly string[]; readonly from: number; readonly to: number } | null {
  const key = yamlKeyAt(text, line, column)
  const name = key?.path.at(-1)
  if (!key || name === undefined) return null
  const attribute = shapeAt(key.path.slice(0, -1))?.attributes?.[name]
  if (!attribute) return null
  const { shape, about, required } = attribute
  const words = shape.words ? `One of ${shape.words.map((word) => `\`${word}\``).join(', ')}.` : ''
  const expected = shape.words ? '' : `${capital(shape.expected)}.`
  return {
    from: key.from,
    to: key.to,
    paragraphs: [`**${name}**${required ? ' (must be there)' : ''}`, about, `${words}${expected}`],
  }
}

/** The shape of what stands at a path. */
function shapeAt(path: readonly string[]): Shape | undefined {
  let shape: Shape | undefined = composeFile
  for (const part of path) {
    if (!shape) return undefined
    const below: Shape = shape
    shape = part === '-' ? below.inner : (below.attributes?.[part]?.shape ?? below.entry ?? below.inner)
  }
  return shape
}

function fromShape(place: YamlPlace): readonly CompletionItem[] {
  if (place.part === 'key') {
    const shape = shapeAt(place.path)
    return shape?.attributes ? attributeItems(shape.attributes, place.siblings) : []
  }
  const at = shapeAt(place.path)
  // A dash may begin a map: its keys are what comes next.
  if (place.part === 'item' && at?.attributes) return attributeItems(at.attributes, new Set())
  return (at?.words ?? []).map((word) => item(word, 'word'))
}

function attributeItems(
  attributes: Readonly<Record<string, Attribute>>,
  there: ReadonlySet<string>,
): readonly CompletionItem[] {
  const rank = (name: string) => {
    const at = 'image' in attributes && 'depends_on' in attributes ? COMMON.indexOf(name) : -1
    return at === -1 ? COMMON.length : at
  }
  return Object.entries(attributes)
    .filter(([name]) => !there.has(name))
    .toSorted(([one], [other]) => rank(one) - rank(other))
    .map(([name, { shape, about, required }]) => ({
      label: name,
      kind: 'attribute',
      insert: insertOf(name, shape),
      detail: required ? 'must be there' : null,
      about: `${about}\n\n${capital(shape.expected)}.`,
      goesOn: shape.words !== undefined,
    }))
}

/** The key with what has to follow: a line below for maps and lists, a space for the rest. */
function insertOf(name: string, shape: Shape): string {
  if (/^a list( of|$)/.test(shape.expected)) return `${name}:\n  - $0`
  const map = (shape.attributes ?? shape.entry) !== undefined || /^a map/.test(shape.expected)
  return map && !shape.words ? `${name}:\n  $0` : `${name}: $0`
}

/** Names of the text and of the engine, where a name is meant. */
function namesAt(place: YamlPlace, text: string, names: EngineNames): readonly CompletionItem[] {
  const path = place.path.join('/')
  const own = (section: string) => keysBelow(text, section)
  const plain = (list: readonly string[], detail: string) => list.map((name) => item(name, 'name', detail))
  if (place.part === 'key') {
    if (/^services\/[^/]+\/depends_on$/.test(path)) {
      const self = place.path[1]
      return own('services')
        .filter((name) => name !== self && !place.siblings.has(name))
        .map((name) => ({
          ...item(name, 'name', 'service'),
          insert: `${name}:\n  condition: $0`,
          goesOn: true,
        }))
    }
    if (path === 'services') return [TEMPLATE]
    return []
  }
  if (/^services\/[^/]+\/image$/.test(path)) return plain(names.images, 'on the engine')
  if (/^services\/[^/]+\/(depends_on|links)\/-$/.test(path)) {
    return plain(
      own('services').filter((name) => name !== place.path[1]),
      'service',
    )
  }
  if (/^services\/[^/]+\/networks\/-$/.test(path)) return plain(own('networks'), 'network')
  if (/^services\/[^/]+\/(secrets|configs)\/-$/.test(path)) {
    return plain(own(place.path[2] ?? ''), (place.path[2] ?? '').slice(0, -1))
  }
  if (/^services\/[^/]+\/volumes\/-(\/source)?$/.test(path)) {
    const colon = place.part === 'item' ? ':' : ''
    return own('volumes').map((name) => ({ ...item(name, 'name', 'volume'), insert: `${name}${colon}` }))
  }
  if (/^volumes\/[^/]+\/name$/.test(path)) return plain(names.volumes, 'on the engine')
  if (/^networks\/[^/]+\/name$/.test(path)) return plain(names.networks, 'on the engine')
  if (/^services\/[^/]+\/network_mode$/.test(path)) {
    return [
      ...plain(['host', 'none', 'bridge'], 'in place of networks'),
      ...plain(
        own('services').map((name) => `service:${name}`),
        'shares its network',
      ),
    ]
  }
  return []
}

const TEMPLATE: CompletionItem = {
  label: 'service',
  kind: 'template',
  insert: 'app:\n  image: $0',
  detail: 'a new service',
  about: 'A service with an image.',
  goesOn: false,
}

function item(label: string, kind: CompletionItem['kind'], detail: string | null = null): CompletionItem {
  return { label, kind, insert: null, detail, about: null, goesOn: false }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
