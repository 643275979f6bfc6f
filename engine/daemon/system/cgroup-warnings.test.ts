import { expect, test } from 'vitest'
import { ABLE } from '../../runtime/abilities.ts'
import { completeHostConfig } from '../containers/host-config.ts'
import { cgroupWarnings, discardedLimits } from './cgroup-warnings.ts'

const defaults = {
  cgroupnsMode: 'host',
  ipcMode: 'private',
  shmSizeBytes: 1 << 26,
  logDriver: 'json-file',
  logOptions: {},
} as const
const none = { cgroup: 'hybrid', cgroupLack: 'version 1' } as const
const context = { defaults, abilities: ABLE, idOf: () => '' }
const asked = completeHostConfig({ Memory: 1 << 26, NanoCpus: 5e8, PidsLimit: 9 }, context).host

test('an engine without cgroups says so, and what would give it some', () => {
  expect(cgroupWarnings(none)[0]).toMatch(/rootless-mode without cgroups.*cgroup v2 mode$/)
  expect(cgroupWarnings(none)).toContain('WARNING: No memory limit support')
  expect(cgroupWarnings({ cgroup: 'v2', cgroupLack: null })).toEqual([])
})

test('each limit that is asked for in vain is named, and no other', () => {
  const words = discardedLimits(asked, none)
  expect(words.map((line) => line.split(' ').slice(5, 7).join(' '))).toEqual([
    'memory limit',
    'swap limit',
    'CPU CFS',
    'PIDs limit',
  ])
  expect(discardedLimits(asked, { cgroup: 'v2', cgroupLack: null })).toEqual([])
  expect(discardedLimits(completeHostConfig({}, context).host, none)).toEqual([])
})
