/** The attributes of a service (spec 05, Services), each with its shape. */
import {
  boolean,
  byKind,
  decimal,
  integer,
  listOf,
  object,
  type Shape,
  scalarShape,
  text,
  word,
} from '../shape.ts'
import { build, options, pullPolicy } from './build.ts'
import { deploy } from './deploy.ts'
import { mounts } from './mounts.ts'
import { exposed, ports } from './ports.ts'
import {
  blkioConfig,
  credentialSpec,
  dependsOn,
  develop,
  devices,
  envFile,
  extendsShape,
  extraHosts,
  gpus,
  grants,
  healthcheck,
  hooks,
  logging,
  provider,
  serviceModels,
  serviceNetworks,
  ulimits,
} from './service-parts.ts'
import { anyText, bytes, command, duration, listOrMap, namedTexts, oneOrMore, written } from './values.ts'

const pairs = listOrMap('a map or a list of NAME=VALUE')
const texts = listOf(text)
const capability = listOf(text, { unique: true })

const restart: Shape = scalarShape(
  'no, always, on-failure, on-failure:N or unless-stopped',
  (tree) => {
    // `restart: no` is a string in YAML 1.2, and false where an older parser wrote the file.
    if (tree.value === false) return 'no'
    return /^(no|always|unless-stopped|on-failure(:\d+)?)$/.test(written(tree)) ? written(tree) : undefined
  },
  { words: ['no', 'always', 'on-failure', 'unless-stopped'] },
)

const cpuSet: Shape = scalarShape('processors like 0-3 or "0,2"', (tree) =>
  /^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(written(tree)) ? written(tree) : undefined,
)

export const service: Shape = object(
  {
    annotations: { shape: namedTexts, about: 'OCI annotations of the container.' },
    attach: { shape: boolean, about: 'When false, up does not show its output.' },
    blkio_config: { shape: blkioConfig, about: 'Limits of block input and output.' },
    build: { shape: build, about: 'How the image is built.' },
    cap_add: { shape: capability, about: 'Capabilities beyond the default ones.' },
    cap_drop: { shape: capability, about: 'Default capabilities that are taken away.' },
    cgroup: { shape: word('host', 'private'), about: 'Which cgroup namespace it has.' },
    cgroup_parent: { shape: text, about: 'The cgroup below which its own stands.' },
    command: { shape: command, about: 'The arguments, in place of the image’s CMD.' },
    configs: { shape: grants, about: 'Configs that it can read.' },
    container_name: { shape: text, about: 'The name of the container; with it there can be only one.' },
    cpu_count: { shape: integer(0), about: 'Processors (Windows).' },
    cpu_percent: { shape: decimal(0), about: 'Share of processors (Windows).' },
    cpu_period: { shape: anyText, about: 'Period of the CPU quota in microseconds.' },
    cpu_quota: { shape: anyText, about: 'Microseconds of CPU in each period.' },
    cpu_rt_period: { shape: anyText, about: 'Period of real-time scheduling.' },
    cpu_rt_runtime: { shape: anyText, about: 'Run time in each real-time period.' },
    cpu_shares: { shape: integer(0), about: 'Weight against other containers (1024).' },
    cpus: { shape: decimal(0), about: 'How many processors it may use: 0.5.' },
    cpuset: { shape: cpuSet, about: 'Which processors it may use.' },
    credential_spec: { shape: credentialSpec, about: 'Credentials of a managed account (Windows).' },
    depends_on: { shape: dependsOn, about: 'Services that must be up before it.' },
    deploy: { shape: deploy, about: 'Copies, limits and updates.' },
    develop: { shape: develop, about: 'What compose watch does.' },
    device_cgroup_rules: { shape: texts, about: 'Rules for devices: "c 1:3 mr".' },
    devices: { shape: devices, about: 'Devices of the host.' },
    dns: { shape: oneOrMore(), about: 'Name servers.' },
    dns_opt: { shape: texts, about: 'Options of the resolver.' },
    dns_search: { shape: oneOrMore(), about: 'Domains that short names are looked up in.' },
    domainname: { shape: text, about: 'The domain of its host name.' },
    entrypoint: {
      shape: command,
      about: 'The program, in place of the image’s ENTRYPOINT; the image’s CMD goes with it.',
    },
    env_file: { shape: envFile, about: 'Files of variables; what environment says is stronger.' },
    environment: { shape: pairs, about: 'Variables. A name alone takes its value from your shell.' },
    expose: {
      shape: listOf(exposed, { unique: true }),
      about: 'Ports for other containers, not for the host.',
    },
    extends: { shape: extendsShape, about: 'Another service that this one begins from.' },
    external_links: { shape: texts, about: 'Containers of other projects: name or name:alias.' },
    extra_hosts: { shape: extraHosts, about: 'More names in /etc/hosts.' },
    gpus: { shape: gpus, about: 'GPUs: all, or which.' },
    group_add: { shape: listOf(anyText), about: 'More groups of its user.' },
    healthcheck: { shape: healthcheck, about: 'How its health is told.' },
    hostname: { shape: text, about: 'Its host name.' },
    image: { shape: text, about: 'The image: name:tag or name@digest.' },
    init: { shape: boolean, about: 'A small init process passes signals on and reaps children.' },
    ipc: { shape: text, about: 'IPC namespace: shareable, service:name, host.' },
    isolation: { shape: text, about: 'Of Windows containers.' },
    label_file: { shape: oneOrMore(), about: 'Files of labels.' },
    labels: { shape: namedTexts, about: 'Labels of the container.' },
    links: { shape: texts, about: 'Other services, as name or name:alias.' },
    logging: { shape: logging, about: 'Where its output goes.' },
    mac_address: { shape: text, about: 'Its hardware address.' },
    mem_limit: { shape: bytes, about: 'The most memory it may use: 512m.' },
    mem_reservation: { shape: bytes, about: 'Memory that it can count on.' },
    mem_swappiness: { shape: integer(-1, 100), about: 'How readily its memory is swapped, 0 to 100.' },
    memswap_limit: {
      shape: byKind({ scalar: bytes }, 'a size, or -1 for no limit'),
      about: 'Memory and swap together; -1 is no limit.',
    },
    models: { shape: serviceModels, about: 'Models that it uses.' },
    network_mode: { shape: text, about: 'host, none, service:name or container:name, in place of networks.' },
    networks: { shape: serviceNetworks, about: 'Networks that it joins.' },
    oom_kill_disable: { shape: boolean, about: 'It is not killed when memory runs out.' },
    oom_score_adj: { shape: integer(-1000, 1000), about: 'How likely it is killed when memory runs out.' },
    pid: { shape: text, about: 'PID namespace: host, service:name.' },
    pids_limit: { shape: integer(-1), about: 'The most processes.' },
    platform: { shape: text, about: 'os/arch[/variant] of the image.' },
    ports: { shape: ports, about: 'Ports of the host that lead to the container.' },
    post_start: { shape: hooks, about: 'Commands after it has started.' },
    pre_start: { shape: hooks, about: 'Commands before it starts.' },
    pre_stop: { shape: hooks, about: 'Commands before it is stopped.' },
    privileged: { shape: boolean, about: 'All capabilities, all devices, no confinement.' },
    profiles: {
      shape: listOf(profileName(), { unique: true }),
      about: 'It belongs to the project only with one of these profiles.',
    },
    provider: { shape: provider, about: 'A program that makes the service in place of the engine.' },
    pull_policy: { shape: pullPolicy, about: 'When the image is pulled.' },
    pull_refresh_after: { shape: text, about: 'After what time an image is pulled anew.' },
    read_only: { shape: boolean, about: 'Its root file system cannot be written.' },
    restart: { shape: restart, about: 'When it is started again by itself.' },
    runtime: { shape: text, about: 'The OCI runtime.' },
    scale: { shape: integer(0), about: 'How many containers; deploy.replicas is newer.' },
    secrets: { shape: grants, about: 'Secrets that it can read.' },
    security_opt: { shape: capability, about: 'Options of seccomp, AppArmor and SELinux.' },
    shm_size: { shape: bytes, about: 'Size of /dev/shm.' },
    stdin_open: { shape: boolean, about: 'Its input stays open (-i).' },
    stop_grace_period: { shape: duration, about: 'Time between the stop signal and SIGKILL (10s).' },
    stop_signal: { shape: text, about: 'The signal that asks it to stop (SIGTERM).' },
    storage_opt: { shape: options, about: 'Options of the storage driver.' },
    sysctls: { shape: namedTexts, about: 'Kernel parameters of its namespaces.' },
    tmpfs: { shape: oneOrMore(), about: 'Folders in memory: /run or /run:size=64m.' },
    tty: { shape: boolean, about: 'It has a terminal (-t).' },
    ulimits: { shape: ulimits, about: 'Limits of its processes.' },
    use_api_socket: { shape: boolean, about: 'The engine’s socket and your credentials are given to it.' },
    user: { shape: anyText, about: 'As whom it runs: name, uid or uid:gid.' },
    userns_mode: { shape: text, about: 'User namespace: host, or the engine’s own.' },
    uts: { shape: word('host'), about: 'The host’s UTS namespace.' },
    volumes: { shape: mounts, about: 'What is mounted into it.' },
    volumes_from: { shape: texts, about: 'Mounts of another service or container:name, with :ro or :rw.' },
    working_dir: { shape: text, about: 'The folder that its command starts in.' },
  },
  'a map of attributes',
)

function profileName(): Shape {
  return scalarShape('a name of letters, digits, _ . -', (tree) => {
    const name = written(tree)
    return /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name) ? name : undefined
  })
}
