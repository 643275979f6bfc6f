/** Compose texts that three loaders read, and where they are known to read them differently. */

/** What a service `web` has, below its name. */
export const CASES: Readonly<Record<string, string>> = {
  'short ports': 'ports: ["8080:80", "127.0.0.1:53:53/udp", "3000"]',
  'port ranges': 'ports: ["8000-8001:80-81"]',
  'long ports': 'ports: [{target: 80, published: 8080, protocol: tcp, mode: host}]',
  'environment list': 'environment: ["A=1", "B=", "C=a=b"]',
  'environment map': 'environment: {A: 1, B: true, C: "x", D: 1.50}',
  'labels list': 'labels: ["a=b", "c"]',
  'labels map': 'labels: {a: b, n: 1}',
  'command text': 'command: echo "a b" c',
  'command list': 'command: [echo, a b]',
  entrypoint: 'entrypoint: /bin/sh -c "x y"',
  binds: 'volumes: ["./data:/data:ro", "/abs:/x"]',
  'named volume': 'volumes: ["vol:/v"]',
  'long volumes':
    'volumes: [{type: volume, source: vol, target: /v, volume: {nocopy: true}}, {type: tmpfs, target: /t, tmpfs: {size: 1000}}]',
  'anonymous volume': 'volumes: ["/v"]',
  healthcheck:
    'healthcheck: {test: ["CMD", "true"], interval: 1m30s, timeout: 10s, retries: 3, start_period: 40s}',
  'healthcheck text': 'healthcheck: {test: curl localhost}',
  'healthcheck off': 'healthcheck: {disable: true}',
  'depends_on list': 'depends_on: [db]',
  'networks list': 'networks: [front, back]',
  'networks map': 'networks: {front: {aliases: [a, b], ipv4_address: 10.1.0.5}, back: {}}',
  restart: 'restart: unless-stopped',
  logging: 'logging: {driver: json-file, options: {max-size: 1m, max-file: 3}}',
  stop: 'stop_grace_period: 1m30s\n    stop_signal: SIGUSR1',
  caps: 'cap_add: [NET_ADMIN]\n    cap_drop: [ALL]',
  dns: 'dns: 8.8.8.8\n    dns_search: [a.example, b.example]',
  extra_hosts: 'extra_hosts: ["a:1.2.3.4", "b:5.6.7.8"]',
  ulimits: 'ulimits: {nofile: {soft: 10, hard: 20}, nproc: 5}',
  sysctls: 'sysctls: {net.core.somaxconn: 1024}',
  'sysctls list': 'sysctls: ["net.core.somaxconn=1024"]',
  tmpfs: 'tmpfs: /run',
  'user and dirs': 'user: "1000:1000"\n    working_dir: /w\n    hostname: h\n    domainname: d.example',
  flags: 'tty: true\n    stdin_open: true\n    read_only: true\n    init: true',
  shm_size: 'shm_size: 64M',
  'secrets short': 'secrets: [s]',
  'secrets long': 'secrets: [{source: s, target: t, uid: "1", gid: "2", mode: 0440}]',
  'configs long': 'configs: [{source: c, target: /c.conf, mode: 0444}]',
  deploy:
    'deploy: {replicas: 2, resources: {limits: {cpus: "0.5", memory: 50M}, reservations: {memory: 20M}}, restart_policy: {condition: on-failure, delay: 5s, max_attempts: 3, window: 2m}}',
  update_config:
    'deploy: {update_config: {parallelism: 2, delay: 10s, failure_action: rollback, order: start-first, monitor: 1m, max_failure_ratio: 0.1}}',
  placement:
    'deploy: {placement: {constraints: [node.role==manager], preferences: [{spread: node.labels.zone}], max_replicas_per_node: 1}}',
  build:
    'build: {context: ./dir, dockerfile: D, args: {A: 1}, target: t, labels: {l: v}, cache_from: [x], network: host, shm_size: 1m}',
  'build text': 'build: ./dir',
  interpolation: `environment: {A: "\${SET}", B: "\${UNSET:-d}", C: "$$x"}`,
  'alternative value': `environment: {D: "\${SET:+alt}"}`,
  expose: 'expose: ["80", "90/udp"]',
  'pid and ipc': 'pid: host\n    ipc: shareable',
  devices: 'devices: ["/dev/null:/dev/x:r"]',
  security: 'security_opt: ["no-new-privileges:true"]\n    privileged: true',
  isolation: 'isolation: default\n    cgroup_parent: /p',
  userns: 'userns_mode: host\n    mac_address: "02:42:ac:11:65:43"',
  env_file: 'env_file: ./vars',
  extension: 'x-own: {a: 1}\n    image: other',
}

/** Cases that some loader refuses: each is a file of its own, the others are services of one. */
export const ALONE: readonly string[] = ['environment map', 'alternative value']

/** One file with a service for each of these, `case-0` and on. */
export function textOf(attributes: readonly string[]): string {
  const services = attributes.map((each, index) => {
    const image = /^build|image:/.test(each) ? '' : 'image: app\n    '
    return `  case-${index}:\n    ${image}${each}\n`
  })
  return `version: "3.8"
services:
${services.join('')}  db: {image: db}
networks: {front: {}, back: {ipam: {config: [{subnet: 10.1.0.0/16}]}}}
volumes: {vol: {}}
secrets: {s: {file: ./secret}}
configs: {c: {file: ./conf}}
`
}

/**
 * `case / loader` -> the sentence of the specification (or of its schema) that this loader and ours read differently.
 * Ours goes by the specification of today.
 */
export const DECLARED: Readonly<Record<string, string>> = {
  'environment map / docker-compose 1.29':
    'schema, list_or_dict: a value is a string, a number, a boolean or null; 1.29 refuses booleans',
  'environment map / docker stack':
    'schema, list_or_dict: a value is a string, a number, a boolean or null; the stack loader refuses booleans',
  'short ports / docker stack':
    'ports: "HOST is [IP:](port | range)"; a swarm publishes on every node, and drops the address',
  'alternative value / docker-compose 1.29':
    'interpolation: "VAR:+replacement: replacement if VAR is set and non-empty, otherwise empty"; 1.29 has no such form',
  'alternative value / docker stack':
    'interpolation: "VAR:+replacement: replacement if VAR is set and non-empty, otherwise empty"; the stack loader has no such form',
  'interpolation / docker stack':
    'interpolation: "$$ (double-dollar sign) when your configuration needs a literal dollar sign"; the stack loader prints it single, so that it could not be loaded again',
  'build / docker stack':
    'build: "shm_size sets the size of the shared memory"; the stack loader leaves it out, as a swarm builds nothing',
}
