import { describe, expect, test } from 'vitest'
import { changes, web } from '../from-text.ts'

describe('a container is recreated, and why', () => {
  test.each([
    ['image', 'tty: false', 'entrypoint: [a]', 'entrypoint was empty, now a'],
    ['entrypoint', 'entrypoint: [a]', 'entrypoint: [b, c]', 'entrypoint was a, now b c'],
    ['hostname', 'hostname: a', 'hostname: b', 'hostname was a, now b'],
    ['domainname', 'domainname: a', 'domainname: b', 'domainname was a, now b'],
    ['working_dir', 'working_dir: /a', 'working_dir: /b', 'working_dir was /a, now /b'],
    ['tty', 'tty: false', 'tty: true', 'tty was false, now true'],
    ['stdin_open', 'stdin_open: false', 'stdin_open: true', 'stdin_open was false, now true'],
    ['stop_signal', 'stop_signal: TERM', 'stop_signal: INT', 'stop_signal was TERM, now INT'],
    ['grace', 'stop_grace_period: 5s', 'stop_grace_period: 9s', 'stop_grace_period was 5, now 9'],
    ['cpus', 'cpus: 0.5', 'cpus: 1', 'cpus was 500000000, now 1000000000'],
    ['cpu_shares', 'cpu_shares: 5', 'cpu_shares: 6', 'cpu_shares was 5, now 6'],
    ['cpuset', 'cpuset: "0"', 'cpuset: "1"', 'cpuset was 0, now 1'],
    [
      'mem_reservation',
      'mem_reservation: 1m',
      'mem_reservation: 2m',
      'mem_reservation was 1048576, now 2097152',
    ],
    ['pids_limit', 'pids_limit: 5', 'pids_limit: 6', 'pids_limit was 5, now 6'],
    ['shm_size', 'shm_size: 1m', 'shm_size: 2m', 'shm_size was 1048576, now 2097152'],
    ['oom_score_adj', 'oom_score_adj: 5', 'oom_score_adj: 6', 'oom_score_adj was 5, now 6'],
    ['ulimits', 'ulimits: {nofile: 5}', 'ulimits: {nofile: 6}', 'ulimits changed'],
    ['init', 'init: false', 'init: true', 'init was false, now true'],
    ['privileged', 'tty: false', 'tty: false, privileged: true', 'privileged was empty, now true'],
    ['read_only', 'tty: false', 'tty: false, read_only: true', 'read_only was empty, now true'],
    ['cap_drop', 'cap_drop: [A]', 'cap_drop: [B]', 'cap_drop changed'],
    ['security_opt', 'security_opt: [a]', 'security_opt: [b]', 'security_opt changed'],
    ['group_add', 'group_add: ["1"]', 'group_add: ["2"]', 'group_add changed'],
    ['devices', 'devices: [/dev/null]', 'devices: [/dev/zero]', 'devices changed'],
    ['sysctls', 'sysctls: {a: 1}', 'sysctls: {a: 2}', 'sysctls changed'],
    ['dns', 'dns: 1.1.1.1', 'dns: 8.8.8.8', 'dns changed'],
    ['dns_search', 'dns_search: a', 'dns_search: b', 'dns_search changed'],
    ['dns_opt', 'dns_opt: [a]', 'dns_opt: [b]', 'dns_opt changed'],
    ['extra_hosts', 'extra_hosts: [a=1.1.1.1]', 'extra_hosts: [a=2.2.2.2]', 'extra_hosts changed'],
    ['logging', 'logging: {driver: json-file}', 'logging: {driver: local}', 'logging changed'],
    ['ipc', 'ipc: private', 'ipc: shareable', 'ipc was private, now shareable'],
    ['pid', 'tty: false', 'tty: false, pid: host', 'pid was empty, now host'],
    ['uts', 'tty: false', 'tty: false, uts: host', 'uts was empty, now host'],
    ['userns_mode', 'tty: false', 'tty: false, userns_mode: host', 'userns_mode was empty, now host'],
    ['cgroup_parent', 'cgroup_parent: a', 'cgroup_parent: b', 'cgroup_parent was a, now b'],
    ['runtime', 'runtime: a', 'runtime: b', 'runtime was a, now b'],
    ['restart', 'restart: on-failure', 'restart: on-failure:3', 'restart changed'],
    ['gpus', 'gpus: all', 'gpus: [{count: 1}]', 'gpus changed'],
    ['storage_opt', 'storage_opt: {size: 1g}', 'storage_opt: {size: 2g}', 'storage_opt changed'],
    ['annotations', 'annotations: {a: b}', 'annotations: {a: c}', 'annotations changed'],
    [
      'deploy limits',
      'deploy: {resources: {limits: {memory: 1m}}}',
      'deploy: {resources: {limits: {memory: 2m}}}',
      'mem_limit was 1048576, now 2097152',
    ],
    ['expose a port', 'tty: false', 'tty: false, ports: [80]', 'port 80/tcp is new'],
    [
      'a port’s address',
      'ports: ["1:1"]',
      'ports: ["127.0.0.1:1:1"]',
      'port 127.0.0.1:1:1/tcp is new; port 1:1/tcp is gone',
    ],
    [
      'a port’s protocol',
      'ports: ["1:1"]',
      'ports: ["1:1/udp"]',
      'port 1:1/udp is new; port 1:1/tcp is gone',
    ],
    ['a new mount', 'tty: false', 'tty: false, volumes: ["./a:/x"]', 'mount /x is new'],
    ['a mount that went', 'tty: false, volumes: ["./a:/x"]', 'tty: false', 'mount /x is gone'],
    ['a tmpfs', 'tmpfs: [/x]', 'tmpfs: ["/x:size=1m"]', 'mount /x was tmpfs, now tmpfs size=1m'],
    [
      'a tmpfs’ size',
      'volumes: [{type: tmpfs, target: /x, tmpfs: {size: 1m}}]',
      'volumes: [{type: tmpfs, target: /x, tmpfs: {size: 2m}}]',
      'mount /x was tmpfs 1048576, now tmpfs 2097152',
    ],
    ['network_mode', 'network_mode: none', 'network_mode: host', 'network_mode was none, now host'],
    [
      'several',
      'user: a, environment: {L: a}',
      'user: b, environment: {L: b}',
      'environment L was a, now b; user was a, now b',
    ],
    [
      'a long value',
      `environment: {L: a}`,
      `environment: {L: ${'x'.repeat(60)}}`,
      `environment L was a, now ${'x'.repeat(45)}...`,
    ],
    ['an empty value', 'environment: {L: a}', 'environment: {L: ""}', 'environment L was a, now empty'],
    ['a label that went', 'labels: {a: b}', 'labels: {}', 'label a is gone'],
  ])('%s', async (_, before, now, reason) => {
    expect(await changes(web(before), web(now))).toBe(`container | p-web-1 | recreate | ${reason}`)
  })

  test.each([
    [
      'another network',
      'networks: [a]',
      'networks: [b]',
      'networks: {a: {}, b: {}}',
      'network p_b is new; network p_a is gone',
    ],
    [
      'an address',
      'networks: {a: {}}',
      'networks: {a: {ipv4_address: 10.0.0.2}}',
      'networks: {a: {}}',
      'address on p_a was free, now 10.0.0.2',
    ],
    [
      'another volume',
      'volumes: ["a:/x"]',
      'volumes: ["b:/x"]',
      'volumes: {a: {}, b: {}}',
      'mount /x was p_a, now p_b; keeps volume p_a',
    ],
    [
      'a secret',
      'secrets: [a]',
      'secrets: [b]',
      'secrets: {a: {file: ./a}, b: {file: ./b}}',
      'mount /run/secrets/b is new; mount /run/secrets/a is gone',
    ],
    [
      'a config of other content',
      'configs: [a]',
      'configs: [{source: a, target: /b}]',
      'configs: {a: {content: x}}',
      'its configuration changed',
    ],
  ])('%s', async (_, before, now, more, reason) => {
    expect(await changes(web(before, more), web(now, more))).toBe(
      `container | p-web-1 | recreate | ${reason}`,
    )
  })

  test.each([
    ['depends_on', 'tty: false', 'tty: false, depends_on: {}'],
    ['pull_policy', 'pull_policy: missing', 'pull_policy: never'],
    ['profiles', 'tty: false', 'tty: false, profiles: []'],
    ['develop', 'tty: false', 'tty: false, develop: {watch: []}'],
    ['replicas', 'deploy: {replicas: 1}', 'scale: 1, deploy: {}'],
    ['two words for one amount', 'mem_limit: 1g', 'mem_limit: 1024m'],
    ['a port in its long form', 'ports: ["80:80"]', 'ports: [{target: 80, published: "80"}]'],
    [
      'a mount in its long form',
      'volumes: ["./a:/x"]',
      'volumes: [{type: bind, source: ./a, target: /x, bind: {create_host_path: true}}]',
    ],
    ['a command as a list', 'command: echo hi', 'command: [echo, hi]'],
    ['environment as a list', 'environment: {A: "1"}', 'environment: ["A=1"]'],
  ])('nothing is recreated for %s', async (_, before, now) => {
    expect(await changes(web(before), web(now))).toBe('')
  })
})
