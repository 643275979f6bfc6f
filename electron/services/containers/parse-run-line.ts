/** Reads a pasted `docker run` line into the run form. Pure; throws `invalid` naming what it does not know. */
import { EngineError } from '../../../engine/errors.ts'
import type { RunInput } from '../../contract/containers.ts'
import { split } from './words.ts'

type Draft = { -readonly [K in keyof RunInput]: RunInput[K] }
type Take = (draft: Draft, value: string) => void

/** Flags with a value. A flag that the form cannot hold is refused rather than dropped. */
const VALUES: Readonly<Record<string, Take>> = {
  '--name': (draft, value) => {
    draft.name = value
  },
  '--publish': (draft, value) => {
    draft.ports.push(...parsePublish(value))
  },
  '--volume': (draft, value) => {
    draft.mounts.push(parseVolume(value))
  },
  '--mount': (draft, value) => {
    draft.mounts.push(parseMount(value))
  },
  '--env': (draft, value) => {
    const [name = '', ...rest] = value.split('=')
    if (rest.length === 0)
      throw refuse(`-e ${name} takes its value from the shell that runs docker; write ${name}=value`)
    draft.environment.push({ name, value: rest.join('=') })
  },
  '--network': (draft, value) => {
    if (value !== 'bridge' && value !== 'none' && value !== 'host') {
      throw refuse(`--network ${value}: only bridge, none and host can be chosen here`)
    }
    draft.network = value
  },
  '--hostname': (draft, value) => {
    draft.hostname = value
  },
  '--user': (draft, value) => {
    draft.user = value
  },
  '--workdir': (draft, value) => {
    draft.workingDirectory = value
  },
  '--entrypoint': (draft, value) => {
    if (value === '') throw refuse('--entrypoint with nothing in it cannot be put into the form')
    draft.entrypoint = [value]
  },
  '--restart': (draft, value) => {
    const [policy, tries] = value.split(':')
    if (tries !== undefined) throw refuse(`--restart ${value}: a number of tries cannot be put into the form`)
    if (policy !== 'no' && policy !== 'on-failure' && policy !== 'always' && policy !== 'unless-stopped') {
      throw refuse(`--restart ${value} is not a restart policy`)
    }
    draft.restart = policy
  },
  '--memory': (draft, value) => {
    draft.memoryBytes = parseSize(value)
  },
  '--cpus': (draft, value) => {
    const cpus = Number(value)
    if (!(cpus >= 0)) throw refuse(`--cpus ${value} is not a number`)
    draft.cpus = cpus
  },
}

/** Flags without a value. */
const SWITCHES: Readonly<Record<string, (draft: Draft) => void>> = {
  '--detach': () => {},
  '--interactive': () => {},
  '--tty': (draft) => {
    draft.terminal = true
  },
  '--rm': (draft) => {
    draft.removeWhenDone = true
  },
  '--read-only': (draft) => {
    draft.readOnly = true
  },
}

const SHORT: Readonly<Record<string, string>> = {
  p: '--publish',
  v: '--volume',
  e: '--env',
  h: '--hostname',
  u: '--user',
  w: '--workdir',
  m: '--memory',
  d: '--detach',
  i: '--interactive',
  t: '--tty',
}
const ALIASES: Readonly<Record<string, string>> = { '--net': '--network' }

/** `engine` goes into the answer. Takes `docker run ...`, `docker container run`, `podman run` and `docker create`. */
export function parseRunLine(engine: string, text: string): RunInput {
  const words = split(text.trim().replace(/^\$\s+/, ''))
  if (words[0] === 'sudo') words.shift()
  const verb = words[1] === 'container' ? 2 : 1
  if (!/(^|\/)(docker|podman)$/.test(words[0] ?? '') || !/^(run|create)$/.test(words[verb] ?? '')) {
    throw refuse('this is not a "docker run" line')
  }
  const draft: Draft = {
    engine,
    image: '',
    ports: [],
    mounts: [],
    environment: [],
    command: [],
    network: 'bridge',
    restart: 'no',
    terminal: false,
    removeWhenDone: false,
    readOnly: false,
    start: words[verb] === 'run',
  }
  const rest = words.slice(verb + 1)
  while (rest[0]?.startsWith('-') && rest[0] !== '-') {
    const word = rest.shift() ?? ''
    if (word === '--') break
    takeFlag(draft, word, rest)
  }
  draft.image = rest.shift() ?? ''
  if (draft.image === '') throw refuse('the line names no image')
  draft.command = rest
  return draft
}

function takeFlag(draft: Draft, word: string, rest: string[]): void {
  if (!word.startsWith('--')) {
    takeShort(draft, word, rest)
    return
  }
  const equals = word.indexOf('=')
  const written = equals === -1 ? word : word.slice(0, equals)
  const name = ALIASES[written] ?? written
  const turn = SWITCHES[name]
  if (turn) {
    if (equals === -1 || word.slice(equals + 1) === 'true') turn(draft)
    return
  }
  const take = VALUES[name]
  if (!take) throw refuse(`${written} cannot be put into the form`)
  const value = equals === -1 ? rest.shift() : word.slice(equals + 1)
  if (value === undefined) throw refuse(`${written} needs a value`)
  take(draft, value)
}

/** `-it`, `-p 80:80`, `-p80:80`. */
function takeShort(draft: Draft, word: string, rest: string[]): void {
  for (let i = 1; i < word.length; i++) {
    const name = SHORT[word[i] ?? '']
    if (!name) throw refuse(`-${word[i]} cannot be put into the form`)
    const turn = SWITCHES[name]
    if (turn) {
      turn(draft)
      continue
    }
    const inside = word.slice(i + 1).replace(/^=/, '')
    const value = inside === '' ? rest.shift() : inside
    if (value === undefined) throw refuse(`-${word[i]} needs a value`)
    VALUES[name]?.(draft, value)
    return
  }
}

/** `[ip:][host]:container[/proto]` with ranges of equal length. */
function parsePublish(value: string): RunInput['ports'] {
  const found =
    /^(?:(?:\[([^\]]+)\]|(\d+(?:\.\d+){3})):)?(?:(\d*(?:-\d+)?):)?(\d+(?:-\d+)?)(?:\/(tcp|udp))?$/.exec(value)
  if (!found) throw refuse(`-p ${value} is not a port mapping such as 8080:80`)
  const hostIp = found[1] ?? found[2] ?? ''
  const protocol = found[5] === 'udp' ? 'udp' : 'tcp'
  const inside = range(found[4] ?? '')
  const outside = found[3] ? range(found[3]) : inside.map(() => 0)
  if (inside.length !== outside.length) throw refuse(`-p ${value} maps ranges of different lengths`)
  return inside.map((containerPort, i) => {
    const hostPort = outside[i] ?? 0
    if (containerPort < 1 || containerPort > 65535 || hostPort > 65535)
      throw refuse(`-p ${value}: ports end at 65535`)
    return { hostIp, hostPort, containerPort, protocol }
  })
}

function range(text: string): number[] {
  const [first = 0, last = first] = text.split('-').map(Number)
  if (last < first || last - first > 199) throw refuse(`${text} is not a range of at most 200 ports`)
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

function parseVolume(value: string): RunInput['mounts'][number] {
  const parts = value.split(':')
  if (parts.length === 1) return { kind: 'volume', source: '', destination: value, readOnly: false }
  const [source = '', destination = '', options = ''] = parts
  if (parts.length > 3 || destination === '') throw refuse(`-v ${value} is not a mount such as name:/path`)
  if (/^\.|^~/.test(source)) throw refuse(`-v ${value}: write the whole path of ${source}`)
  return {
    kind: source.startsWith('/') ? 'bind' : 'volume',
    source,
    destination,
    readOnly: options.split(',').includes('ro'),
  }
}

function parseMount(value: string): RunInput['mounts'][number] {
  const fields = new Map(
    value.split(',').map((field) => {
      const [key = '', ...rest] = field.split('=')
      return [key, rest.join('=')] as const
    }),
  )
  const kind = fields.get('type') ?? 'volume'
  if (kind !== 'bind' && kind !== 'volume') throw refuse(`--mount type=${kind} cannot be put into the form`)
  const destination = fields.get('target') ?? fields.get('destination') ?? fields.get('dst')
  if (!destination) throw refuse(`--mount ${value} names no target`)
  const flag = fields.get('readonly') ?? fields.get('ro')
  return {
    kind,
    source: fields.get('source') ?? fields.get('src') ?? '',
    destination,
    readOnly: flag !== undefined && flag !== 'false',
  }
}

function parseSize(value: string): number {
  const found = /^(\d+(?:\.\d+)?)([bkmg]?)b?$/i.exec(value)
  if (!found) throw refuse(`--memory ${value} is not a size such as 512m`)
  const power = { b: 0, k: 1, m: 2, g: 3 }[(found[2] ?? 'b').toLowerCase() || 'b'] ?? 0
  return Math.round(Number(found[1]) * 1024 ** power)
}

function refuse(what: string): EngineError {
  return new EngineError('invalid', `The line cannot be read: ${what}.`)
}
