import { describe, expect, test } from 'vitest'
import { attributesOf, faultsOf } from '../../from-text.ts'

const bind = (source: string, target: string, more: object = {}, options: object = {}) => ({
  type: 'bind',
  source,
  target,
  bind: { create_host_path: true, ...options },
  ...more,
})
const volume = (source: string | undefined, target: string, more: object = {}, options: object = {}) => ({
  type: 'volume',
  ...(source === undefined ? {} : { source }),
  target,
  volume: options,
  ...more,
})

describe('volumes, short', () => {
  test.each([
    ['/data', volume(undefined, '/data')],
    ['data:/data', volume('data', '/data')],
    ['data:/data:ro', volume('data', '/data', { read_only: true })],
    ['data:/data:rw', volume('data', '/data')],
    ['data:/data:nocopy', volume('data', '/data', {}, { nocopy: true })],
    ['data:/data:ro,nocopy', volume('data', '/data', { read_only: true }, { nocopy: true })],
    ['./src:/app', bind('/stack/src', '/app')],
    ['.:/app', bind('/stack', '/app')],
    ['..:/app', bind('/', '/app')],
    ['../lib:/lib:ro', bind('/lib', '/lib', { read_only: true })],
    ['/etc/x:/etc/x', bind('/etc/x', '/etc/x')],
    ['~/x:/x', bind('/home/me/x', '/x')],
    ['~:/x', bind('/home/me', '/x')],
    ['./a:/a:z', bind('/stack/a', '/a', {}, { selinux: 'z' })],
    ['./a:/a:ro,Z', bind('/stack/a', '/a', { read_only: true }, { selinux: 'Z' })],
    ['./a:/a:rshared', bind('/stack/a', '/a', {}, { propagation: 'rshared' })],
    ['./a:/a:cached', bind('/stack/a', '/a', { consistency: 'cached' })],
    ['C:\\x:/x', bind('C:\\x', '/x')],
    ['d:/data', volume('d', '/data')],
    ['"${DIR:-./here}:/x"', bind('/stack/here', '/x')],
  ])('- %s [16.06]', async (line, expected) => {
    expect(await attributesOf(`volumes:\n  - ${line}`, 'volumes: {data: , d: }')).toEqual({
      volumes: [expected],
    })
  })

  test.each([
    ['data', '"data" is no absolute path of the container'],
    ['data:x', '"x" is no absolute path of the container'],
    ['":/x"', '":/x" lacks a source'],
    ['./a:/a:wr', '"wr" is no option of a mount'],
    ['data:/b:/c:ro', '"data:/b:/c:ro" is no mount'],
    ['""', '"" is no mount'],
  ])('- %s is refused', async (line, expected) => {
    expect(await faultsOf(`volumes:\n- ${line}`)).toEqual([
      `5:7: services.web.volumes[0]: ${expected}; write "name:/path", "./folder:/path" or "/path", with :ro to make it read-only`,
    ])
  })
})

describe('volumes, long', () => {
  test.each([
    ['{type: volume, target: /x}', { type: 'volume', target: '/x' }],
    [
      '{type: volume, source: data, target: /x, read_only: true}',
      { type: 'volume', source: 'data', target: '/x', read_only: true },
    ],
    [
      '{type: volume, source: data, target: /x, volume: {nocopy: true, subpath: a}}',
      { type: 'volume', source: 'data', target: '/x', volume: { nocopy: true, subpath: 'a' } },
    ],
    [
      '{type: volume, target: /x, volume: {labels: [a=b]}}',
      { type: 'volume', target: '/x', volume: { labels: { a: 'b' } } },
    ],
    [
      '{type: volume, target: /x, volume: {labels: {a: 1}}}',
      { type: 'volume', target: '/x', volume: { labels: { a: '1' } } },
    ],
    ['{type: bind, source: ./a, target: /a}', { type: 'bind', source: '/stack/a', target: '/a' }],
    ['{type: bind, source: ~/a, target: /a}', { type: 'bind', source: '/home/me/a', target: '/a' }],
    [
      '{type: bind, source: /a, target: /a, bind: {create_host_path: false, propagation: rslave, selinux: z}}',
      {
        type: 'bind',
        source: '/a',
        target: '/a',
        bind: { create_host_path: false, propagation: 'rslave', selinux: 'z' },
      },
    ],
    [
      '{type: bind, source: /a, target: /a, bind: {recursive: readonly}}',
      { type: 'bind', source: '/a', target: '/a', bind: { recursive: 'readonly' } },
    ],
    [
      '{type: tmpfs, target: /t, tmpfs: {size: 64m, mode: 01777}}',
      { type: 'tmpfs', target: '/t', tmpfs: { size: '67108864', mode: 0o1777 } },
    ],
    [
      '{type: tmpfs, target: /t, tmpfs: {size: 1000}}',
      { type: 'tmpfs', target: '/t', tmpfs: { size: '1000' } },
    ],
    [
      '{type: image, source: busybox, target: /b, image: {subpath: bin}}',
      { type: 'image', source: 'busybox', target: '/b', image: { subpath: 'bin' } },
    ],
    [
      '{type: npipe, source: \\\\.\\pipe\\docker_engine, target: \\\\.\\pipe\\docker_engine}',
      { type: 'npipe', source: '\\\\.\\pipe\\docker_engine', target: '\\\\.\\pipe\\docker_engine' },
    ],
    [
      '{type: bind, source: /a, target: /a, read_only: "${RO:-true}"}',
      { type: 'bind', source: '/a', target: '/a', read_only: true },
    ],
  ])('- %s [16.06]', async (line, expected) => {
    expect(await attributesOf(`volumes:\n  - ${line}`, 'volumes: {data: }')).toEqual({ volumes: [expected] })
  })

  test.each([
    [
      '{target: /a}',
      '5:7: services.web.volumes[0]: type is missing; add "type:" with one of bind, volume, tmpfs, image, cluster, npipe',
    ],
    [
      '{type: bnid, source: /a, target: /a}',
      '5:14: services.web.volumes[0].type: must be one of bind, volume, tmpfs, image, cluster, npipe, not "bnid"; did you mean "bind"?',
    ],
    [
      '{type: bind, target: /a}',
      '5:7: services.web.volumes[0]: source is missing: a bind mount needs what it mounts; write source: ./folder',
    ],
    [
      '{type: image, target: /a}',
      '5:7: services.web.volumes[0]: source is missing: an image mount needs what it mounts; write source: name:tag',
    ],
    [
      '{type: volume}',
      '5:7: services.web.volumes[0]: target is missing; add "target:" with a path of the container',
    ],
    [
      '{type: tmpfs, source: /a, target: /a}',
      '5:7: services.web.volumes[0]: a tmpfs mount has no source; take source away',
    ],
    [
      '{type: volume, source: dta, target: /a}',
      '5:7: services.web.volumes: there is no volume "dta"; did you mean "data"?',
    ],
    [
      '5',
      '5:7: services.web.volumes[0]: must be a mount like "./src:/app", or a map with type and target, not the number 5',
    ],
  ])('- %s is refused', async (line, expected) => {
    expect(await faultsOf(`volumes:\n- ${line}`, 'volumes: {data: }')).toEqual([expected])
  })

  test('two mounts at one place are refused', async () => {
    expect(await faultsOf('volumes: ["./a:/x", "./b:/x"]')).toEqual([
      '4:25: services.web.volumes: two mounts stand at /x (the first at line 4); give one of them another target',
    ])
  })
})
