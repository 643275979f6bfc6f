import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readLayout } from './cgroup.ts'
import { parseMountinfo } from './mount.ts'
import { identify, isAlive, processStat } from './process.ts'
import { readInRoot, resolveInRoot } from './rooted-path.ts'

describe('mountinfo', () => {
  it('reads optional fields and escaped names', () => {
    const text =
      '36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\nnonsense\n'
    expect(parseMountinfo(text)).toEqual([
      {
        id: 36,
        parent: 35,
        root: '/mnt1',
        target: '/mnt 2',
        options: ['rw', 'noatime'],
        type: 'ext3',
        source: '/dev/root',
        superOptions: ['rw', 'errors=continue'],
      },
    ])
  })
})

describe('cgroups', () => {
  const v1 = '1 0 0:1 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n'
  const unified = '2 0 0:2 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n'
  const kind = (text: string, controllers: string) => readLayout(parseMountinfo(text), () => controllers).kind

  it('tells v1, v2 and what is between', () => {
    expect(kind(v1, '')).toBe('v1')
    expect(kind(v1 + unified, '\n')).toBe('v1')
    expect(kind(v1 + unified, 'hugetlb\n')).toBe('hybrid')
    expect(kind('2 0 0:2 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n', 'cpu')).toBe('v2')
  })
})

describe('a process', () => {
  it('is known by its start, not by its pid alone', () => {
    const self = identify(process.pid)
    expect(self && isAlive(self)).toBe(true)
    expect(isAlive({ pid: process.pid, startTicks: (self?.startTicks ?? 0) - 1 })).toBe(false)
    expect(processStat(process.pid)?.parent).toBe(process.ppid)
  })
})

describe('paths in a hostile root', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'longshore-root-'))
    mkdirSync(join(root, 'etc'))
    writeFileSync(join(root, 'etc/passwd'), 'inside')
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  it.each([
    ['absolute', '/etc/passwd'],
    ['climbing', '../../../../../../etc/passwd'],
  ])('keeps an %s symlink inside', async (_, target) => {
    symlinkSync(target, join(root, 'link'))
    expect(await resolveInRoot(root, '/link')).toBe(join(root, 'etc/passwd'))
    expect(await readInRoot(root, '/link')).toBe('inside')
  })

  it('follows directories through links, and stops at loops', async () => {
    symlinkSync('/', join(root, 'self'))
    expect(await readInRoot(root, '/self/self/../etc/passwd')).toBe('inside')
    symlinkSync('loop', join(root, 'loop'))
    await expect(resolveInRoot(root, '/loop')).rejects.toThrow('loop of symbolic links')
  })

  it('reads nothing that is no file', async () => {
    expect(await readInRoot(root, '/etc')).toBeNull()
    expect(await readInRoot(root, '/none')).toBeNull()
  })
})
