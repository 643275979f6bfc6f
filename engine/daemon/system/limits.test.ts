import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { limitsOfHost, limitWarnings } from './limits.ts'

let mount: string
beforeEach(() => {
  mount = mkdtempSync(join(tmpdir(), 'cgroups-'))
})
afterEach(() => rmSync(mount, { recursive: true }))

const give = (file: string, text = '') => {
  mkdirSync(dirname(join(mount, file)), { recursive: true })
  writeFileSync(join(mount, file), text)
}

test('of one hierarchy by its controllers, and swap by a cgroup’s file', () => {
  give('cgroup.controllers', 'cpuset cpu io memory\n')
  expect(limitsOfHost('v2', mount)).toEqual({
    MemoryLimit: true,
    SwapLimit: false,
    CpuCfsPeriod: true,
    CpuCfsQuota: true,
    CPUShares: true,
    CPUSet: true,
    PidsLimit: false,
    OomKillDisable: false,
  })
  give('system.slice/memory.swap.max', 'max')
  expect(limitsOfHost('v2', mount).SwapLimit).toBe(true)
})

test('of separate hierarchies by their files, each lack with a warning in Docker’s words', () => {
  give('memory/memory.limit_in_bytes')
  give('cpu/cpu.shares')
  give('pids/tasks')
  const limits = limitsOfHost('v1', mount)
  expect(limits).toMatchObject({ MemoryLimit: true, SwapLimit: false, CPUShares: true, PidsLimit: true })
  expect(limitWarnings(limits)).toEqual([
    'WARNING: No swap limit support',
    'WARNING: No cpu cfs quota support',
    'WARNING: No cpuset support',
  ])
})
