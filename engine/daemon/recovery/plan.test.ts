import { expect, test } from 'vitest'
import type { Life } from '../containers/lifecycle.ts'
import { type Found, planRecovery, printRecovery } from './plan.ts'

const startedAt = '2026-01-01T00:00:00Z'
const running: Life = { kind: 'running', pid: 9, startedAt }
const exited: Life = {
  kind: 'exited',
  code: 0,
  oomKilled: false,
  startedAt,
  finishedAt: startedAt,
  error: '',
}
const created: Life = { kind: 'created', failure: null }

const found = (name: string, life: Life, observed: Found['observed'], autoRemove = false): Found => ({
  id: name.padEnd(64, '0'),
  name,
  life,
  autoRemove,
  observed,
})
const exit = (code: number) =>
  ({ state: 'exited', exit: { id: 'x', code, at: new Date(0), oomKilled: false } }) as const
const plan = (containers: readonly Found[], rebooted = false, strangers: readonly string[] = []) =>
  printRecovery(planRecovery({ containers, strangers, rebooted }))

test('what agrees needs nothing', () => {
  expect(plan([found('a', created, { state: 'absent' }), found('b', exited, { state: 'absent' })])).toBe('')
})

test('the living are adopted, ends are taken note of', () => {
  expect(
    plan([
      found('ran', running, { state: 'running', pid: 9 }),
      found('froze', running, { state: 'paused', pid: 9 }),
      found('begun', created, { state: 'running', pid: 8 }),
      found('ended', running, exit(3)),
      found('quick', created, exit(0)),
    ]),
  ).toMatchInlineSnapshot(`
    "adopt ran000000000 pid 9: it ran on without the engine
    adopt froze0000000 pid 9 paused: it ran on without the engine
    adopt begun0000000 pid 8: it was started and not yet recorded so
    exit ended0000000 code 3: it ended while the engine was away
    exit quick0000000 code 0: it ended while the engine was away"
  `)
})

test('AutoRemove is done for those that ended meanwhile', () => {
  expect(
    plan([
      found('gone', running, exit(3), true),
      found('half', exited, { state: 'absent' }, true),
      found('fresh', created, { state: 'absent' }, true),
    ]),
  ).toMatchInlineSnapshot(`
    "exit gone00000000 code 3, then remove: it ended while the engine was away
    remove half00000000: it was to be removed at its end"
  `)
})

test('half-made and unknown things go', () => {
  expect(
    plan(
      [
        found('cut', created, { state: 'created', pid: 4 }),
        found('old', exited, exit(0)),
        found('lost', running, { state: 'lost', why: 'its supervisor was killed' }),
        found('void', running, { state: 'absent' }),
      ],
      false,
      ['f'.repeat(64)],
    ),
  ).toMatchInlineSnapshot(`
    "discard cut000000000: its start was cut off before its process began
    discard old000000000: its end is recorded already
    exit lost00000000 code 255: its supervisor was killed
    exit void00000000 code 255: nothing of its process is left
    discard ffffffffffff: no record knows it"
  `)
})

test('after a reboot nothing is trusted', () => {
  expect(
    plan(
      [
        found('ran', running, { state: 'running', pid: 9 }),
        found('gone', running, { state: 'absent' }, true),
        found('cut', created, { state: 'created', pid: 4 }),
        found('still', exited, { state: 'absent' }),
      ],
      true,
    ),
  ).toMatchInlineSnapshot(`
    "exit ran000000000 code 137: the machine was started anew while it ran
    exit gone00000000 code 137, then remove: the machine was started anew while it ran
    discard cut000000000: left by a start before the reboot"
  `)
})
