/** Lines of several containers as Docker Compose prints them: `web-1  | text`, aligned, a colour a container. */
import type { LogLine } from '../../../engine/compose/operate/logs.ts'
import type { ObservedContainer } from '../../../engine/compose/plan/observed.ts'

/** ANSI colours that can be read on light and dark, as Docker Compose hands them out. */
const COLOURS = [36, 33, 32, 35, 34, 96, 93, 92, 95, 94] as const

export interface LogStyle {
  readonly colour: boolean
  readonly prefix: boolean
}

export class LogPrinter {
  readonly #project: string
  readonly #style: LogStyle
  readonly #colours = new Map<string, number>()
  #width = 0

  constructor(project: string, style: LogStyle) {
    this.#project = project
    this.#style = style
  }

  /** Makes room for the names of these, so that all prefixes are of one width. */
  expect(containers: readonly ObservedContainer[]): void {
    for (const container of containers) this.#width = Math.max(this.#width, this.nameOf(container).length)
  }

  /** Makes room for a name of this many letters. */
  widen(width: number): void {
    this.#width = Math.max(this.#width, width)
  }

  /** The container's name without the project's. */
  nameOf({ inspect }: ObservedContainer): string {
    const name = inspect.Name.replace(/^\//, '')
    return name.startsWith(`${this.#project}-`) ? name.slice(this.#project.length + 1) : name
  }

  /** The line with its end. */
  print({ container, text, time }: LogLine): string {
    return `${this.#prefix(container)}${time === undefined ? '' : `${time} `}${text}\n`
  }

  /** What is said of a container rather than by it. */
  say(container: ObservedContainer, what: string): string {
    return `${this.nameOf(container)} ${what}\n`
  }

  #prefix(container: ObservedContainer): string {
    if (!this.#style.prefix) return ''
    const name = this.nameOf(container)
    this.#width = Math.max(this.#width, name.length)
    const prefix = `${name.padEnd(this.#width)}  | `
    if (!this.#style.colour) return prefix
    const colour = this.#colours.get(name) ?? COLOURS[this.#colours.size % COLOURS.length] ?? 36
    this.#colours.set(name, colour)
    return `\u001B[${colour}m${prefix}\u001B[0m`
  }
}
