import { describe, expect, test } from 'vitest'
import { stepsOf, web } from '../from-text.ts'

const check = 'healthcheck: {test: "true"}'

describe('steps', () => {
  test.each<readonly [string, string, readonly string[]]>([
    [
      'one service',
      web('tty: true, network_mode: none'),
      ['[] 1 create container p-web-1', '[1] 2 start p-web-1'],
    ],
    [
      'its default network',
      web('tty: true'),
      ['[] 1 create network p_default', '[1] 2 create container p-web-1', '[2] 3 start p-web-1'],
    ],
    ['no copies', web('scale: 0, network_mode: none'), []],
    [
      'two copies at once',
      web('scale: 2, network_mode: none'),
      [
        '[] 1 create container p-web-1',
        '[1] 2 start p-web-1',
        '[] 3 create container p-web-2',
        '[3] 4 start p-web-2',
      ],
    ],
    [
      'an image that two name is pulled once',
      'services: {a: {image: o, network_mode: none}, b: {image: o, network_mode: none}}',
      [
        '[] 1 pull o',
        '[1] 2 create container p-a-1',
        '[2] 3 start p-a-1',
        '[1] 4 create container p-b-1',
        '[4] 5 start p-b-1',
      ],
    ],
    [
      'a dependency that has started',
      'services: {a: {image: i, network_mode: none, depends_on: [b]}, b: {image: i, network_mode: none}}',
      [
        '[] 1 create container p-b-1',
        '[1] 2 start p-b-1',
        '[2] 3 create container p-a-1',
        '[3] 4 start p-a-1',
      ],
    ],
    [
      'one wait for two who depend',
      'services: {a: {image: i, network_mode: none, depends_on: {c: {condition: service_healthy}}}, b: {image: i, network_mode: none, depends_on: {c: {condition: service_healthy}}}, c: {image: i, network_mode: none}}',
      [
        ...['[] 1 create container p-c-1', '[1] 2 start p-c-1', '[2] 3 wait until p-c-1 is healthy'],
        ...[
          '[3] 4 create container p-a-1',
          '[4] 5 start p-a-1',
          '[3] 6 create container p-b-1',
          '[6] 7 start p-b-1',
        ],
      ],
    ],
    [
      'an end that is waited for',
      'services: {a: {image: i, network_mode: none, depends_on: {b: {condition: service_completed_successfully}}}, b: {image: i, network_mode: none}}',
      [
        ...['[] 1 create container p-b-1', '[1] 2 start p-b-1', '[2] 3 wait until p-b-1 has completed'],
        ...['[3] 4 create container p-a-1', '[4] 5 start p-a-1'],
      ],
    ],
    [
      'hooks after a start',
      web('network_mode: none, post_start: [{command: [a, b]}, {command: c}]'),
      [
        ...['[] 1 create container p-web-1', '[1] 2 start p-web-1'],
        ...['[2] 3 run post_start of p-web-1: a b', '[3] 4 run post_start of p-web-1: c'],
      ],
    ],
    [
      'a build, and what is built from it',
      'services: {a: {build: {context: ., additional_contexts: {base: "service:b"}}, network_mode: none}, b: {build: ., network_mode: none}}',
      [
        ...['[] 1 build p-b', '[1] 2 create container p-b-1', '[2] 3 start p-b-1', '[1] 4 build p-a'],
        ...['[3,4] 5 create container p-a-1', '[5] 6 start p-a-1'],
      ],
    ],
    [
      'a namespace of another',
      'services: {a: {image: i, network_mode: "service:b"}, b: {image: i, network_mode: none}}',
      [
        '[] 1 create container p-b-1',
        '[1] 2 start p-b-1',
        '[2] 3 create container p-a-1',
        '[3] 4 start p-a-1',
      ],
    ],
  ])('of %s', async (_, text, steps) => {
    expect(await stepsOf('', text)).toEqual(steps)
  })

  test.each<readonly [string, string, readonly string[]]>([
    [
      'with a check: the old one goes when the new one is well',
      `network_mode: none, ${check}`,
      [
        ...['[] 1 rename p-web-1 to old_p-web-1', '[1] 2 create container p-web-1', '[2] 3 stop old_p-web-1'],
        ...[
          '[3] 4 start p-web-1',
          '[4] 5 wait until p-web-1 is healthy',
          '[5] 6 remove container old_p-web-1',
        ],
      ],
    ],
    [
      'start-first: it stops when the new one is well',
      `network_mode: none, ${check}, deploy: {update_config: {order: start-first}}`,
      [
        ...['[] 1 rename p-web-1 to old_p-web-1', '[1] 2 create container p-web-1', '[2] 3 start p-web-1'],
        ...[
          '[3] 4 wait until p-web-1 is healthy',
          '[4] 5 stop old_p-web-1',
          '[5] 6 remove container old_p-web-1',
        ],
      ],
    ],
    [
      'start-first with a port of the host: two cannot hold it',
      'network_mode: none, ports: ["80:80"], deploy: {update_config: {order: start-first}}',
      [
        ...['[] 1 rename p-web-1 to old_p-web-1', '[1] 2 create container p-web-1', '[2] 3 stop old_p-web-1'],
        ...['[3] 4 start p-web-1', '[4] 5 remove container old_p-web-1'],
      ],
    ],
    [
      'a monitor instead of a check',
      'network_mode: none, deploy: {update_config: {monitor: 5s}}',
      [
        ...['[] 1 rename p-web-1 to old_p-web-1', '[1] 2 create container p-web-1', '[2] 3 stop old_p-web-1'],
        ...['[3] 4 start p-web-1', '[4] 5 watch p-web-1 for 5 s', '[5] 6 remove container old_p-web-1'],
      ],
    ],
    [
      'hooks around it',
      'network_mode: none, pre_stop: [{command: a}], post_start: [{command: b}]',
      [
        ...['[] 1 rename p-web-1 to old_p-web-1', '[1] 2 create container p-web-1'],
        ...['[2] 3 run pre_stop of old_p-web-1: a', '[3] 4 stop old_p-web-1', '[4] 5 start p-web-1'],
        ...['[5] 6 run post_start of p-web-1: b', '[6] 7 remove container old_p-web-1'],
      ],
    ],
    [
      'two, one after the other, with a delay',
      'network_mode: none, scale: 2, deploy: {update_config: {delay: 3s}}',
      [
        ...['[] 1 rename p-web-1 to old_p-web-1', '[1] 2 create container p-web-1', '[2] 3 stop old_p-web-1'],
        ...[
          '[3] 4 start p-web-1',
          '[4] 5 wait 3 s before the next of web',
          '[5] 6 rename p-web-2 to old_p-web-2',
        ],
        ...['[6] 7 create container p-web-2', '[7] 8 stop old_p-web-2', '[8] 9 start p-web-2'],
        ...['[4,9] 10 remove container old_p-web-1', '[4,9] 11 remove container old_p-web-2'],
      ],
    ],
  ])('of a recreation: %s', async (_, attributes, steps) => {
    expect(await stepsOf(web(`user: a, ${attributes}`), web(`user: b, ${attributes}`))).toEqual(steps)
  })

  test.each<readonly [string, Parameters<typeof stepsOf>[2], readonly string[]]>([
    ['--no-start', { start: false }, ['[] 1 create container p-db-1', '[1] 2 create container p-web-1']],
    [
      '--no-deps web',
      { services: ['web'], noDeps: true },
      ['[] 1 create container p-web-1', '[1] 2 start p-web-1'],
    ],
    ['db', { services: ['db'] }, ['[] 1 create container p-db-1', '[1] 2 start p-db-1']],
    [
      '--pull always',
      { services: ['db'], pull: 'always' },
      ['[] 1 pull i', '[1] 2 create container p-db-1', '[2] 3 start p-db-1'],
    ],
    [
      '--wait',
      { wait: true },
      [
        ...[
          '[] 1 create container p-db-1',
          '[1] 2 start p-db-1',
          '[2] 3 create container p-web-1',
          '[3] 4 start p-web-1',
        ],
        '[4] 5 wait until p-web-1 is healthy',
      ],
    ],
    ['--scale db=0 db', { services: ['db'], scale: { db: 0 } }, []],
  ])('of up %s', async (_, options, steps) => {
    const text = `services: {web: {image: i, network_mode: none, depends_on: [db], ${check}}, db: {image: i, network_mode: none}}`
    expect(await stepsOf('', text, options)).toEqual(steps)
  })

  test.each<readonly [string, Parameters<typeof stepsOf>[2], readonly string[]]>([
    ['nothing', {}, []],
    ['--no-recreate', { recreate: 'never' }, []],
    [
      '--force-recreate web',
      { recreate: 'always', services: ['web'] },
      [
        ...['[] 1 rename p-web-1 to old_p-web-1', '[1] 2 create container p-web-1', '[2] 3 stop old_p-web-1'],
        ...['[3] 4 start p-web-1', '[4] 5 remove container old_p-web-1'],
      ],
    ],
    [
      '-t 3 --force-recreate web',
      { recreate: 'always', services: ['web'], graceSeconds: 3, rollback: false },
      [
        ...['[] 1 rename p-web-1 to old_p-web-1', '[1] 2 create container p-web-1', '[2] 3 stop old_p-web-1'],
        ...['[3] 4 start p-web-1', '[4] 5 remove container old_p-web-1'],
      ],
    ],
  ])('of what is there and the same: %s', async (_, options, steps) => {
    const text =
      'services: {web: {image: i, network_mode: none, depends_on: [db]}, db: {image: i, network_mode: none}}'
    expect(await stepsOf(text, text, options)).toEqual(steps)
  })
})
