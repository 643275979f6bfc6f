/** Names of steps as BuildKit's progress shows them: `[build 2/5] RUN make`. */

import type { Stage, StageInstruction } from '../parse/tree.ts'

/** Whether an instruction has a number of its own. */
export function needsNumber({ kind }: StageInstruction): boolean {
  return kind === 'run' || kind === 'copy' || kind === 'add' || kind === 'workdir'
}

/** How many numbers a stage needs; FROM has one when it names something to start from. */
export function stageTotal({ instructions }: Stage, hasBase: boolean): number {
  return instructions.filter(needsNumber).length + (hasBase ? 1 : 0)
}

/** Counts the steps of one stage. */
export class StepNames {
  readonly #stage: string
  #total: number
  #count = 0

  /** `stage` is empty in a file of one stage; `total` of the steps that will have a number. */
  constructor(stage: string, total: number) {
    this.#stage = stage
    this.#total = total
  }

  /** So many more will come: triggers of the base. */
  expect(more: number): void {
    this.#total += more
  }

  /** The name of the next step. */
  next(text: string, isTrigger = false): string {
    if (this.#total === 0) return text
    this.#count++
    const stage = this.#stage === '' ? '' : `${this.#stage} `
    const width = String(this.#total).length
    const number = String(this.#count).padStart(width)
    return `[${stage}${number}/${this.#total}] ${isTrigger ? 'ONBUILD ' : ''}${text}`
  }
}

/** The first line of a heredoc, with dots when there are more. */
export function summarize(content: string): string {
  const lines = content.trim().split(/\r?\n/)
  return `${lines[0]}${lines.length > 1 ? '...' : ''}`
}
