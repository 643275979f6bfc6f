import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { containerProcesses, descendants } from './process-tree.ts'

test('descendants are children and theirs', () => {
  const parents = new Map([
    [2, 1],
    [3, 2],
    [4, 2],
    [5, 4],
    [6, 1],
  ])
  expect(descendants(2, parents).sort()).toEqual([3, 4, 5])
  expect(descendants(6, parents)).toEqual([])
})

test('without a pid namespace of its own a container is what its supervisor started', async () => {
  const child = spawn('sh', ['-c', 'sleep 60 & echo up; wait'], { stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    await once(child.stdout, 'data')
    const pid = child.pid ?? 0
    expect(containerProcesses(pid, pid)).toHaveLength(1)
    expect(containerProcesses(pid, process.pid)).toContain(pid)
  } finally {
    child.kill()
  }
})
