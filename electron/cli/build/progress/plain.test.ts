import { describe, expect, test } from 'vitest'
import type { BuildProgress, StepNow, StepReason } from '../../../../engine/api/longshore/build-events.ts'
import { PlainView } from './plain.ts'

/** A script of a build by seconds since its start. */
const at = (second: number) => 1_800_000_000_000 + second * 1000
const ORIGIN = { stage: '0', ordinal: 2, text: 'RUN x', range: null }
const steps = (...names: readonly string[]): BuildProgress => ({
  ...{ kind: 'steps', at: at(0) },
  steps: names.map((name, number) => ({ id: `s${number}`, name, inputs: [], origin: ORIGIN })),
})
const step = (second: number, id: string, now: StepNow, reason: StepReason | null = null): BuildProgress => ({
  ...{ kind: 'step', at: at(second), id, now, reason, layerBytes: null },
})
const started = (second: number, id: string, reason?: StepReason) =>
  step(second, id, { state: 'running', startedAt: at(second) }, reason)
const done = (from: number, to: number, id: string) =>
  step(to, id, { state: 'done', startedAt: at(from), completedAt: at(to) })
const log = (second: number, id: string, text: string): BuildProgress => ({
  ...{ kind: 'log', at: at(second), id, stream: 'stdout', text },
})
const status = (
  second: number,
  id: string,
  name: string,
  current: number,
  end: number | null,
): BuildProgress => ({
  ...{ kind: 'status', at: at(second), id, name, current, total: 2000, startedAt: at(0) },
  completedAt: end === null ? null : at(end),
})
const END: BuildProgress = {
  ...{ kind: 'result', at: at(99) },
  result: { imageId: null, manifestDigest: null, names: [] },
}

function printed(...events: readonly BuildProgress[]): string {
  const view = new PlainView()
  return [...events, END].flatMap((event) => view.add(event)).join('\n')
}

describe('plain progress', () => {
  test('a step, its log by seconds since its start, and its end [07.08]', () => {
    const text = printed(
      steps('[build 1/2] FROM busybox', '[build 2/2] RUN make'),
      step(0, 's0', { state: 'cached', startedAt: at(0), completedAt: at(0) }),
      started(1, 's1'),
      log(1.25, 's1', 'cc -c '),
      log(1.5, 's1', 'a.c\ncc -c b.c'),
      done(1, 2.5, 's1'),
    )
    expect(text).toBe(
      [
        ...['#1 [build 1/2] FROM busybox', '#1 CACHED', ''],
        ...['#2 [build 2/2] RUN make', '#2 0.500 cc -c a.c', '#2 1.500 cc -c b.c', '#2 DONE 1.5s', ''],
      ].join('\n'),
    )
  })

  test('a step says why it ran', () => {
    const reason: StepReason = { kind: 'changed', text: 'src/app.ts changed', what: ['src/app.ts'] }
    expect(printed(steps('COPY . .'), started(0, 's0', reason), done(0, 0.34, 's0'))).toBe(
      ['#1 COPY . .', '#1 ran because: src/app.ts changed', '#1 DONE 0.3s', ''].join('\n'),
    )
  })

  test('what is no instruction has no reason to tell', () => {
    const view = new PlainView()
    const id = 'load'
    view.add({ kind: 'steps', at: at(0), steps: [{ id, name: '[internal] load', inputs: [], origin: null }] })
    const lines = view.add(started(0, id, { kind: 'asked', text: 'always' }))
    expect(lines).toEqual(['#1 [internal] load'])
  })

  test('a step that was never built before has no reason to tell', () => {
    const text = printed(steps('RUN x'), started(0, 's0', { kind: 'new', text: 'new' }), done(0, 1, 's0'))
    expect(text).toBe('#1 RUN x\n#1 DONE 1.0s\n')
  })

  test('one of two that run at once is shown to its end, then the other with all that it said', () => {
    const text = printed(
      steps('RUN a', 'RUN b'),
      ...[started(0, 's0'), started(0, 's1'), log(1, 's1', 'b says\n'), log(2, 's0', 'a says\n')],
      ...[done(0, 2, 's1'), done(0, 3, 's0')],
    )
    expect(text).toBe(
      [
        ...['#1 RUN a', '#1 2.000 a says', '#1 DONE 3.0s', ''],
        ...['#2 RUN b', '#2 1.000 b says', '#2 DONE 2.0s', ''],
      ].join('\n'),
    )
  })

  test('one that is silent for long gives way, and comes back by its number', () => {
    const text = printed(
      steps('RUN a', 'RUN b'),
      ...[started(0, 's0'), started(0, 's1'), log(6, 's1', 'b says\n'), done(0, 7, 's1'), done(0, 8, 's0')],
    )
    expect(text).toBe(
      [
        ...['#1 RUN a', '#1 ...', ''],
        ...['#2 RUN b', '#2 6.000 b says', '#2 DONE 7.0s', ''],
        ...['#1 RUN a', '#1 DONE 8.0s', ''],
      ].join('\n'),
    )
  })

  test('what goes on is said at its start, at most every five seconds, and at its end', () => {
    const text = printed(
      steps('load'),
      started(0, 's0'),
      ...[status(0, 's0', 'sha256:a', 1, null), status(1, 's0', 'sha256:a', 500, null)],
      ...[status(6, 's0', 'sha256:a', 1500, null), status(7, 's0', 'sha256:a', 2000, 7), done(0, 7, 's0')],
    )
    expect(text).toBe(
      [
        ...['#1 load', '#1 sha256:a 1B / 2.00kB', '#1 sha256:a 1.50kB / 2.00kB 6.0s'],
        ...['#1 sha256:a 2.00kB / 2.00kB 7.0s done', '#1 DONE 7.0s', ''],
      ].join('\n'),
    )
  })

  test('an error, and what was stopped for it', () => {
    const failed: StepNow = {
      ...{ state: 'failed', startedAt: at(0), completedAt: at(1), message: 'exit code: 1', exitCode: 1 },
    }
    const text = printed(
      steps('RUN a', 'RUN b', 'RUN never'),
      ...[started(0, 's0'), started(0, 's1'), step(1, 's0', failed)],
      ...[step(1, 's1', { state: 'cancelled' }), step(1, 's2', { state: 'cancelled' })],
    )
    expect(text).toBe(['#1 RUN a', '#1 ERROR: exit code: 1', '', '#2 RUN b', '#2 CANCELED', ''].join('\n'))
  })

  test('a line that was written over is shown as it was in the end', () => {
    expect(printed(steps('RUN x'), started(0, 's0'), log(0, 's0', ' 10%\r 50%\r100%\r\n'))).toContain(
      '0.000 100%',
    )
  })
})
