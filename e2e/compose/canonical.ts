/** A service as any loader prints it, in one spelling: what only looks different is the same here. */

type Plain = Readonly<Record<string, unknown>>

const DURATIONS = new Set([
  'interval',
  'timeout',
  'start_period',
  'stop_grace_period',
  'delay',
  'window',
  'monitor',
])
const SIZES = new Set(['memory', 'shm_size', 'size'])
const UNITS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 1e-3 }
const BYTES: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

/** Long forms for short ones, numbers for amounts; defaults that only some loaders write are left out. */
export function canonical(service: Plain, folder: string): unknown {
  const { env_file: _, networks, build, ...rest } = service
  const own = networks && 'default' in (networks as object) ? {} : networks ? { networks } : {}
  return value({ ...rest, ...own, ...(build ? { build: builds(build as Plain, folder) } : {}) }, '')
}

function builds({ context, dockerfile = 'Dockerfile', ...rest }: Plain, folder: string): Plain {
  const where = String(context)
  return { ...rest, dockerfile, context: where.startsWith('./') ? `${folder}${where.slice(1)}` : where }
}

function value(given: unknown, key: string): unknown {
  switch (key) {
    case 'ports':
      return (given as unknown[]).map(port).toSorted()
    case 'volumes':
      return (given as unknown[]).map(mount)
    case 'command':
    case 'entrypoint':
      return typeof given === 'string' ? words(given) : given
    case 'test':
      return typeof given === 'string' ? ['CMD-SHELL', given] : given
    case 'healthcheck':
      return (given as Plain).disable ? { test: ['NONE'] } : map(given as Plain)
    case 'depends_on':
      return Array.isArray(given) ? given : Object.keys(given as Plain)
    case 'extra_hosts':
      return Array.isArray(given)
        ? given
        : Object.entries(given as Record<string, string[]>).flatMap(([host, all]) =>
            all.map((ip) => `${host}:${ip}`),
          )
    case 'devices':
      return (given as unknown[]).map((device) => {
        const { source, target, permissions } = device as Plain
        return typeof device === 'string' ? device : `${source}:${target}:${permissions}`
      })
    case 'mode':
      return typeof given === 'string' && /^0\d+$/.test(given) ? Number.parseInt(given, 8) : given
    case 'cpus':
    case 'max-file':
      return Number(given)
  }
  if (DURATIONS.has(key)) return seconds(String(given))
  if (SIZES.has(key)) return bytes(String(given))
  if (Array.isArray(given)) return given.map((item) => value(item, ''))
  return typeof given === 'object' && given !== null ? map(given as Plain) : given
}

function map(given: Plain): unknown {
  return Object.fromEntries(
    Object.entries(given)
      .map(([key, each]) => [key, value(each, key)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )
}

function seconds(text: string): number {
  let sum = 0
  for (const [, amount, unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g))
    sum += Number(amount) * (UNITS[unit] ?? 0)
  return sum
}

function bytes(text: string): number {
  const [, amount, unit = ''] = /^(\d+)([kmg]?)b?$/i.exec(text) ?? []
  return Number(amount) * (BYTES[unit.toLowerCase()] ?? 1)
}

function words(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
}

/** `ip:published:target/protocol mode` */
function port(given: unknown): string {
  if (typeof given === 'string') {
    const [, ip = '', published = '', target = '', protocol = 'tcp'] =
      /^(?:(\d+\.\d+\.\d+\.\d+):)?(?:(\d+):)?(\d+)(?:\/(\w+))?$/.exec(given) ?? []
    return `${ip}:${published}:${target}/${protocol} ingress`
  }
  const { host_ip = '', published = '', target, protocol = 'tcp', mode = 'ingress' } = given as Plain
  return `${host_ip}:${published}:${target}/${protocol} ${mode}`
}

function mount(given: unknown): unknown {
  if (typeof given === 'string') {
    const parts = given.split(':')
    const [source, target, mode] = parts.length === 1 ? [undefined, parts[0], undefined] : parts
    const type = source?.startsWith('/') ? 'bind' : 'volume'
    return map({ type, target, ...(source ? { source } : {}), ...(mode === 'ro' ? { read_only: true } : {}) })
  }
  const { bind: _, volume, ...rest } = given as Plain
  const filled = volume && Object.keys(volume).length > 0 ? { volume } : {}
  return map({ ...rest, ...filled })
}
