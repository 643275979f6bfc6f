/** `build` of a service (spec: Compose Build). */
import { boolean, byKind, changed, listOf, mapOf, object, type Shape, text, word } from '../shape.ts'
import { map } from '../tree.ts'
import { extraHosts, grants, ulimits } from './service-parts.ts'
import { anyText, bytes, listOrMap, namedTexts, oneOrMore } from './values.ts'

const pairs = listOrMap('a map or a list of NAME=VALUE')

const long = object({
  context: {
    shape: text,
    about: 'The folder or git address that is built; the folder of the compose file when absent.',
  },
  dockerfile: { shape: text, about: 'Its Dockerfile, relative to the context.' },
  dockerfile_inline: { shape: text, about: 'The Dockerfile itself, written here.' },
  entitlements: {
    shape: listOf(text),
    about: 'What the build may do beyond the usual: network.host, security.insecure.',
  },
  args: { shape: pairs, about: 'Values of ARG.' },
  ssh: {
    shape: listOrMap('a map, or a list like default or id=path'),
    about: 'Agents and keys for RUN --mount=type=ssh.',
  },
  labels: { shape: namedTexts, about: 'Labels of the image.' },
  cache_from: { shape: oneOrMore(), about: 'Where cached steps may come from.' },
  cache_to: { shape: oneOrMore(), about: 'Where cached steps go.' },
  no_cache: { shape: boolean, about: 'Every step is run anew.' },
  no_cache_filter: { shape: oneOrMore(), about: 'Stages whose steps are run anew.' },
  additional_contexts: {
    shape: listOrMap('a map or a list of name=place'),
    about: 'More named contexts: folders, images, addresses, service:name.',
  },
  network: { shape: text, about: 'The network of RUN: host, none, or one by name.' },
  provenance: { shape: anyText, about: 'Whether the image says how it was built.' },
  sbom: { shape: anyText, about: 'Whether the image says what is in it.' },
  pull: { shape: boolean, about: 'Bases are looked up anew.' },
  target: { shape: text, about: 'The stage that is built.' },
  shm_size: { shape: bytes, about: 'Size of /dev/shm in RUN.' },
  extra_hosts: { shape: extraHosts, about: 'More names in /etc/hosts of RUN.' },
  isolation: { shape: text, about: 'Of Windows containers.' },
  privileged: { shape: boolean, about: 'RUN may do everything.' },
  secrets: { shape: grants, about: 'Secrets that RUN --mount=type=secret may read.' },
  tags: { shape: listOf(text, { unique: true }), about: 'More names of the image.' },
  ulimits: { shape: ulimits, about: 'Limits of the processes of RUN.' },
  platforms: { shape: listOf(text, { unique: true }), about: 'What the image is built for.' },
})

/** A context alone, or everything about the build. */
export const build: Shape = byKind(
  { scalar: changed(text, (tree) => map({ context: tree }, tree.at)), map: long },
  'a folder, a git address, or a map with context',
)

/** `pull_policy` of a service. */
export const pullPolicy: Shape = byKind(
  {
    scalar: {
      expected: 'always, never, missing, build, daily, weekly or every_12h',
      words: ['always', 'never', 'missing', 'if_not_present', 'build', 'daily', 'weekly'],
      check(tree, spot) {
        const value = tree.kind === 'scalar' ? tree.value : undefined
        if (typeof value === 'string' && /^every_([0-9]+[wdhms])+$/.test(value)) return tree
        return word(
          'always',
          'never',
          'missing',
          'if_not_present',
          'build',
          'refresh',
          'daily',
          'weekly',
        ).check(tree, spot)
      },
    },
  },
  'a pull policy',
)

/** Free maps of names to text: driver_opts and their like. */
export const options: Shape = mapOf(anyText)
