/** A client that sends what no folder can hold. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Stat } from './stat.ts'
import { SyncedFolder } from './synced-folder.ts'

const top = mkdtempSync(join(tmpdir(), 'synced-'))
afterAll(() => rmSync(top, { recursive: true, force: true }))

function stat(path: string, kind: Stat['kind'], linkname = ''): Stat {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0]
  const rest = { size: 1, modifiedNs: 0n, devMajor: 0, devMinor: 0, xattrs: new Map() }
  return { path, kind, linkname, mode: 0o755, uid, gid, ...rest }
}

test('a folder that comes again as a link leads nothing out', async () => {
  const files = new SyncedFolder(join(top, 'root'))
  files.file(stat('a', 'folder'))
  expect(() => files.file(stat('a', 'symlink', top))).toThrow('impossible path: a')
  const inside = stat('a/file', 'file')
  expect(files.file(inside)).toBe(true)
  await files.data(inside, Buffer.from('x'))
  await files.data(inside, null)
  expect(existsSync(join(top, 'file'))).toBe(false)
  expect(existsSync(join(top, 'root/a/file'))).toBe(true)
})
