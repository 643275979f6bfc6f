import { describe, expect, test } from 'vitest'
import { attributesOf, faults, load } from '../from-text.ts'

describe('YAML', () => {
  test.each<readonly [string, string, object]>([
    ['an alias', 'x-l: &l {a: b}\nservices: {web: {image: app, labels: *l}}', { labels: { a: 'b' } }],
    [
      'a merge key',
      'x-s: &s {tty: true, init: true}\nservices: {web: {<<: *s, image: app, init: false}}',
      { tty: true, init: false },
    ],
    [
      'several merge keys, the first winning',
      'x-a: &a {user: a}\nx-b: &b {user: b, tty: true}\nservices: {web: {<<: [*a, *b], image: app}}',
      { user: 'a', tty: true },
    ],
    [
      'a merge key below a key',
      'x-e: &e {A: 1}\nservices: {web: {image: app, environment: {<<: *e, B: 2}}}',
      { environment: { A: '1', B: '2' } },
    ],
    ['JSON', '{"services": {"web": {"image": "app", "tty": true}}}', { tty: true }],
    [
      'block text',
      'services:\n  web:\n    image: app\n    labels:\n      a: |\n        one\n        two\n',
      { labels: { a: 'one\ntwo\n' } },
    ],
    [
      'folded text',
      'services:\n  web:\n    image: app\n    labels:\n      a: >-\n        one\n        two\n',
      { labels: { a: 'one two' } },
    ],
    ['a byte order mark', '\uFEFFservices: {web: {image: app}}', {}],
    ['lines of Windows', 'services:\r\n  web:\r\n    image: app\r\n    tty: true\r\n', { tty: true }],
    [
      'two documents',
      'services: {web: {image: a}}\n---\nservices: {web: {image: app, tty: true}}\n',
      { tty: true },
    ],
    ['comments', '# top\nservices: # all\n  web: {image: app} # one\n', {}],
    [
      'yes as text',
      'services: {web: {image: app, labels: {a: yes, b: on, c: 0x10, d: 1e3, e: 12:30}}}',
      { labels: { a: 'yes', b: 'on', c: '0x10', d: '1e3', e: '12:30' } },
    ],
  ])('%s [15.04]', async (_, text, expected) => {
    const { project } = await load({ '/stack/compose.yaml': text })
    expect(project.services.web).toEqual({
      name: 'web',
      image: 'app',
      networks: { default: null },
      ...expected,
    })
  })

  const bomb = `x-a: &a [${Array(10).fill('x').join(',')}]\n${['b', 'c', 'd', 'e', 'f', 'g']
    .map((key, index) => `x-${key}: &${key} [${Array(10).fill(`*${'abcdef'[index]}`).join(',')}]`)
    .join('\n')}\nservices: {web: {image: app}}\n`
  test.each([
    ['services:\n\tweb: x', '2:1: Tabs are not allowed as indentation; indent with spaces'],
    [
      'services: {web: {image: app}',
      '1:29: Flow map in block collection must be sufficiently indented and end with a }; close the bracket',
    ],
    ['services:\n  web:\n    image: "app', '3:16: Missing closing "; close it, or put the text in quotes'],
    ['services: {web: {image: app, image: b}}', '1:30: Map keys must be unique; take one of them away'],
    [
      'services: {web: {image: *none}}',
      '1:25: the alias *none names an anchor that is not there; put &none before what it stands for',
    ],
    [
      'services: {web: {image: app, <<: 5}}',
      '1:30: a merge key (<<) takes a map or a list of maps; write <<: *name',
    ],
    [
      'services: {web: {image: app, [a]: b}}',
      '1:30: a key must be a plain word, not a list or a map; put it in quotes',
    ],
    ['- services', '1:1: must be a compose file: a map with services, not a list'],
    ['services', '1:1: must be a compose file: a map with services, not "services"'],
    [
      'services: [web]',
      '1:11: services: must be a map, not a list; write a name and a colon in place of each dash',
    ],
    ['services: {web: app}', '1:17: services.web: must be a map of attributes, not "app"'],
    [bomb, '6:10: with its aliases written out this file has more than 200000 values; write less by aliases'],
  ])('%j is refused', async (text, expected) => {
    const [first = ''] = await faults({ '/stack/compose.yaml': text })
    expect(first).toBe(`/stack/compose.yaml:${expected}`)
  })
})

describe('variables in every place', () => {
  test.each<readonly [string, object]>([
    ['tty: ${V:-true}', { tty: true }],
    ['tty: "${V:-no}"', { tty: false }],
    ['privileged: ${V-on}', { privileged: true }],
    ['init: ${V:-0}', { init: false }],
    ['oom_score_adj: ${V:--5}', { oom_score_adj: -5 }],
    ['cpus: "${V:-.5}"', { cpus: 0.5 }],
    ['user: ${V:-1000}:${W:-1000}', { user: '1000:1000' }],
    ['stop_grace_period: ${V:-1}m', { stop_grace_period: '1m' }],
    ['restart: ${V:-on-failure}:3', { restart: 'on-failure:3' }],
    ['hostname: ${SHELL_VAR}', { hostname: 'from-shell' }],
    ['hostname: $SHELL_VAR', { hostname: 'from-shell' }],
    ['hostname: ${SHELL_VAR:+other}', { hostname: 'other' }],
    ['hostname: ${V:-${SHELL_VAR}}', { hostname: 'from-shell' }],
    ['hostname: ${V:-${W:-deep}}', { hostname: 'deep' }],
    ['hostname: $${V}', { hostname: '${V}' }],
    ['hostname: ${SHELL_VAR:?must be}', { hostname: 'from-shell' }],
    ['labels: {"${V:-a}": b}', { labels: { '${V:-a}': 'b' } }],
    ['working_dir: "/${COMPOSE_PROJECT_NAME}"', { working_dir: '/stack' }],
    ['x-a: ${V:-text}', { 'x-a': 'text' }],
  ])('%s [15.10]', async (text, expected) => {
    expect(await attributesOf(text)).toEqual(expected)
  })

  test.each([
    ['tty: ${V:-maybe}', '4:10: services.web.tty: must be true or false, not "maybe"'],
    ['tty: "true"', '4:10: services.web.tty: must be true or false, not "true"; write true'],
    [
      'hostname: ${V',
      '4:15: services.web.hostname: "${V" has no closing brace; write ${V}, ${V:-default}, ${V:?message} or ${V:+other}',
    ],
    [
      'hostname: "${}"',
      '4:15: services.web.hostname: "${}" is no variable; write $$ for a plain dollar sign',
    ],
    ['hostname: "$5"', '4:15: services.web.hostname: "$5" is no variable; write $$ for a plain dollar sign'],
    [
      'hostname: "${V!x}"',
      '4:15: services.web.hostname: "!x}" cannot follow ${V; write ${V}, ${V:-default}, ${V:?message} or ${V:+other}',
    ],
    [
      'hostname: "${V:?}"',
      '4:15: services.web.hostname: the variable V must be set and not be empty; set V in the environment or in .env',
    ],
    [
      'hostname: "${V?why}"',
      '4:15: services.web.hostname: the variable V must be set: why; set V in the environment or in .env',
    ],
  ])('%s is refused [15.10]', async (text, expected) => {
    const found = await faults({ '/stack/compose.yaml': `services:\n  web:\n    image: app\n    ${text}\n` })
    expect(found).toEqual([`/stack/compose.yaml:${expected}`])
  })

  test('a variable that is not set is told once', async () => {
    const { warnings } = await load({
      '/stack/compose.yaml': 'services: {web: {image: "a$V", hostname: "b$V"}}',
    })
    expect(warnings.map(({ message }) => message)).toEqual([
      'the variable V is not set, and is taken as empty',
    ])
  })
})
