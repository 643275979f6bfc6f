import { describe, expect, test } from 'vitest'
import { loadProject } from '../load/load.ts'
import { buildRequest } from './build.ts'

const ENVIRONMENT = { SHELLS: 'own', SSH_AUTH_SOCK: '/agent', TOKEN: 'hush' }

/** The request for the service `web` with this `build:`. */
async function request(build: string, more = '') {
  const text = `services: {web: {build: ${build}${more === '' ? '' : `, ${more}`}}, base: {image: the-base}}
secrets: {file: {file: ./key}, variable: {environment: TOKEN}}
`
  const { project } = await loadProject({
    ...{ cwd: '/stack', home: '/home/me', name: 'p', environment: ENVIRONMENT },
    read: async (file) => (file === '/stack/compose.yaml' ? text : undefined),
  })
  const web = project.services.web
  if (!web?.build) throw new Error('no build')
  const read = async (file: string) => Buffer.from(`content of ${file}`)
  return buildRequest(web, web.build, 'p-web', { project, environment: ENVIRONMENT, read })
}

describe('every key of build, as the engine is asked for it', () => {
  test.each<readonly [string, object]>([
    [
      './dir [17.01]',
      { context: { kind: 'folder', path: '/stack/dir' }, dockerfile: { path: 'Dockerfile' } },
    ],
    ['~/dir [17.02]', { context: { kind: 'folder', path: '/home/me/dir' } }],
    [
      '"https://host/repo.git#main:sub" [17.03]',
      { context: { kind: 'git', address: 'https://host/repo.git#main:sub' } },
    ],
    ['"git@host:repo.git" [17.03]', { context: { kind: 'git', address: 'git@host:repo.git' } }],
    ['{context: ./dir, dockerfile: sub/D} [17.04]', { dockerfile: { path: 'sub/D' } }],
    [
      '{context: ./dir, dockerfile: ../D} [17.04]',
      { dockerfile: { path: 'D', from: { kind: 'folder', path: '/stack' } } },
    ],
    ['{context: ., dockerfile_inline: FROM x} [17.05]', { dockerfile: { text: 'FROM x' } }],
    ['{context: ., args: {A: 1, SHELLS: null, GONE: null}} [17.06]', { args: { A: '1', SHELLS: 'own' } }],
    ['{context: ., args: ["A=1", "SHELLS"]} [17.06]', { args: { A: '1', SHELLS: 'own' } }],
    [
      '{context: ., ssh: [default, "id=/sock"]} [17.07]',
      {
        ssh: [
          { id: 'default', socket: '/agent' },
          { id: 'id', socket: '/sock' },
        ],
      },
    ],
    [
      '{context: ., cache_from: [app, "type=local,src=/c"]} [17.08]',
      {
        cacheFrom: [
          { type: 'registry', fields: { ref: 'app' } },
          { type: 'local', fields: { src: '/c' } },
        ],
      },
    ],
    ['{context: ., cache_to: ["type=inline"]} [17.09]', { cacheTo: [{ type: 'inline', fields: {} }] }],
    [
      '{context: ., additional_contexts: {a: ./a, b: "docker-image://x", c: "https://h/r.git", d: "service:base"}} [17.10]',
      {
        namedContexts: {
          a: { kind: 'folder', path: '/stack/a' },
          b: { kind: 'image', reference: 'x' },
          c: { kind: 'git', address: 'https://h/r.git' },
          d: { kind: 'image', reference: 'the-base' },
        },
      },
    ],
    ['{context: ., extra_hosts: ["a=1.2.3.4"]} [17.11]', { extraHosts: ['a:1.2.3.4'] }],
    ['{context: ., isolation: default} [17.12]', { title: 'p-web' }],
    ['{context: ., privileged: true} [17.13]', { allow: ['security.insecure'] }],
    ['{context: ., labels: {a: b}} [17.14]', { labels: { a: 'b' } }],
    ['{context: ., pull: true} [17.15]', { pull: true }],
    ['{context: ., network: none} [17.16]', { network: 'none' }],
    ['{context: ., shm_size: 1m} [17.17]', { shmBytes: 1_048_576 }],
    ['{context: ., target: t} [17.18]', { target: 't' }],
    [
      '{context: ., secrets: [file, {source: variable, target: named}]} [17.19]',
      {
        secrets: [
          { id: 'file', base64: Buffer.from('content of /stack/key').toString('base64') },
          { id: 'named', base64: Buffer.from('hush').toString('base64') },
        ],
      },
    ],
    [
      '{context: ., tags: ["r/a:1"]} [17.20]',
      { outputs: [{ kind: 'image', names: ['p-web', 'r/a:1'], push: false }] },
    ],
    [
      '{context: ., ulimits: {nofile: {soft: 1, hard: 2}, nproc: 3}} [17.21]',
      {
        ulimits: [
          { name: 'nofile', soft: 1, hard: 2 },
          { name: 'nproc', soft: 3, hard: 3 },
        ],
      },
    ],
    ['{context: ., platforms: [linux/arm64]} [17.22]', { platform: 'linux/arm64' }],
    ['{context: ., no_cache: true, no_cache_filter: [a]}', { noCache: true, noCacheFilter: ['a'] }],
    ['{context: ., entitlements: [network.host]}', { allow: ['network.host'] }],
  ])('%s', async (line, wanted) => {
    expect(await request(line.replace(/ \[17\.\d\d\]$/, ''))).toMatchObject(wanted)
  })

  test('the platform of the service where the build names none [17.23]', async () => {
    expect(await request('.', 'platform: linux/arm64')).toMatchObject({ platform: 'linux/arm64' })
  })

  test('a secret or an agent that is not there is told', async () => {
    await expect(
      request('{context: ., secrets: [none]}').catch((error: Error) => Promise.reject(error)),
    ).rejects.toThrow('none')
  })
})
