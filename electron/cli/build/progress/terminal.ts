/** Progress that is painted anew on a terminal, as BuildKit's: steps in order, running ones with the end of their log. */
import type { StepNow } from '../../../../engine/api/longshore/build-events.ts'
import type { BuildModel, StepProgress } from './model.ts'
import { part, reasonOf, seconds } from './words.ts'

/** What the terminal is like. */
export interface Screen {
  readonly columns: number
  readonly rows: number
  readonly colours: boolean
}

/** A running step shows so many lines of its log. */
const LOG_LINES = 6

type Colour = 'blue' | 'red' | 'yellow' | 'grey'
const CODES: Readonly<Record<Colour, string>> = {
  ...{ blue: '\x1b[34m', red: '\x1b[31m', yellow: '\x1b[33m', grey: '\x1b[90m' },
}

interface Line {
  readonly text: string
  /** At the right edge. */
  readonly time: string
  readonly colour: Colour | null
}

/** The build as lines, none wider than the screen. `now` is ms since 1970. Pure. */
export function paint(model: BuildModel, startedAt: number, now: number, screen: Screen): readonly string[] {
  const shown = model.steps.filter(({ now: { state } }) => state !== 'waiting')
  const over = shown.filter(({ now: { state } }) => state === 'done' || state === 'cached').length
  const finished = model.end === null ? '' : ' FINISHED'
  const count = `(${over}/${model.steps.length})`
  const head = `[+] Building ${seconds(now - startedAt)} ${count}${finished}`
  const blocks = shown.map((step) => block(step, now))
  const room = Math.max(1, screen.rows - 2)
  return [
    colour(cut(head, screen.columns), screen.colours && finished !== '' ? 'blue' : null),
    ...within(room, blocks).map((line) => format(line, screen)),
  ]
}

/** What a step takes: itself, its parts, and while it runs the last lines of its log. */
function block(step: StepProgress, now: number): readonly Line[] {
  const state = step.now
  const from = 'startedAt' in state ? state.startedAt : now
  const to = 'completedAt' in state ? state.completedAt : state.state === 'running' ? now : from
  const mark = { cached: 'CACHED ', failed: 'ERROR ', cancelled: 'CANCELED ' }[state.state as string] ?? ''
  // That all of it runs anew was asked for, and need not be said of each.
  const reason = step.reason?.kind === 'asked' ? null : reasonOf(step)
  const why = reason === null ? '' : ` (${reason})`
  const line: Line = {
    text: ` => ${mark}${step.step.name}${why}`,
    time: seconds(to - from),
    colour: colourOf(state.state),
  }
  const parts = [...step.statuses.values()]
    .filter(({ completedAt }) => state.state === 'running' || completedAt !== null)
    .map(
      (status): Line => ({
        text: ` => => ${part(status)}`,
        time: seconds((status.completedAt ?? now) - status.startedAt),
        colour: status.completedAt === null ? null : 'blue',
      }),
    )
  const log = state.state === 'running' ? step.log.slice(-LOG_LINES) : []
  return [
    line,
    ...parts,
    ...log.map(({ text }): Line => ({ text: ` => => # ${text}`, time: '', colour: 'grey' })),
  ]
}

function colourOf(state: StepNow['state']): Colour | null {
  switch (state) {
    case 'waiting':
    case 'running':
      return null
    case 'failed':
      return 'red'
    case 'cancelled':
      return 'yellow'
    case 'cached':
    case 'done':
      return 'blue'
  }
}

/** As many lines as there is room for: what is over goes first, then the logs of what runs grow short. */
function within(room: number, blocks: readonly (readonly Line[])[]): readonly Line[] {
  const all = blocks.flat()
  if (all.length <= room) return all
  const runs = (lines: readonly Line[]) => lines[0]?.colour === null
  const each = Math.max(1, Math.floor(room / Math.max(1, blocks.filter(runs).length)))
  const running = blocks.filter(runs).flatMap((lines) => {
    const log = lines.slice(Math.max(1, lines.length - (each - 1)))
    return [...lines.slice(0, 1), ...log]
  })
  const left = Math.max(0, room - running.length)
  const over = blocks.filter((lines) => !runs(lines)).flatMap((lines) => lines.slice(0, 1))
  return [...over.slice(over.length - Math.min(left, over.length)), ...running.slice(-room)]
}

function format({ text, time, colour: of }: Line, { columns, colours }: Screen): string {
  const width = columns - time.length - (time === '' ? 0 : 1)
  const left = cut(text.replaceAll('\t', '  '), width)
  const line = time === '' ? left : `${left.padEnd(width)} ${time}`
  return colour(line, colours ? of : null)
}

/** Without what would move the cursor. */
function cut(text: string, width: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a command's own colours and cursor moves are what goes
  const plain = text.replaceAll(/\x1b\[[0-9;?]*[a-zA-Z]|[\x00-\x08\x0b-\x1f\x7f]/g, '')
  return plain.length <= width ? plain : `${plain.slice(0, Math.max(0, width - 1))}…`
}

function colour(text: string, name: Colour | null): string {
  return name === null ? text : `${CODES[name]}${text}\x1b[0m`
}

/** What to write so that `lines` take the place of the `before` lines painted last. */
export function repaint(lines: readonly string[], before: number): string {
  const up = before === 0 ? '' : `\x1b[${before}A`
  const rest = lines.length < before ? '\x1b[J' : ''
  return `\x1b[?25l${up}${lines.map((line) => `\r${line}\x1b[K\n`).join('')}${rest}\x1b[?25h`
}
