/** Tells on stderr how a plan is carried out, in Docker Compose's words. */
import type { Progress } from '../../../engine/compose/apply/apply.ts'
import type { Change } from '../../../engine/compose/plan/change.ts'
import type { Action } from '../../../engine/compose/plan/step.ts'
import type { ProgressStyle, ProjectOptions } from './options.ts'

/** What is worked on, and what it is called before and after. */
interface Words {
  readonly id: string
  readonly doing: string
  readonly done: string
}

/** Docker Compose's words of a step. */
export function wordsOf(action: Action): Words {
  const container = (name: string, doing: string, done: string) => ({ id: `Container ${name}`, doing, done })
  switch (action.kind) {
    case 'create-network':
      return { id: `Network ${action.name}`, doing: 'Creating', done: 'Created' }
    case 'remove-network':
      return { id: `Network ${action.name}`, doing: 'Removing', done: 'Removed' }
    case 'remove-image':
      return { id: `Image ${action.name}`, doing: 'Removing', done: 'Removed' }
    case 'create-volume':
      return { id: `Volume ${action.name}`, doing: 'Creating', done: 'Created' }
    case 'remove-volume':
      return { id: `Volume ${action.name}`, doing: 'Removing', done: 'Removed' }
    case 'pull':
      return { id: `Image ${action.image}`, doing: 'Pulling', done: 'Pulled' }
    case 'build':
      return { id: `Image ${action.image}`, doing: 'Building', done: 'Built' }
    case 'create':
      return action.inPlaceOf === null
        ? container(action.container.name, 'Creating', 'Created')
        : container(action.container.name, 'Recreate', 'Recreated')
    case 'start':
      return container(action.name, 'Starting', 'Started')
    case 'stop':
      return container(action.name, 'Stopping', 'Stopped')
    case 'restart':
      return container(action.name, 'Restarting', 'Started')
    case 'pause':
      return container(action.name, 'Pausing', 'Paused')
    case 'unpause':
      return container(action.name, 'Unpausing', 'Unpaused')
    case 'kill':
      return container(action.name, 'Killing', 'Killed')
    case 'remove':
      return container(action.name, 'Removing', 'Removed')
    case 'rename':
      return container(action.from, 'Renaming', 'Renamed')
    case 'watch':
      return container(action.names.join(', '), 'Watching', 'Running')
    case 'delay':
      return { id: `Service ${action.service}`, doing: 'Delaying', done: 'Delayed' }
    case 'hook':
      return container(action.shown, `Running ${action.phase}`, `Ran ${action.phase}`)
    case 'restore':
      return container(action.name, 'Rolling back', 'Rolled back')
    case 'wait':
      return container(
        action.names.join(', '),
        'Waiting',
        action.condition === 'healthy' ? 'Healthy' : 'Exited',
      )
  }
}

/** What tells of steps, and ends its last line when all is over. */
export interface Teller {
  readonly told: (progress: Progress) => void
  /** A line of what a build or a hook writes. */
  readonly line: (source: string, text: string) => void
  /** The reasons of another plan. */
  readonly explain: (changes: readonly Change[]) => void
  readonly end: () => void
}

type Options = Pick<ProjectOptions, 'progress' | 'ansi'>

/** Lines for a file, lines written anew for a terminal, JSON for a program. `changes` give the reasons. */
export function teller(options: Options, changes: readonly Change[], out: NodeJS.WriteStream): Teller {
  const style: ProgressStyle =
    options.progress !== 'auto' ? options.progress : out.isTTY && options.ansi !== 'never' ? 'tty' : 'plain'
  const reasons = new Map<string, string>()
  const explain = (list: readonly Change[]) => {
    for (const { name, verb, reasons: all } of list)
      if (verb === 'recreate') reasons.set(`Container ${name}`, all.join('; '))
  }
  explain(changes)
  const line = ({ kind, action, ...more }: Progress) => {
    const { id, doing, done } = wordsOf(action)
    const why = kind === 'begin' && doing === 'Recreate' ? (reasons.get(id) ?? '') : ''
    const failure = 'error' in more ? message(more.error) : ''
    return {
      id,
      text: kind === 'begin' ? doing : kind === 'done' ? done : kind === 'forgiven' ? 'Warning' : 'Error',
      detail: why || failure,
    }
  }
  if (style === 'quiet') return { told: () => {}, line: () => {}, explain, end: () => {} }
  if (style === 'json') {
    return {
      told: (progress) => {
        const { id, text, detail } = line(progress)
        out.write(`${JSON.stringify({ id, status: text, ...(detail ? { details: detail } : {}) })}\n`)
      },
      line: (source, text) => void out.write(`${JSON.stringify({ id: source, text })}\n`),
      explain,
      end: () => {},
    }
  }
  if (style === 'tty') return { ...rewriting(line, out), explain }
  return {
    told: (progress) => {
      const { id, text, detail } = line(progress)
      out.write(` ${id}  ${text}${detail ? `  (${detail})` : ''}\n`)
    },
    line: (source, text) => void out.write(`${source}: ${text}\n`),
    explain,
    end: () => {},
  }
}

type Line = (progress: Progress) => { readonly id: string; readonly text: string; readonly detail: string }

/** One line a thing, written anew at each step. */
function rewriting(line: Line, out: NodeJS.WriteStream): Omit<Teller, 'explain'> {
  const lines = new Map<string, string>()
  let height = 0
  return {
    told: (progress) => {
      const { id, text, detail } = line(progress)
      const mark = progress.kind === 'begin' ? '⠿' : progress.kind === 'done' ? '✔' : '✘'
      lines.set(id, ` ${mark} ${id}  ${text}${detail ? `  (${detail})` : ''}`)
      const shown = [...lines.values()].map((each) => each.slice(0, Math.max(20, out.columns - 1)))
      out.write(
        `${height > 0 ? `\u001B[${height}A` : ''}${shown.map((each) => `\u001B[2K${each}\n`).join('')}`,
      )
      height = shown.length
    },
    line: (source, text) => {
      out.write(`${source}: ${text}\n`)
      // The block begins anew below it.
      height = 0
    },
    end: () => {},
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
