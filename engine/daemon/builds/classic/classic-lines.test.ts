import { describe, expect, test } from 'vitest'
import type { BuildEvent, StepState, StepView } from '../../../builder/solve/progress.ts'
import { ClassicLines } from './classic-lines.ts'

const IMAGE = `sha256:${'ab'.repeat(32)}` as const
const range = { start: { line: 1, column: 1 }, end: { line: 1, column: 2 } }

function step(id: string, ordinal: number, inputs: readonly string[] = [], stage = '0'): StepView {
  return { id, name: id, inputs, origin: { stage, ordinal, text: '', range } }
}

const file = (text: string): BuildEvent => ({ kind: 'dockerfile', at: 1, path: 'Dockerfile', text })
const graph = (...steps: readonly StepView[]): BuildEvent => ({ kind: 'steps', at: 1, steps })
const log = (id: string, text: string, stream: 'stdout' | 'stderr' = 'stdout'): BuildEvent => {
  return { kind: 'log', at: 1, id, stream, text }
}
function now(id: string, state: 'running' | 'cached' | 'done' | 'failed', exitCode = 1): BuildEvent {
  const all = { startedAt: 1, completedAt: 2, message: 'it failed', exitCode }
  const value = { ...all, state } as StepState
  return { kind: 'step', at: 1, id, now: value, reason: null, layerBytes: null }
}
const result: BuildEvent = {
  ...{ kind: 'result', at: 1 },
  result: { imageId: IMAGE, manifestDigest: null, names: ['x:latest', 'y:2'] },
}
function failed(message: string, rule: string | null = null): BuildEvent {
  const problem = { severity: 'error', rule: rule ?? '', message, range, suggestion: null } as const
  const failure = { kind: 'failed', message, origin: null, step: null } as const
  return { kind: 'failed', at: 1, failure: { ...failure, problems: rule === null ? [] : [problem] } }
}

/** What a client sees: text as it flows, other lines as JSON; ids that differ each time as `ID`. */
function told(
  events: readonly BuildEvent[],
  wish: { quiet?: boolean; target?: string; args?: string[] } = {},
) {
  const lines = new ClassicLines({ target: null, args: [], quiet: false, ...wish })
  return events
    .flatMap((event) => lines.write(event))
    .map((line) => (typeof line.stream === 'string' ? line.stream : `${JSON.stringify(line)}\n`))
    .join('')
    .replace(/(?<=Running in |container )[0-9a-f]{12}/g, 'ID')
    .replace(/(?<= ---> )(?!abab)[0-9a-f]{12}/g, 'ID')
}

describe('the classic answer', () => {
  const text = 'ARG BASE=busybox\nFROM $BASE AS base\nENV A=b\nRUN make\nCMD ["sh"]\n'
  const steps = graph(step('s0', 1, [], 'base'), step('s1', 3, ['s0'], 'base'))

  test('counts instructions and names containers and images as Docker does [07.10]', () => {
    const events = [
      ...[file(text), steps, now('s0', 'running'), now('s0', 'done'), now('s1', 'running')],
      ...[log('s1', 'out\n'), log('s1', 'err\n', 'stderr'), now('s1', 'done'), result],
    ]
    expect(told(events, { args: ['BASE', 'zz', 'nope', 'HTTP_PROXY'] })).toBe(
      [
        'Step 1/5 : ARG BASE=busybox',
        'Step 2/5 : FROM $BASE AS base',
        ' ---> ',
        'Step 3/5 : ENV A=b',
        ' ---> Using cache',
        ' ---> ID',
        'Step 4/5 : RUN make',
        ' ---> Running in ID',
        'out',
        '\u001b[91merr',
        '\u001b[0mRemoving intermediate container ID',
        ' ---> ID',
        'Step 5/5 : CMD ["sh"]',
        ' ---> abababababab',
        `{"aux":{"ID":"${IMAGE}"}}`,
        '[Warning] One or more build-args [nope zz] were not consumed',
        'Successfully built abababababab',
        'Successfully tagged x:latest',
        'Successfully tagged y:2',
        '',
      ].join('\n'),
    )
  })

  test('a cached build says so, also for steps that nobody had to look at [11.01]', () => {
    const all = told([file(text), steps, now('s1', 'cached'), result])
    expect(all.match(/ ---> Using cache\n/g)).toHaveLength(3)
    expect(all).not.toContain('Running in')
  })

  test('quiet tells the id alone, and everything when it fails [07.10]', () => {
    const begun = [file(text), steps, now('s0', 'done'), now('s1', 'running')]
    expect(told([...begun, now('s1', 'done'), result], { quiet: true })).toBe(`${IMAGE}\n`)
    const broken = [
      ...begun,
      now('s1', 'failed', 3),
      failed('process "make" did not complete successfully: exit code: 3'),
    ]
    expect(told(broken, { quiet: true })).toContain('Step 4/5 : RUN make\n')
  })

  test('a command that fails tells its code as Docker does [08.04]', () => {
    const message =
      'failed to solve: RUN make: process "/bin/sh -c make" did not complete successfully: exit code: 3'
    const all = told([
      file(text),
      steps,
      now('s0', 'done'),
      now('s1', 'running'),
      now('s1', 'failed', 3),
      failed(message),
    ])
    expect(all).toContain('Step 4/5 : RUN make\n ---> Running in ID\n')
    const said = "The command '/bin/sh -c make' returned a non-zero code: 3"
    expect(all).toContain(JSON.stringify({ errorDetail: { code: 3, message: said }, error: said }))
  })

  test('stages at the same time are told one after the other, unneeded ones not at all [11.06]', () => {
    const two =
      'FROM a AS one\nRUN first\nFROM b AS never\nRUN never\nFROM c\nRUN second\nCOPY --from=one /x /\n'
    const all = told([
      file(two),
      graph(
        step('a', 1, [], 'one'),
        step('r1', 2, ['a'], 'one'),
        step('c', 1, [], '2'),
        step('r2', 2, ['c'], '2'),
        step('cp', 3, ['r2', 'r1'], '2'),
      ),
      ...[now('a', 'done'), now('c', 'done'), now('r2', 'running'), now('r1', 'running')],
      ...[
        log('r2', 'second\n'),
        log('r1', 'first\n'),
        now('r2', 'done'),
        now('r1', 'done'),
        now('cp', 'done'),
        result,
      ],
    ])
    expect(all).not.toContain('never')
    expect(all).toMatch(/Step 2\/5 : RUN first\n.*\nfirst\n.*Step 4\/5 : RUN second\n.*\nsecond\n/s)
    expect(all).toContain('Step 5/5 : COPY --from=one /x /\n')
  })

  test('what is wrong with the file or the request is an error, what fails later a line', () => {
    expect(() => told([file('FROM x\nFOO'), failed('unknown instruction: FOO', 'syntax')])).toThrow(
      'dockerfile parse error line 1: unknown instruction: FOO',
    )
    expect(() => told([failed('failed to read dockerfile: open other: no such file or directory')])).toThrow(
      'Cannot locate specified Dockerfile: other',
    )
    expect(told([file('FROM nope\n'), failed('pull access denied for nope')])).toBe(
      'Step 1/1 : FROM nope\n{"errorDetail":{"message":"pull access denied for nope"},"error":"pull access denied for nope"}\n',
    )
  })
})
