import { expect, test } from 'vitest'
import { cgroupWarnings } from './cgroup-warnings.ts'

test('an engine without cgroups says so, and what would give it some', () => {
  const none = cgroupWarnings({ cgroup: 'hybrid', cgroupLack: 'version 1' })
  expect(none[0]).toMatch(/rootless-mode without cgroups.*cgroup v2 mode$/)
  expect(none).toContain('WARNING: No memory limit support')
  expect(cgroupWarnings({ cgroup: 'v2', cgroupLack: null })).toEqual([])
})
