import { describe, expect, test } from 'vitest'
import { attributesOf, faultsOf } from '../../from-text.ts'

describe('single attributes', () => {
  test.each<readonly [string, object]>([
    ['restart: "no" # [16.09]', { restart: 'no' }],
    ['restart: no # [16.09]', { restart: 'no' }],
    ['restart: always # [16.09]', { restart: 'always' }],
    ['restart: unless-stopped # [16.09]', { restart: 'unless-stopped' }],
    ['restart: on-failure # [16.09]', { restart: 'on-failure' }],
    ['restart: on-failure:3 # [16.09]', { restart: 'on-failure:3' }],
    ['stop_grace_period: 1m30s # [16.14]', { stop_grace_period: '1m30s' }],
    ['stop_signal: SIGUSR1 # [16.15]', { stop_signal: 'SIGUSR1' }],
    ['platform: linux/arm64/v8 # [16.17]', { platform: 'linux/arm64/v8' }],
    [
      'logging: {driver: syslog, options: {syslog-address: "tcp://a:1"}} # [16.10]',
      { logging: { driver: 'syslog', options: { 'syslog-address': 'tcp://a:1' } } },
    ],
    ['logging: {options: {max-file: 3}} # [16.10]', { logging: { options: { 'max-file': '3' } } }],
    ['pull_policy: always # [16.02]', { pull_policy: 'always' }],
    ['pull_policy: every_12h # [16.02]', { pull_policy: 'every_12h' }],
    ['pull_policy: if_not_present # [16.02]', { pull_policy: 'if_not_present' }],
    ['tmpfs: /run', { tmpfs: ['/run'] }],
    ['tmpfs: ["/run:mode=755,size=64m"]', { tmpfs: ['/run:mode=755,size=64m'] }],
    ['devices: [/dev/a]', { devices: [{ source: '/dev/a', target: '/dev/a', permissions: 'rwm' }] }],
    [
      'devices: ["/dev/a:/dev/b:rw"]',
      { devices: [{ source: '/dev/a', target: '/dev/b', permissions: 'rw' }] },
    ],
    [
      'devices: [{source: /dev/a, target: /dev/b, permissions: r}]',
      { devices: [{ source: '/dev/a', target: '/dev/b', permissions: 'r' }] },
    ],
    ['device_cgroup_rules: ["c 1:3 mr"]', { device_cgroup_rules: ['c 1:3 mr'] }],
    ['gpus: all', { gpus: 'all' }],
    ['gpus: [{driver: x, count: 2}]', { gpus: [{ driver: 'x', count: 2 }] }],
    ['cap_add: [ALL]\ncap_drop: [NET_ADMIN]', { cap_add: ['ALL'], cap_drop: ['NET_ADMIN'] }],
    ['security_opt: ["seccomp:unconfined"]', { security_opt: ['seccomp:unconfined'] }],
    ['sysctls: {net.core.somaxconn: 1024}', { sysctls: { 'net.core.somaxconn': '1024' } }],
    ['sysctls: [net.ipv4.tcp_syncookies=0]', { sysctls: { 'net.ipv4.tcp_syncookies': '0' } }],
    ['user: 1000', { user: '1000' }],
    ['user: "1000:1000"', { user: '1000:1000' }],
    ['group_add: [mail, 44]', { group_add: ['mail', '44'] }],
    ['profiles: [debug, a.b]', { profiles: ['debug', 'a.b'] }],
    [
      'read_only: true\ntty: true\nstdin_open: true\ninit: true',
      { read_only: true, tty: true, stdin_open: true, init: true },
    ],
    ['ipc: shareable', { ipc: 'shareable' }],
    ['pid: host\nuts: host\nuserns_mode: host', { pid: 'host', uts: 'host', userns_mode: 'host' }],
    ['cgroup: private\ncgroup_parent: m', { cgroup: 'private', cgroup_parent: 'm' }],
    ['runtime: runc', { runtime: 'runc' }],
    ['attach: false', { attach: false }],
    ['container_name: a_b.c', { container_name: 'a_b.c' }],
    ['storage_opt: {size: 1G}', { storage_opt: { size: '1G' } }],
    [
      'develop: {watch: [{path: ./src, action: sync, target: /app, ignore: [x/]}]}',
      { develop: { watch: [{ path: '/stack/src', action: 'sync', target: '/app', ignore: ['x/'] }] } },
    ],
    [
      'post_start: [{command: ./go now, user: root, privileged: true}]',
      { post_start: [{ command: ['./go', 'now'], user: 'root', privileged: true }] },
    ],
    [
      'pre_stop: [{command: [a], environment: [B=c]}]',
      { pre_stop: [{ command: ['a'], environment: { B: 'c' } }] },
    ],
    ['provider: {type: awesome, options: {a: 1}}', { provider: { type: 'awesome', options: { a: 1 } } }],
    ['credential_spec: {file: c.json}', { credential_spec: { file: '/stack/c.json' } }],
    ['x-mine: {a: [1]}', { 'x-mine': { a: [1] } }],
  ])('%s', async (text, expected) => {
    expect(await attributesOf(text)).toEqual(expected)
  })

  test.each([
    [
      'restart: sometimes',
      '4:14: services.web.restart: must be no, always, on-failure, on-failure:N or unless-stopped, not "sometimes"',
    ],
    [
      'restart: allways',
      '4:14: services.web.restart: must be no, always, on-failure, on-failure:N or unless-stopped, not "allways"; did you mean "always"?',
    ],
    [
      'stop_grace_period: 10',
      '4:24: services.web.stop_grace_period: must be a duration like 90s, 1m30s or 500ms, not the number 10; write a unit: 10s',
    ],
    [
      'pull_policy: sometimes',
      '4:18: services.web.pull_policy: must be one of always, never, missing, if_not_present, build, refresh, daily, weekly, not "sometimes"',
    ],
    [
      'profiles: ["a b"]',
      '4:16: services.web.profiles[0]: must be a name of letters, digits, _ . -, not "a b"',
    ],
    ['profiles: debug', '4:15: services.web.profiles: must be a list, not "debug"; begin each with a dash'],
    [
      'cap_add: [A, A]',
      '4:18: services.web.cap_add[1]: "A" stands here a second time (first at line 4); take one of them away',
    ],
    ['uts: own', '4:10: services.web.uts: must be one of host, not "own"'],
    [
      'cgroup: pirvate',
      '4:13: services.web.cgroup: must be one of host, private, not "pirvate"; did you mean "private"?',
    ],
    ['privileged: 1', '4:17: services.web.privileged: must be true or false, not the number 1'],
    [
      'working_dir: 5',
      '4:18: services.web.working_dir: must be a string, not the number 5; put it in quotes: "5"',
    ],
    [
      'hostname: true',
      '4:15: services.web.hostname: must be a string, not the boolean true; put it in quotes: "true"',
    ],
    ['ports:', '4:5: services.web.ports: must be a list of ports, not empty; begin each with a dash'],
    [
      'environment:',
      '4:5: services.web.environment: must be a map or a list of NAME=VALUE, not empty; give it a value, or take the key away',
    ],
    ['logging: json-file', '4:14: services.web.logging: must be a map with driver, not "json-file"'],
    [
      'logging: {drivers: local}',
      '4:15: services.web.logging.drivers: "drivers" is not known here; did you mean "driver"?',
    ],
    ['gpus: some', '4:11: services.web.gpus: must be one of all, not "some"'],
    [
      'develop: {watch: [{path: a, action: copy}]}',
      '4:41: services.web.develop.watch[0].action: must be one of sync, rebuild, restart, sync+restart, sync+exec, not "copy"',
    ],
    [
      'post_start: [{user: a}]',
      '4:18: services.web.post_start[0]: command is missing; add "command:" with a command line or a list of words',
    ],
  ])('%s is refused', async (text, expected) => {
    expect(await faultsOf(text)).toEqual([expected])
  })
})
