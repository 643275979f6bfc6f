import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from './database.ts'

/** Holds the database's lock for a moment, as an engine does that is just being ended. */
const HOLDER = `
  const { DatabaseSync } = require('node:sqlite')
  const db = new DatabaseSync(process.argv[1])
  db.exec('BEGIN EXCLUSIVE')
  console.log('locked')
  setTimeout(() => db.close(), 300)
`

describe('opening the database', () => {
  let scratch: string
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'longshore-database-'))
  })
  afterEach(() => rmSync(scratch, { recursive: true, force: true }))

  it('waits for the lock of a process that is about to end', async () => {
    const path = join(scratch, 'engine.db')
    const holder = spawn(process.execPath, ['-e', HOLDER, path], { stdio: ['ignore', 'pipe', 'ignore'] })
    const ended = once(holder, 'exit')
    await once(holder.stdout, 'data')
    const db = openDatabase(path, ['CREATE TABLE IF NOT EXISTS t (a)'])
    expect(db.prepare('SELECT count(*) AS n FROM t').get()).toEqual({ n: 0 })
    db.close()
    await ended
  })
})
