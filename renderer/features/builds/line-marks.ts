/** What the lines of a Dockerfile are told of their steps. Pure. */
import { formatBytes } from '../../lib/bytes.ts'
import { durationWords } from '../../lib/duration.ts'
import type { LineMark, MarkTone } from '../../panels/editor/editor-props.ts'
import type { BuildStep } from '../../rpc/views.ts'

/** Of several steps of one instruction (a linked copy is two) the one counts that says most. */
const WEIGHT: Readonly<Record<BuildStep['state'], number>> = {
  failed: 5,
  running: 4,
  done: 3,
  waiting: 2,
  cached: 1,
  cancelled: 0,
}

/** One mark for each instruction that has steps. */
export function lineMarks(steps: readonly BuildStep[]): readonly LineMark[] {
  const byLine = new Map<number, BuildStep[]>()
  for (const step of steps) {
    const line = step.range?.start.line
    if (line !== undefined) byLine.set(line, [...(byLine.get(line) ?? []), step])
  }
  return [...byLine].map(([line, own]) => {
    const step = own.reduce((best, each) => (WEIGHT[each.state] > WEIGHT[best.state] ? each : best))
    const bytes = own.reduce((sum, each) => sum + (each.layerBytes ?? 0), 0)
    const to = endOf(step)
    return {
      line,
      ...(to > line ? { to } : {}),
      tone: toneOf(step),
      wash: ['failed', 'running'].includes(step.state) || isChange(step),
      note: noteOf(step, bytes),
      about: aboutOf(step, bytes),
    }
  })
}

/** An end at the first column is the end of the line before. */
function endOf({ range }: BuildStep): number {
  if (!range) return 0
  return range.end.column === 1 ? range.end.line - 1 : range.end.line
}

function isChange({ state, reason }: BuildStep): boolean {
  return state === 'done' && reason?.kind === 'changed'
}

function toneOf(step: BuildStep): MarkTone {
  switch (step.state) {
    case 'cached':
      return 'ok'
    case 'running':
      return 'busy'
    case 'failed':
      return 'bad'
    case 'done':
      return isChange(step) ? 'changed' : 'quiet'
    case 'waiting':
    case 'cancelled':
      return 'quiet'
  }
}

function noteOf(step: BuildStep, bytes: number): string {
  const size = bytes > 0 ? `, ${formatBytes(bytes)}` : ''
  switch (step.state) {
    case 'cached':
      return `cached${size}`
    case 'running':
      return step.reason?.kind === 'changed' ? `running: ${short(step.reason.text)}` : 'running'
    case 'failed':
      return step.exitCode === null ? 'failed' : `failed: exit ${step.exitCode}`
    case 'done':
      return step.reason?.kind === 'changed'
        ? `ran: ${short(step.reason.text)}${size}`
        : `ran ${tookOf(step)}${size}`
    case 'waiting':
      return 'waits'
    case 'cancelled':
      return 'not run'
  }
}

function aboutOf(step: BuildStep, bytes: number): string {
  const parts = [step.reason?.text, step.message, tookOf(step) && `took ${tookOf(step)}`]
  if (bytes > 0) parts.push(`adds ${formatBytes(bytes)}`)
  return parts.filter((part) => part !== null && part !== undefined && part !== '').join('. ')
}

function tookOf({ startedAt, completedAt }: BuildStep): string {
  return startedAt === null || completedAt === null ? '' : durationWords(completedAt - startedAt)
}

/** A reason is told whole in the card beside; the line has room for its beginning. */
function short(text: string): string {
  return text.length > 48 ? `${text.slice(0, 45).trimEnd()}...` : text
}
