/** `volumes` and `tmpfs` of a service (spec 05, volumes). */
import {
  type Attribute,
  below,
  boolean,
  object,
  orEmpty,
  type Shape,
  type Spot,
  short,
  text,
  word,
  wrong,
} from '../shape.ts'
import { type ListTree, map, type ScalarTree, scalar, type Tree } from '../tree.ts'
import { bytes, mode, namedTexts } from './values.ts'

const PROPAGATION = ['rprivate', 'private', 'rshared', 'shared', 'rslave', 'slave'] as const

const LONG: Readonly<Record<string, Attribute>> = {
  type: {
    shape: word('bind', 'volume', 'tmpfs', 'image', 'cluster', 'npipe'),
    about: 'What is mounted.',
    required: true,
  },
  source: { shape: text, about: 'A path of the host, the name of a volume, or an image; nothing for tmpfs.' },
  target: { shape: text, about: 'Where in the container it stands.' },
  read_only: { shape: boolean, about: 'The container cannot write to it.' },
  consistency: { shape: text, about: 'Kept for Docker Desktop; without effect on Linux.' },
  bind: {
    shape: orEmpty(
      object({
        create_host_path: {
          shape: boolean,
          about: 'A folder is made when the source is not there (true in the short form).',
        },
        propagation: {
          shape: word(...PROPAGATION),
          about: 'Whether mounts below it are seen on the other side.',
        },
        selinux: { shape: word('z', 'Z'), about: 'Relabel: z shared, Z private.' },
        recursive: {
          shape: word('enabled', 'disabled', 'writable', 'readonly'),
          about: 'What becomes of mounts below the source.',
        },
      }),
    ),
    about: 'More about a bind mount.',
  },
  volume: {
    shape: orEmpty(
      object({
        nocopy: { shape: boolean, about: 'A new volume does not take what the image has there.' },
        subpath: { shape: text, about: 'A folder inside the volume, mounted in its stead.' },
        labels: {
          shape: namedTexts,
          about: 'Labels of a volume made for this mount.',
        },
      }),
    ),
    about: 'More about a volume.',
  },
  tmpfs: {
    shape: orEmpty(
      object({
        size: { shape: bytes, about: 'The most that it may hold.' },
        mode: { shape: mode, about: 'Permission bits of its root.' },
      }),
    ),
    about: 'More about memory mounted as a folder.',
  },
  image: {
    shape: orEmpty(
      object({ subpath: { shape: text, about: 'A folder of the image, mounted in its stead.' } }),
    ),
    about: 'More about a mounted image.',
  },
}

const long = object(LONG, 'a mount like "./src:/app", or a map with type and target')

/** Mounts; the short form becomes the long one. Paths stay as they are: another stage makes them absolute. */
export const mounts: Shape = {
  expected: 'a list of mounts',
  inner: long,
  check(tree, spot) {
    if (tree.kind !== 'list') {
      return wrong(tree, spot, 'a list of mounts', 'write "- name:/path"')
    }
    const items = tree.items.flatMap((item, index) => each(item, { ...spot, path: below(spot.path, index) }))
    return { ...tree, items } satisfies ListTree
  },
}

function each(item: Tree, spot: Spot): readonly Tree[] {
  if (item.kind !== 'scalar' || typeof item.value !== 'string') {
    const checked = long.check(item, spot)
    if (checked?.kind !== 'map') return []
    needs(checked, spot)
    return [checked]
  }
  const parsed = shortMount(item.value)
  if (typeof parsed === 'string') {
    spot.faults.add(
      item.at,
      spot.path,
      parsed,
      'write "name:/path", "./folder:/path" or "/path", with :ro to make it read-only',
    )
    return []
  }
  return [mountTree(parsed, item)]
}

function needs(tree: Extract<Tree, { kind: 'map' }>, spot: Spot): void {
  const type = tree.entries.get('type')?.value
  const kind = type?.kind === 'scalar' ? type.value : undefined
  if (!tree.entries.has('target'))
    spot.faults.add(tree.at, spot.path, 'target is missing', 'add "target:" with a path of the container')
  if ((kind === 'bind' || kind === 'image') && !tree.entries.has('source')) {
    const [article, example] = kind === 'bind' ? ['a', './folder'] : ['an', 'name:tag']
    spot.faults.add(
      tree.at,
      spot.path,
      `source is missing: ${article} ${kind} mount needs what it mounts`,
      `write source: ${example}`,
    )
  }
  if (kind === 'tmpfs' && tree.entries.has('source')) {
    spot.faults.add(tree.at, spot.path, 'a tmpfs mount has no source', 'take source away')
  }
}

interface Mount {
  readonly type: 'bind' | 'volume'
  readonly source: string
  readonly target: string
  readonly options: readonly string[]
}

/** Reads `[SOURCE:]TARGET[:OPTIONS]`; says what is wrong with it. */
export function shortMount(line: string): Mount | string {
  const parts = partsOf(line)
  if (parts.length > 3 || line === '') return `"${short(line)}" is no mount`
  const [source, target, options] = parts.length === 1 ? ['', parts[0], ''] : parts
  if (parts.length > 1 && (source === '' || target === ''))
    return `"${short(line)}" lacks ${source === '' ? 'a source' : 'a target'}`
  if (!isAbsolute(target ?? '')) return `"${short(target ?? '')}" is no absolute path of the container`
  const type = /^([./~\\]|[A-Za-z]:)/.test(source ?? '') ? 'bind' : 'volume'
  const list = (options ?? '').split(',').filter((option) => option !== '')
  const unknown = list.find((option) => !KNOWN.includes(option))
  if (unknown !== undefined) return `"${short(unknown)}" is no option of a mount`
  return { type, source: source ?? '', target: target ?? '', options: list }
}

/** A drive letter's colon separates nothing; but `d:/data` alone is the volume d. */
function partsOf(line: string): readonly string[] {
  const parts = line.split(':')
  const [letter = '', rest = '', target = ''] = parts
  const drive = /^[A-Za-z]$/.test(letter) && /^[\\/]/.test(rest) && isAbsolute(target)
  return drive ? [`${letter}:${rest}`, ...parts.slice(2)] : parts
}

const KNOWN: readonly string[] = [
  'ro',
  'rw',
  'z',
  'Z',
  'nocopy',
  'cached',
  'delegated',
  'consistent',
  ...PROPAGATION,
]

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || path.startsWith('\\') || /^[A-Za-z]:[\\/]/.test(path)
}

function mountTree({ type, source, target, options }: Mount, { at }: ScalarTree): Tree {
  const of = (names: readonly string[]) => options.find((option) => names.includes(option))
  const propagation = of(PROPAGATION)
  const selinux = of(['z', 'Z'])
  const consistency = of(['cached', 'delegated', 'consistent'])
  const bind = {
    create_host_path: scalar(true, at),
    ...(propagation ? { propagation: scalar(propagation, at) } : {}),
    ...(selinux ? { selinux: scalar(selinux, at) } : {}),
  }
  return map(
    {
      type: scalar(type, at),
      ...(source === '' ? {} : { source: scalar(source, at) }),
      target: scalar(target, at),
      ...(options.includes('ro') ? { read_only: scalar(true, at) } : {}),
      ...(consistency ? { consistency: scalar(consistency, at) } : {}),
      ...(type === 'bind'
        ? { bind: map(bind, at) }
        : { volume: map(options.includes('nocopy') ? { nocopy: scalar(true, at) } : {}, at) }),
    },
    at,
  )
}
