import { describe, expect, test } from 'vitest'
import type { BuildProgress, StepNow } from '../../../../engine/api/longshore/build-events.ts'
import { BuildModel } from './model.ts'
import { paint, repaint } from './terminal.ts'

const at = (second: number) => 1_800_000_000_000 + second * 1000
const step = (id: string, now: StepNow): BuildProgress => ({
  ...{ kind: 'step', at: at(0), id, now, reason: null, layerBytes: null },
})

function model(...events: readonly BuildProgress[]): BuildModel {
  const made = new BuildModel()
  const steps = ['FROM busybox', 'RUN make', 'RUN test'].map((name, number) => ({
    ...{ id: `s${number}`, name: `[${number + 1}/3] ${name}`, inputs: [], origin: null },
  }))
  made.add({ kind: 'steps', at: at(0), steps })
  for (const event of events) made.add(event)
  return made
}

const CACHED: BuildProgress = step('s0', { state: 'cached', startedAt: at(0), completedAt: at(0) })
const RUNNING: BuildProgress = step('s1', { state: 'running', startedAt: at(0) })
const said = (text: string): BuildProgress => ({ kind: 'log', at: at(1), id: 's1', stream: 'stdout', text })
const draw = (of: BuildModel, columns = 40, rows = 20, colours = false) =>
  paint(of, at(0), at(2), { columns, rows, colours }).join('\n')

describe('progress on a terminal', () => {
  test('what is over, what runs with the end of its log, and times at the right edge [07.08]', () => {
    expect(draw(model(CACHED, RUNNING, said('one\ntwo\n')))).toBe(
      [
        '[+] Building 2.0s (1/3)',
        ' => CACHED [1/3] FROM busybox       0.0s',
        ' => [2/3] RUN make                  2.0s',
        ' => => # one',
        ' => => # two',
      ].join('\n'),
    )
  })

  test('no line is wider than the screen, whatever a command writes', () => {
    const text = draw(model(RUNNING, said(`${'x'.repeat(100)}\n\x1b[2J\x1b[31mred\n`)), 30)
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(30)
    expect(text).not.toContain('\x1b')
    expect(text).toContain('# red')
  })

  test('only the last lines of a log, and none of a step that is over', () => {
    const lines = Array.from({ length: 10 }, (_, number) => `line ${number}\n`).join('')
    expect(draw(model(RUNNING, said(lines)))).not.toContain('line 3')
    const over = step('s1', { state: 'done', startedAt: at(0), completedAt: at(1) })
    expect(draw(model(RUNNING, said(lines), over))).not.toContain('line')
  })

  test('where the screen is low, what runs is seen', () => {
    const text = draw(model(CACHED, RUNNING, said('one\ntwo\nthree\n')), 40, 5)
    expect(text.split('\n')).toHaveLength(4)
    expect(text).toContain('RUN make')
    expect(text).toContain('# three')
  })

  test('the end is said', () => {
    const result = { imageId: null, manifestDigest: null, names: [] }
    expect(draw(model(CACHED, { kind: 'result', at: at(2), result }))).toContain(
      '[+] Building 2.0s (1/3) FINISHED',
    )
  })

  test('colours tell how a step ended', () => {
    const failed: StepNow = {
      state: 'failed',
      startedAt: at(0),
      completedAt: at(1),
      message: 'x',
      exitCode: 1,
    }
    const text = draw(model(CACHED, step('s1', failed)), 40, 20, true)
    expect(text).toContain('\x1b[34m => CACHED')
    expect(text).toContain('\x1b[31m => ERROR')
  })

  test('is painted over what was there, and clears what is left of it', () => {
    expect(repaint(['a', 'b'], 3)).toBe('\x1b[?25l\x1b[3A\ra\x1b[K\n\rb\x1b[K\n\x1b[J\x1b[?25h')
    expect(repaint(['a'], 0)).toBe('\x1b[?25l\ra\x1b[K\n\x1b[?25h')
  })
})
