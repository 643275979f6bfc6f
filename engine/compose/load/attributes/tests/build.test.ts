import { describe, expect, test } from 'vitest'
import { attributesOf, faultsOf } from '../../from-text.ts'

const whole = { context: '/stack', dockerfile: 'Dockerfile' }

describe('build', () => {
  test.each([
    ['. [17.01]', '.', whole],
    ['./dir [17.01]', './dir', { ...whole, context: '/stack/dir' }],
    ['~/dir [17.02]', '~/dir', { ...whole, context: '/home/me/dir' }],
    ['/abs [17.01]', '/abs', { ...whole, context: '/abs' }],
    [
      'https git [17.03]',
      'https://github.com/a/b.git#main:sub',
      { ...whole, context: 'https://github.com/a/b.git#main:sub' },
    ],
    ['git@ [17.03]', 'git@github.com:a/b.git', { ...whole, context: 'git@github.com:a/b.git' }],
    ['github.com [17.03]', 'github.com/a/b', { ...whole, context: 'github.com/a/b' }],
    ['context [17.04]', '{context: ./c}', { ...whole, context: '/stack/c' }],
    ['no context [17.04]', '{dockerfile: D}', { ...whole, dockerfile: 'D' }],
    [
      'dockerfile above [17.04]',
      '{context: c, dockerfile: ../x.Dockerfile}',
      { context: '/stack/c', dockerfile: '../x.Dockerfile' },
    ],
    [
      'inline [17.05]',
      '{context: ., dockerfile_inline: "FROM scratch"}',
      { context: '/stack', dockerfile_inline: 'FROM scratch' },
    ],
    [
      'args map [17.06]',
      '{args: {A: 1, B: , SHELL_VAR: }}',
      { ...whole, args: { A: '1', SHELL_VAR: 'from-shell' } },
    ],
    [
      'args list [17.06]',
      '{args: [A=1, B, SHELL_VAR]}',
      { ...whole, args: { A: '1', SHELL_VAR: 'from-shell' } },
    ],
    ['ssh [17.07]', '{ssh: [default]}', { ...whole, ssh: { default: null } }],
    ['ssh list [17.07]', '{ssh: [id=./k.pem]}', { ...whole, ssh: { id: '/stack/k.pem' } }],
    ['ssh map [17.07]', '{ssh: {id: ~/k.pem}}', { ...whole, ssh: { id: '/home/me/k.pem' } }],
    [
      'cache_from [17.08]',
      '{cache_from: [alpine, "type=local,src=c"]}',
      { ...whole, cache_from: ['alpine', 'type=local,src=c'] },
    ],
    ['cache_to [17.09]', '{cache_to: ["user/app:cache"]}', { ...whole, cache_to: ['user/app:cache'] }],
    [
      'contexts list [17.10]',
      '{additional_contexts: [r=./r, i=docker-image://a, u=https://x/y.git]}',
      { ...whole, additional_contexts: { r: '/stack/r', i: 'docker-image://a', u: 'https://x/y.git' } },
    ],
    [
      'contexts map [17.10]',
      '{additional_contexts: {r: /r}}',
      { ...whole, additional_contexts: { r: '/r' } },
    ],
    ['extra_hosts [17.11]', '{extra_hosts: ["a=1.2.3.4"]}', { ...whole, extra_hosts: { a: ['1.2.3.4'] } }],
    ['isolation [17.12]', '{isolation: hyperv}', { ...whole, isolation: 'hyperv' }],
    ['privileged [17.13]', '{privileged: true}', { ...whole, privileged: true }],
    ['labels [17.14]', '{labels: [a=b, c]}', { ...whole, labels: { a: 'b', c: '' } }],
    ['pull [17.15]', '{pull: true, no_cache: "${N:-true}"}', { ...whole, pull: true, no_cache: true }],
    ['network [17.16]', '{network: host}', { ...whole, network: 'host' }],
    ['shm_size [17.17]', '{shm_size: 2gb}', { ...whole, shm_size: '2147483648' }],
    ['target [17.18]', '{target: prod}', { ...whole, target: 'prod' }],
    ['tags [17.20]', '{tags: ["a:1", "b/c"]}', { ...whole, tags: ['a:1', 'b/c'] }],
    ['ulimits [17.21]', '{ulimits: {nproc: 9}}', { ...whole, ulimits: { nproc: 9 } }],
    [
      'platforms [17.22]',
      '{platforms: [linux/amd64, linux/arm/v7]}',
      { ...whole, platforms: ['linux/amd64', 'linux/arm/v7'] },
    ],
    ['entitlements [17.13]', '{entitlements: [network.host]}', { ...whole, entitlements: ['network.host'] }],
    [
      'attestations [17.01]',
      '{provenance: mode=max, sbom: true}',
      { ...whole, provenance: 'mode=max', sbom: 'true' },
    ],
  ])('%s', async (_, text, expected) => {
    expect(await attributesOf(`build: ${text}`)).toEqual({ build: expected })
  })

  test('secrets are grants [17.19]', async () => {
    expect(await attributesOf('build: {secrets: [s]}', 'secrets: {s: {file: f}}')).toEqual({
      build: { ...whole, secrets: [{ source: 's' }] },
    })
  })

  test.each([
    ['{contxt: .}', '4:13: services.web.build.contxt: "contxt" is not known here; did you mean "context"?'],
    ['[.]', '4:12: services.web.build: must be a folder, a git address, or a map with context, not a list'],
    [
      '{dockerfile: a, dockerfile_inline: b}',
      '4:47: services.web.build: has both dockerfile and dockerfile_inline; take one away',
    ],
    ['{platforms: [linux]}', ''],
    [
      '{platforms: [Linux/x]}',
      '4:25: services.web.build.platforms: "Linux/x" is no platform; write os/arch, like linux/arm64',
    ],
    ['{secrets: [s]}', '4:23: services.web.build.secrets: there is no secret "s"; define it below secrets:'],
    [
      '{additional_contexts: {a: "service:bd"}}',
      '4:38: services.web.build.additional_contexts: there is no service "bd"; did you mean "db"?',
    ],
    ['{no_cache: yes}', '4:23: services.web.build.no_cache: must be true or false, not "yes"; write true'],
    [
      '{tags: [a, a]}',
      '4:23: services.web.build.tags[1]: "a" stands here a second time (first at line 4); take one of them away',
    ],
  ])('%s is checked', async (text, expected) => {
    const found = faultsOf(`build: ${text}`, '  db: {image: db}')
    if (expected === '') await expect(found).rejects.toThrow('it loaded')
    else expect(await found).toEqual([expected])
  })

  test('platforms without that of the service are refused [17.26]', async () => {
    expect(await faultsOf('build: {platforms: [linux/amd64]}\nplatform: linux/arm64')).toEqual([
      '4:24: services.web.build.platforms: does not hold linux/arm64, which is the platform of the service; add linux/arm64',
    ])
  })
})
