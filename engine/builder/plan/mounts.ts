/** RUN --mount: its fields with their defaults (Dockerfile reference, "RUN --mount"). */
import { posix } from 'node:path'
import type { MountFlag, Range, Word } from '../parse/tree.ts'
import { sourcePath } from './paths.ts'
import { type Input, type PlanContext, placeOf, type Work } from './plan-context.ts'
import { PlanError } from './plan-error.ts'
import type { RunMount, StepId } from './step.ts'

/** What `planMounts` makes of the flags. */
export interface PlannedMounts {
  /** Each adds what it reads to the step's inputs. */
  readonly mounts: readonly ((inputs: StepId[]) => RunMount)[]
  /** Variables that hold a secret: their values are never shown. */
  readonly secretEnv: readonly string[]
}

export function planMounts(plan: PlanContext, work: Work, flags: readonly MountFlag[]): PlannedMounts {
  const fields = flags.map((flag) => new Fields(plan, work, flag))
  let agents = 0
  const mounts = fields.map((mount) => planMount(plan, work, mount, () => agents++))
  const secretEnv = fields.flatMap((mount) => (mount.type === 'secret' ? (mount.text('env') ?? []) : []))
  return { mounts, secretEnv }
}

/** The fields of one mount, expanded; the last of several wins. */
class Fields {
  readonly type: string
  readonly flag: MountFlag
  readonly #plan: PlanContext
  readonly #work: Work

  constructor(plan: PlanContext, work: Work, flag: MountFlag) {
    this.flag = flag
    this.#plan = plan
    this.#work = work
    this.type = this.text('type') ?? 'bind'
  }

  word(...keys: readonly string[]): Word | null {
    return this.flag.fields.findLast(({ key }) => keys.includes(key.text))?.value ?? null
  }

  text(...keys: readonly string[]): string | null {
    const word = this.word(...keys)
    return word === null ? null : this.#plan.expander.word(word, this.#work.state)
  }

  /** A switch that may stand alone; null when it is not there. */
  switch(...keys: readonly string[]): boolean | null {
    const field = this.flag.fields.findLast(({ key }) => keys.includes(key.text))
    if (field === undefined) return null
    const value = field.value === null ? 'true' : (this.text(...keys) ?? '')
    if (/^(?:true|1)$/i.test(value)) return true
    if (/^(?:false|0)$/i.test(value)) return false
    throw this.fail(`invalid value for ${field.key.text}: ${value}`, field.value)
  }

  number(key: string, byDefault: number, base = 10): number {
    const text = this.text(key)
    if (text === null) return byDefault
    if (!(base === 8 ? /^[0-7]+$/ : /^\d+$/).test(text))
      throw this.fail(`invalid value ${text} for ${key}`, this.word(key))
    return Number.parseInt(text, base)
  }

  fail(message: string, word: Word | null = null): PlanError {
    return new PlanError(message, placeOf(this.#work, word?.range ?? this.flag.range))
  }
}

function planMount(
  plan: PlanContext,
  work: Work,
  mount: Fields,
  nextAgent: () => number,
): (inputs: StepId[]) => RunMount {
  const owner = () => ({ uid: mount.number('uid', 0), gid: mount.number('gid', 0) })
  const target = mount.text('target', 'dst', 'destination')
  const source = mount.text('source', 'src')
  const place = () => {
    const path = posix.resolve('/', work.state.workdir, target ?? '')
    if (path === '/') throw mount.fail(`invalid mount target ${JSON.stringify(target ?? '')}`)
    return path
  }
  const readOnly = mount.switch('readonly', 'ro')
  const writable = mount.switch('readwrite', 'rw')
  switch (mount.type) {
    case 'bind': {
      const input = inputOf(plan, work, mount, (range) => plan.mainContext(range))
      const path = sourcePath(source ?? '.')
      if (input?.isContext) plan.graph.want(input.step, path)
      const step = input?.step ?? emptyStep(plan)
      const fields = { target: place(), source: path, readOnly: readOnly ?? !(writable ?? false) }
      return (inputs) => ({ type: 'bind', ...fields, input: take(inputs, step) })
    }
    case 'cache': {
      const input = inputOf(plan, work, mount, () => null)
      const path = sourcePath(source ?? '.')
      if (input?.isContext) plan.graph.want(input.step, path)
      const sharing = mount.text('sharing') ?? 'shared'
      if (sharing !== 'shared' && sharing !== 'private' && sharing !== 'locked')
        throw mount.fail(`unsupported sharing value ${JSON.stringify(sharing)}`, mount.word('sharing'))
      const fields = {
        target: place(),
        id: mount.text('id') ?? posix.normalize(target ?? ''),
        sharing,
        readOnly: readOnly ?? (writable === null ? false : !writable),
        mode: mount.number('mode', 0o755, 8),
        ...owner(),
      } as const
      return (inputs) => ({
        type: 'cache',
        ...fields,
        from: input === null ? null : { input: take(inputs, input.step), source: path },
      })
    }
    case 'tmpfs': {
      const size = mount.text('size')
      const fields = { target: place(), sizeBytes: size === null ? null : bytes(size, mount) }
      return () => ({ type: 'tmpfs', ...fields })
    }
    case 'secret': {
      const env = mount.text('env')
      const id = source ?? mount.text('id') ?? (target === null ? env : posix.basename(target))
      if (id === null || id === '') throw mount.fail('invalid secret mount. one of source, target required')
      const byDefault = env === null ? `/run/secrets/${posix.basename(id)}` : null
      const fields = {
        id,
        target: target === null ? byDefault : place(),
        env,
        required: mount.switch('required') ?? false,
        mode: mount.number('mode', 0o400, 8),
        ...owner(),
      }
      return () => ({ type: 'secret', ...fields })
    }
    case 'ssh': {
      const number = nextAgent()
      const fields = {
        id: source ?? mount.text('id') ?? 'default',
        target: target === null ? `/run/buildkit/ssh_agent.${number}` : place(),
        required: mount.switch('required') ?? false,
        mode: mount.number('mode', 0o600, 8),
        ...owner(),
      }
      return () => ({ type: 'ssh', ...fields })
    }
    default:
      throw mount.fail(`unsupported mount type ${JSON.stringify(mount.type)}`, mount.word('type'))
  }
}

/** What `from` names, else what `byDefault` says; null is nothing at all. */
function inputOf(
  plan: PlanContext,
  work: Work,
  mount: Fields,
  byDefault: (range: Range) => Input | null,
): Input | null {
  const from = mount.word('from')
  if (from === null) return byDefault(placeOf(work, mount.flag.range))
  if (from.text.includes('$'))
    throw mount.fail("'from' doesn't support variable expansion, define alias stage instead", from)
  return plan.named(from, work)
}

/** A root with nothing in it. */
export function emptyStep(plan: PlanContext): StepId {
  return plan.graph.share('empty', () => ({
    operation: { kind: 'merge' },
    inputs: [],
    name: '[internal] empty root',
    origin: null,
    fresh: false,
  }))
}

function take(inputs: StepId[], step: StepId): number {
  const at = inputs.indexOf(step)
  // The root is not shared with what is mounted: it is written to.
  return at > 0 ? at : inputs.push(step) - 1
}

const UNITS = 'bkmgtp'

function bytes(text: string, mount: Fields): number {
  const match = /^(\d+(?:\.\d+)?)\s*([bkmgtp])?(?:i?b)?$/i.exec(text)
  if (match === null) throw mount.fail(`invalid value for size: ${text}`, mount.word('size'))
  return Math.floor(Number(match[1]) * 1024 ** UNITS.indexOf(match[2]?.toLowerCase() ?? 'b'))
}
