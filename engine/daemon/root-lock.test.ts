/** The lock of a root, held by real processes that are killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isLocked, lockRoot } from './root-lock.ts'

const MODULE = JSON.stringify(join(import.meta.dirname, 'root-lock.ts'))

describe('the lock of a root', () => {
  let scratch: string
  let path: string
  const children: ChildProcess[] = []

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'longshore-lock-'))
    path = join(scratch, 'root', 'lock')
  })

  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
    rmSync(scratch, { recursive: true, force: true })
  })

  /** A process that does `script` and then stays. */
  async function staying(script: string): Promise<ChildProcess> {
    const source = `${script}; console.log('ready'); setInterval(() => {}, 1000)`
    const args = ['--expose-gc', '--input-type=module', '-e', source]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    children.push(child)
    await once(child.stdout as NonNullable<typeof child.stdout>, 'data')
    return child
  }

  async function killed(child: ChildProcess): Promise<void> {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  const holder = () =>
    staying(`import { lockRoot } from ${MODULE}; lockRoot(${JSON.stringify(path)}); gc(); gc()`)

  it('is held by one engine, for as long as that lives', async () => {
    expect(isLocked(path)).toBe(false)
    const child = await holder()
    expect(isLocked(path)).toBe(true)
    expect(() => lockRoot(path)).toThrow(/another engine runs on .*root; stop it/)
    await killed(child)
    expect(isLocked(path)).toBe(false)
    const unlock = lockRoot(path)
    expect(isLocked(path)).toBe(true)
    unlock()
    unlock()
    expect(isLocked(path)).toBe(false)
  })

  it('is free after a kill, whatever journal was left', async () => {
    lockRoot(path)()
    const child = await staying(`
      import { DatabaseSync } from 'node:sqlite'
      globalThis.lock = new DatabaseSync(${JSON.stringify(path)})
      lock.exec('CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(100000)); PRAGMA cache_size = 2; BEGIN EXCLUSIVE')
      lock.exec('UPDATE t SET a = randomblob(100000); INSERT INTO t VALUES (zeroblob(900000))')`)
    expect(isLocked(path)).toBe(true)
    await killed(child)
    expect(existsSync(`${path}-journal`)).toBe(true)
    expect(isLocked(path)).toBe(false)
    lockRoot(path)()
  })

  it("says what is wrong with a lock that is none, and takes it for nobody's", () => {
    lockRoot(path)()
    writeFileSync(path, 'no lock at all. '.repeat(100))
    const words = /cannot tell whether an engine runs on .*: file is not a database. Look at the file .*lock/
    expect(() => isLocked(path)).toThrow(words)
    expect(() => lockRoot(path)).toThrow(words)
  })
})
