/** Cache folders that several steps want at once. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CacheMounts, type CacheWish } from './cache-mounts.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cache-mounts-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const WISH: CacheWish = {
  id: 'npm',
  sharing: 'shared',
  mode: 0o755,
  uid: process.getuid?.() ?? 0,
  gid: process.getgid?.() ?? 0,
  fill: null,
}
const signal = new AbortController().signal

describe('a cache that several steps want at once', () => {
  test('is made once, and all have the same files [11.08]', async () => {
    const caches = new CacheMounts(folder)
    const leases = await Promise.all(Array.from({ length: 8 }, () => caches.lease(WISH, signal)))
    for (const [number, { path }] of leases.entries()) writeFileSync(join(path, String(number)), '')
    for (const { path } of leases) expect(readdirSync(path)).toHaveLength(8)
    expect(await caches.list()).toMatchObject([{ id: 'npm', uses: 8, inUse: true }])
    for (const lease of leases) await lease.release()
  })

  test('is filled by the next one when the first could not [11.08]', async () => {
    const caches = new CacheMounts(folder)
    const fill = () => Promise.reject(new Error('no such source'))
    const [failed, made] = await Promise.allSettled([
      caches.lease({ ...WISH, fill }, signal),
      caches.lease(WISH, signal),
    ])
    expect(failed.status).toBe('rejected')
    expect(made.status === 'fulfilled' && existsSync(made.value.path)).toBe(true)
  })

  test('is whole for who comes while it is being removed [11.08]', async () => {
    const caches = new CacheMounts(folder)
    const first = await caches.lease(WISH, signal)
    await first.release()
    const [known] = await caches.list()
    const [, lease] = await Promise.all([caches.remove(known?.name ?? ''), caches.lease(WISH, signal)])
    expect(existsSync(lease.path)).toBe(true)
    await lease.release()
  })
})
