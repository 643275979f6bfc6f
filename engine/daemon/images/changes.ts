/** The `changes` of an import or a commit: Dockerfile instructions that only touch the image's config. */
import { EngineError } from '../../errors.ts'
import type { HealthcheckConfig, ImageRunConfig } from '../../oci/image-config.ts'

type Change = (config: ImageRunConfig, rest: string) => ImageRunConfig

/** What each allowed instruction does. */
const CHANGES: Readonly<Record<string, Change>> = {
  CMD: (config, rest) => ({ ...config, Cmd: command(rest, config) }),
  ENTRYPOINT: (config, rest) => ({ ...config, Entrypoint: command(rest, config) }),
  ENV: (config, rest) => ({
    ...config,
    Env: Object.entries(pairs('ENV', rest)).reduce(setEnv, config.Env ?? []),
  }),
  EXPOSE: (config, rest) => ({
    ...config,
    ExposedPorts: {
      ...config.ExposedPorts,
      ...Object.fromEntries(
        words(rest)
          .flatMap(ports)
          .map((port) => [port, {}]),
      ),
    },
  }),
  LABEL: (config, rest) => ({ ...config, Labels: { ...config.Labels, ...pairs('LABEL', rest) } }),
  ONBUILD: (config, rest) => ({ ...config, OnBuild: [...(config.OnBuild ?? []), rest] }),
  STOPSIGNAL: (config, rest) => ({ ...config, StopSignal: one('STOPSIGNAL', rest) }),
  USER: (config, rest) => ({ ...config, User: one('USER', rest) }),
  VOLUME: (config, rest) => ({
    ...config,
    Volumes: {
      ...config.Volumes,
      ...Object.fromEntries((jsonWords(rest) ?? words(rest)).map((path) => [path, {}])),
    },
  }),
  WORKDIR: (config, rest) => ({ ...config, WorkingDir: workdir(config.WorkingDir ?? '', rest) }),
  HEALTHCHECK: (config, rest) => ({ ...config, Healthcheck: healthcheck(rest) }),
  SHELL: (config, rest) => {
    const shell = jsonWords(rest)
    if (!shell?.length) throw new EngineError('invalid', 'SHELL requires the arguments to be in JSON form')
    return { ...config, Shell: shell }
  },
}

/**
 * `config` after the instructions, one a line each. As in a Dockerfile, an entrypoint drops the command that was there
 * before the instructions. Throws `invalid`, naming the instruction.
 */
export function applyChanges(config: ImageRunConfig, changes: readonly string[]): ImageRunConfig {
  let commandSaid = false
  const lines = changes.flatMap((change) => change.split('\n')).map((line) => line.trim())
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .reduce((current, line) => {
      const name = (line.split(/\s/, 1)[0] ?? '').toUpperCase()
      const change = CHANGES[name]
      if (!change) throw new EngineError('invalid', `${name.toLowerCase()} is not a valid change command`)
      const rest = line.slice(name.length).trim()
      if (rest === '') throw new EngineError('invalid', `${name} requires at least one argument`)
      commandSaid ||= name === 'CMD'
      const changed = change(current, rest)
      if (name !== 'ENTRYPOINT' || commandSaid) return changed
      const { Cmd: _, ...others } = changed
      return others
    }, config)
}

/** The JSON form as it is, the plain form through the shell. */
function command(rest: string, config: ImageRunConfig): readonly string[] {
  return jsonWords(rest) ?? [...(config.Shell ?? ['/bin/sh', '-c']), rest]
}

function jsonWords(rest: string): readonly string[] | null {
  if (!rest.startsWith('[')) return null
  try {
    const value: unknown = JSON.parse(rest)
    return Array.isArray(value) && value.every((word) => typeof word === 'string')
      ? (value as string[])
      : null
  } catch {
    return null
  }
}

/** Words by blanks, with quotes and backslashes taken off. */
function words(rest: string): string[] {
  const pattern = /(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/g
  return (rest.match(pattern) ?? []).map((word) =>
    word.replace(
      /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/g,
      (_, double?: string, single?: string, escaped?: string) =>
        double !== undefined ? double.replace(/\\(["\\$])/g, '$1') : (single ?? escaped ?? ''),
    ),
  )
}

/** `a=b "c=d e"`, or the old form `a b c` for one pair. */
function pairs(instruction: string, rest: string): Record<string, string> {
  const all = words(rest)
  const [first = ''] = all
  if (!first.includes('=')) {
    const value = rest.slice(first.length).trim()
    if (value === '') throw new EngineError('invalid', `${instruction} must have two arguments`)
    return { [first]: value }
  }
  return Object.fromEntries(
    all.map((word) => {
      const equals = word.indexOf('=')
      if (equals < 1)
        throw new EngineError(
          'invalid',
          `Syntax error - can't find = in "${word}". Must be of the form: name=value`,
        )
      return [word.slice(0, equals), word.slice(equals + 1)]
    }),
  )
}

function setEnv(env: readonly string[], [name, value]: readonly [string, string]): readonly string[] {
  const entry = `${name}=${value}`
  const at = env.findIndex((other) => other.startsWith(`${name}=`))
  return at < 0 ? [...env, entry] : env.with(at, entry)
}

/** `80`, `53/udp`, `8000-8002`. */
function ports(text: string): readonly string[] {
  const match = /^(\d+)(?:-(\d+))?(?:\/(tcp|udp|sctp))?$/i.exec(text)
  const from = Number(match?.[1])
  const to = Number(match?.[2] ?? match?.[1])
  if (!match || from < 1 || to > 65535 || from > to)
    throw new EngineError('invalid', `invalid containerPort: ${text}`)
  const protocol = (match[3] ?? 'tcp').toLowerCase()
  return Array.from({ length: to - from + 1 }, (_, at) => `${from + at}/${protocol}`)
}

function one(instruction: string, rest: string): string {
  const [word, ...more] = words(rest)
  if (word === undefined || more.length > 0) {
    throw new EngineError('invalid', `${instruction} requires exactly one argument`)
  }
  return word
}

function workdir(current: string, rest: string): string {
  const path = words(rest).join(' ')
  return path.startsWith('/') ? path : `${current === '' ? '/' : current.replace(/\/*$/, '/')}${path}`
}

const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12 }

function healthcheck(rest: string): HealthcheckConfig {
  const flags: Record<string, string> = {}
  let text = rest
  for (let match = /^--([a-z-]+)=(\S+)\s*/.exec(text); match; match = /^--([a-z-]+)=(\S+)\s*/.exec(text)) {
    flags[match[1] as string] = match[2] as string
    text = text.slice(match[0].length)
  }
  const [kind = ''] = text.split(/\s/, 1)
  if (kind.toUpperCase() === 'NONE') return { Test: ['NONE'] }
  if (kind.toUpperCase() !== 'CMD')
    throw new EngineError('invalid', `Unknown type "${kind}" in HEALTHCHECK (try CMD)`)
  const body = text.slice(kind.length).trim()
  const list = jsonWords(body)
  const known = new Set(['interval', 'timeout', 'start-period', 'start-interval', 'retries'])
  for (const flag of Object.keys(flags)) {
    if (!known.has(flag)) throw new EngineError('invalid', `Unknown flag: ${flag}`)
  }
  return {
    Test: list ? ['CMD', ...list] : ['CMD-SHELL', body],
    ...(flags.interval ? { Interval: duration(flags.interval) } : {}),
    ...(flags.timeout ? { Timeout: duration(flags.timeout) } : {}),
    ...(flags['start-period'] ? { StartPeriod: duration(flags['start-period']) } : {}),
    ...(flags['start-interval'] ? { StartInterval: duration(flags['start-interval']) } : {}),
    ...(flags.retries ? { Retries: Number(flags.retries) } : {}),
  }
}

/** `1m30s` in nanoseconds. */
function duration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)/g)]
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text) {
    throw new EngineError('invalid', `time: invalid duration "${text}"`)
  }
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit as string] ?? 0), 0)
}
