import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cgroupAccess, ownGroup, takeDelegated } from './cgroup-access.ts'

test('root has all of them, and a user none of version 1', () => {
  const v1 = { kind: 'hybrid', controllers: new Map(), unified: '/sys/fs/cgroup/unified' } as const
  expect(cgroupAccess(v1, false)).toEqual({ kind: 'whole' })
  expect(cgroupAccess(v1, true)).toMatchObject({ kind: 'none', why: expect.stringContaining('version 1') })
})

test('the group of version 2 is the line without controllers', () => {
  expect(ownGroup('5:pids:/a\n0::/user.slice/user-7.slice/run-1.scope\n')).toBe(
    '/user.slice/user-7.slice/run-1.scope',
  )
  expect(ownGroup('5:pids:/a\n')).toBeNull()
})

test('a delegated group passes its controllers on when nobody is in it any more', () => {
  const unified = mkdtempSync(join(tmpdir(), 'longshore-cgroup-'))
  mkdirSync(join(unified, 'mine'))
  writeFileSync(join(unified, 'mine/cgroup.procs'), '71\n')
  writeFileSync(join(unified, 'mine/cgroup.subtree_control'), '')
  const layout = { kind: 'v2', controllers: new Map(), unified } as const
  takeDelegated(layout, { kind: 'delegated', path: '/mine', controllers: ['memory', 'pids'] })
  expect(readFileSync(join(unified, 'mine/longshore-engine/cgroup.procs'), 'utf8')).toBe('71')
  expect(readFileSync(join(unified, 'mine/cgroup.subtree_control'), 'utf8')).toBe('+memory +pids')
  rmSync(unified, { recursive: true })
})
