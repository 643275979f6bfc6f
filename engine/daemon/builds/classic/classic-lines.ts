/**
 * A build's events as Docker's classic builder tells them: one instruction after the other. Here steps run at the
 * same time, so what a later one writes waits for its turn.
 */
import { randomBytes } from 'node:crypto'
import type { BuildEvent, BuildFailure, BuildResult, StepView } from '../../../builder/solve/progress.ts'
import { EngineError } from '../../../errors.ts'
import { type CountedInstruction, countInstructions, unusedArgs } from './instructions.ts'

/** What of the request shows in the answer. */
export interface ClassicWish {
  readonly target: string | null
  readonly args: Iterable<string>
  /** Only the image's id is told, or everything when it failed. */
  readonly quiet: boolean
}

type Line = Readonly<Record<string, unknown>>
type Ended = 'done' | 'cached' | 'failed'

const RED = '\u001b[91m'
const PLAIN = '\u001b[0m'

export class ClassicLines {
  readonly #wish: ClassicWish
  readonly #steps = new Map<string, StepView>()
  readonly #running = new Set<string>()
  readonly #ended = new Map<string, Ended>()
  readonly #logs = new Map<string, string[]>()
  #text: string | null = null
  #instructions: readonly CountedInstruction[] | null = null
  #at = 0
  #announced = false
  /** Name of the container that Docker would run the instruction in. */
  #container = ''
  #stageCached = true
  #exitCode: number | null = null
  #silent: Line[] = []

  constructor(wish: ClassicWish) {
    this.#wish = wish
  }

  /** The lines that an event makes. Throws `EngineError` for a build that failed before anything was told. */
  write(event: BuildEvent): readonly Line[] {
    const lines = this.#write(event)
    if (!this.#wish.quiet) return lines
    if (event.kind === 'result') return event.result.imageId ? [stream(`${event.result.imageId}\n`)] : []
    this.#silent.push(...lines)
    return event.kind === 'failed' ? this.#silent : []
  }

  #write(event: BuildEvent): Line[] {
    switch (event.kind) {
      case 'dockerfile':
        this.#text = event.text
        return []
      case 'steps':
        for (const step of event.steps) this.#steps.set(step.id, step)
        if (this.#instructions === null && event.steps.some(({ origin }) => origin !== null)) this.#count()
        return this.#advance()
      case 'step': {
        const { now } = event
        if (now.state === 'failed') this.#exitCode = now.exitCode
        if (now.state === 'running') this.#running.add(event.id)
        if (now.state === 'done' || now.state === 'cached' || now.state === 'failed')
          this.#ended.set(event.id, now.state)
        if (now.state !== 'waiting' && now.state !== 'cancelled') this.#implied(event.id)
        return this.#advance()
      }
      case 'log': {
        const text = event.stream === 'stdout' ? event.text : `${RED}${event.text}${PLAIN}`
        if (this.#isCurrent(event.id)) return [...this.#advance(), stream(text)]
        this.#logs.set(event.id, [...(this.#logs.get(event.id) ?? []), text])
        return []
      }
      case 'status':
        return this.#isCurrent(event.id) && event.total > 0 ? [progress(event)] : []
      case 'warning':
        return []
      case 'result':
        return this.#finish(event.result)
      case 'failed':
        return this.#fail(event.failure)
    }
  }

  #count(): void {
    if (this.#text === null) return
    this.#instructions = countInstructions(this.#text, this.#wish.target, [...this.#steps.values()])
  }

  /** What a step that runs or is there stands on is there too, if nobody says so or not. */
  #implied(id: string): void {
    for (const input of this.#steps.get(id)?.inputs ?? []) {
      if (this.#ended.has(input)) continue
      this.#ended.set(input, 'cached')
      this.#implied(input)
    }
  }

  #isCurrent(id: string): boolean {
    const current = this.#instructions?.[this.#at]
    return (
      current !== undefined && (current.steps.includes(id) || current.triggers.some((each) => each.id === id))
    )
  }

  /** Tells of instructions as far as they have ended, and begins the next. The last one waits for the image. */
  #advance(): Line[] {
    const lines: Line[] = []
    const instructions = this.#instructions ?? []
    for (; this.#at < instructions.length; this.#at++, this.#announced = false) {
      const current = instructions[this.#at] as CountedInstruction
      if (!this.#announced) lines.push(...this.#announce(current, instructions.length))
      lines.push(...this.#release(current))
      const steps = [...current.steps, ...current.triggers.map(({ id }) => id)]
      if (!steps.every((id) => ['done', 'cached'].includes(this.#ended.get(id) ?? ''))) break
      if (this.#at === instructions.length - 1) break
      lines.push(...this.#close(current, current.shortId))
    }
    return lines
  }

  #announce(current: CountedInstruction, total: number): Line[] {
    this.#announced = true
    this.#container = ''
    if (current.kind === 'from') this.#stageCached = true
    const lines = [stream(`Step ${this.#at + 1}/${total} : ${current.text}`), stream('\n')]
    const count = new Set(current.triggers.map(({ origin }) => origin?.ordinal)).size
    if (count > 0)
      lines.push(stream(`# Executing ${count} build trigger${count > 1 ? 's' : ''}`), stream('\n'))
    return lines
  }

  /** Names the container as soon as the instruction's command runs, and tells what it has written by then. */
  #release(current: CountedInstruction): Line[] {
    const lines: Line[] = []
    const runs = current.kind === 'run' && current.steps.some((id) => this.#running.has(id))
    if (runs && this.#container === '') {
      this.#container = randomBytes(6).toString('hex')
      lines.push(stream(` ---> Running in ${this.#container}\n`))
    }
    for (const id of [...current.steps, ...current.triggers.map((each) => each.id)]) {
      for (const text of this.#logs.get(id) ?? []) lines.push(stream(text))
      this.#logs.delete(id)
    }
    return lines
  }

  #close(current: CountedInstruction, id: string): Line[] {
    if (current.global) return []
    const cached = current.steps.every((step) => this.#ended.get(step) !== 'done')
    if (current.kind !== 'from') this.#stageCached &&= cached
    const lines: Line[] = []
    if (this.#container !== '') lines.push(stream(`Removing intermediate container ${this.#container}\n`))
    else if (current.kind !== 'from' && this.#stageCached) lines.push(stream(' ---> Using cache\n'))
    lines.push(stream(` ---> ${id}\n`))
    return lines
  }

  #finish({ imageId, names }: BuildResult): Line[] {
    if (this.#instructions === null) this.#count()
    for (const id of this.#steps.keys()) if (!this.#ended.has(id)) this.#ended.set(id, 'cached')
    const lines = this.#advance()
    const short = imageId?.slice('sha256:'.length, 'sha256:'.length + 12) ?? ''
    const last = this.#instructions?.at(-1)
    if (last) lines.push(...this.#close(last, short))
    if (imageId !== null) lines.push({ aux: { ID: imageId } })
    const unused = this.#text === null ? [] : unusedArgs(this.#text, this.#wish.args)
    if (unused.length > 0)
      lines.push(stream(`[Warning] One or more build-args [${unused.join(' ')}] were not consumed\n`))
    if (imageId !== null) lines.push(stream(`Successfully built ${short}\n`))
    for (const name of names) lines.push(stream(`Successfully tagged ${name}\n`))
    return lines
  }

  #fail(failure: BuildFailure): Line[] {
    if (this.#instructions === null) this.#failEarly(failure)
    const lines = this.#advance()
    const command = /process "(.*)" did not complete successfully: exit code: (\d+)/s.exec(failure.message)
    const code = this.#exitCode ?? Number(command?.[2] ?? 0)
    const message = command
      ? `The command '${command[1]}' returned a non-zero code: ${command[2]}`
      : failure.message
    return [...lines, { errorDetail: { ...(code > 0 ? { code } : {}), message }, error: message }]
  }

  /** Nothing was told: what is wrong with the request or its Dockerfile is answered as an error, the rest in a line. */
  #failEarly(failure: BuildFailure): void {
    if (failure.kind === 'cancelled') throw new EngineError('cancelled', failure.message)
    const broken = failure.problems.some(({ severity }) => severity === 'error')
    if (broken || this.#text === null) throw new EngineError('invalid', parseErrorOf(failure))
    this.#count()
  }
}

/** What is wrong with a Dockerfile as Docker says it; of anything else, its message. */
export function parseErrorOf({ message, problems }: BuildFailure): string {
  const error = problems.find(({ severity }) => severity === 'error')
  const said = error?.message ?? message
  const target = /^target stage "(.*)" could not be found/.exec(said)
  if (target) return `failed to reach build target ${target[1]} in Dockerfile`
  const missing = /^failed to read dockerfile: open (.*): no such file or directory$/.exec(said)
  if (missing) return `Cannot locate specified Dockerfile: ${missing[1]}`
  return error?.rule === 'syntax' ? `dockerfile parse error line ${error.range.start.line}: ${said}` : said
}

function stream(text: string): Line {
  return { stream: text }
}

/** A part of a pull. */
function progress(event: Extract<BuildEvent, { readonly kind: 'status' }>): Line {
  const { name, current, total, completedAt } = event
  const id = /^sha256:([0-9a-f]{12})/.exec(name)?.[1] ?? name
  if (completedAt !== null) return { status: 'Pull complete', progressDetail: {}, id }
  return { status: 'Downloading', progressDetail: { current, total }, id }
}
