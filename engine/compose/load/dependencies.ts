/** Services that another cannot start without though `depends_on` does not name them (spec 05, links, volumes_from). */
import { child, type Place, type Tree } from './tree.ts'

/** One service that is needed, and the attribute that says so. */
export interface Implied {
  readonly name: string
  readonly key: string
  readonly at: Place
}

/** What links, volumes_from, shared namespaces and build contexts of a service need. */
export function impliedBy(service: Tree): readonly Implied[] {
  const names = (key: string, value: Tree | undefined, read: (text: string) => string | undefined) => {
    if (value?.kind !== 'scalar') return []
    const name = read(String(value.value ?? ''))
    return name === undefined ? [] : [{ name, key, at: value.at }]
  }
  const items = (key: string) => {
    const list = child(service, key)
    return list?.kind === 'list' ? list.items : []
  }
  const contexts = child(child(service, 'build'), 'additional_contexts')
  return [
    ...items('links').flatMap((item) => names('links', item, (text) => text.split(':')[0])),
    ...items('volumes_from').flatMap((item) =>
      names('volumes_from', item, (text) => (text.startsWith('container:') ? undefined : text.split(':')[0])),
    ),
    ...['network_mode', 'ipc', 'pid'].flatMap((key) => names(key, child(service, key), afterService)),
    ...(contexts?.kind === 'map' ? [...contexts.entries.values()] : []).flatMap(({ value }) =>
      names('build.additional_contexts', value, afterService),
    ),
  ]
}

function afterService(text: string): string | undefined {
  return text.startsWith('service:') ? text.slice('service:'.length) : undefined
}
