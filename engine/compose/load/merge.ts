/**
 * One tree over another (spec 13, Merge). Both are in their long form. Maps are joined key by key and lists appended;
 * what goes otherwise is in the table below.
 */
import { child, type Entry, type ListTree, type MapTree, type Tree } from './tree.ts'

/** How two values at one place become one. `unique` keeps the later of two items with one key. */
type Rule =
  | { readonly kind: 'replace' }
  | { readonly kind: 'unique'; readonly key: (item: Tree) => string }
  | { readonly kind: 'logging' }

const REPLACE: Rule = { kind: 'replace' }
const byText: Rule = {
  kind: 'unique',
  key: (item) => (item.kind === 'scalar' ? String(item.value) : JSON.stringify(item)),
}
const byFields = (...fields: readonly string[]): Rule => ({
  kind: 'unique',
  key: (item) => fields.map((field) => text(child(item, field))).join('\u0000'),
})
/** Grants without a target are known by their source. */
const byTargetOrSource: Rule = {
  kind: 'unique',
  key: (item) => text(child(item, 'target') ?? child(item, 'source')),
}

/** Attribute path (`*` is any key) -> rule. */
const RULES: readonly (readonly [string, Rule])[] = [
  ...[
    'command',
    'entrypoint',
    'healthcheck.test',
    'ulimits.*',
    'gpus',
    'post_start',
    'pre_start',
    'pre_stop',
  ].map((name) => [`services.*.${name}`, REPLACE] as const),
  ['services.*.logging', { kind: 'logging' }],
  ['services.*.ports', byFields('host_ip', 'target', 'published', 'protocol')],
  ['services.*.volumes', byFields('target')],
  ['services.*.devices', byFields('target')],
  ['services.*.secrets', byTargetOrSource],
  ['services.*.configs', byTargetOrSource],
  ['services.*.build.secrets', byTargetOrSource],
  ['services.*.env_file', byFields('path')],
  ['networks.*.ipam.config', byFields('subnet')],
  ...[
    ...[
      'cap_add',
      'cap_drop',
      'dns',
      'dns_opt',
      'dns_search',
      'expose',
      'external_links',
      'group_add',
      'label_file',
    ],
    ...['links', 'profiles', 'security_opt', 'tmpfs', 'volumes_from', 'device_cgroup_rules'],
    ...['build.tags', 'build.platforms', 'build.cache_from', 'build.cache_to', 'build.no_cache_filter'],
    ...['networks.*.aliases', 'networks.*.link_local_ips', 'extra_hosts.*', 'build.extra_hosts.*'],
    ...['deploy.placement.constraints'],
  ].map((name) => [`services.*.${name}`, byText] as const),
]

/** `over` on top of `base`. */
export function merge(base: Tree, over: Tree, path: readonly string[] = []): Tree {
  if (over.tag === 'override' || over.tag === 'reset' || base.tag === 'reset') return over
  const rule = ruleFor(path)
  if (rule?.kind === 'replace') return over
  if (base.kind === 'map' && over.kind === 'map') {
    if (rule?.kind === 'logging' && differ(base, over, 'driver'))
      return mergeMaps(without(base, 'options'), over, path)
    return mergeMaps(base, over, path)
  }
  if (base.kind === 'list' && over.kind === 'list') return mergeLists(base, over, rule)
  // `key:` alone in an override changes nothing about what stands below it.
  if (over.kind === 'scalar' && over.value === null && base.kind !== 'scalar') return base
  return over
}

/** The tree without what `!reset` takes away and without its tags: after all merging. */
export function settle(tree: Tree): Tree {
  switch (tree.kind) {
    case 'scalar':
      return tree
    case 'list':
      return { kind: 'list', at: tree.at, items: tree.items.filter(({ tag }) => tag !== 'reset').map(settle) }
    case 'map': {
      const entries = new Map<string, Entry>()
      for (const [key, entry] of tree.entries) {
        if (entry.value.tag !== 'reset') entries.set(key, { at: entry.at, value: settle(entry.value) })
      }
      return { kind: 'map', at: tree.at, entries }
    }
  }
}

function mergeMaps(base: MapTree, over: MapTree, path: readonly string[]): MapTree {
  const entries = new Map(base.entries)
  for (const [key, entry] of over.entries) {
    const below = entries.get(key)
    entries.set(key, below ? { at: entry.at, value: merge(below.value, entry.value, [...path, key]) } : entry)
  }
  return { ...over, entries }
}

function mergeLists(base: ListTree, over: ListTree, rule: Rule | undefined): ListTree {
  if (rule?.kind !== 'unique') return { ...over, items: [...base.items, ...over.items] }
  const kept = new Map<string, Tree>()
  for (const item of [...base.items, ...over.items]) {
    const key = rule.key(item)
    const before = kept.get(key)
    kept.set(key, before?.kind === 'map' && item.kind === 'map' ? mergeMaps(before, item, ['*']) : item)
  }
  return { ...over, items: [...kept.values()] }
}

function ruleFor(path: readonly string[]): Rule | undefined {
  return RULES.find(([pattern]) => {
    const parts = pattern.split('.')
    return parts.length === path.length && parts.every((part, index) => part === '*' || part === path[index])
  })?.[1]
}

function differ(a: MapTree, b: MapTree, key: string): boolean {
  const over = child(b, key)
  return over !== undefined && text(child(a, key)) !== text(over)
}

function without(tree: MapTree, key: string): MapTree {
  const entries = new Map(tree.entries)
  entries.delete(key)
  return { ...tree, entries }
}

function text(tree: Tree | undefined): string {
  return tree?.kind === 'scalar' ? String(tree.value ?? '') : ''
}
