/** What is awaited of a supervisor, with a script that plays conmon in an order that it takes under load. */
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Programs, superviseCreate } from './supervisor.ts'

describe('a supervisor', () => {
  let scratch: string

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'longshore-supervisor-'))
  })

  afterEach(() => rmSync(scratch, { recursive: true, force: true }))

  function scripted(lines: string): Programs {
    const conmon = join(scratch, 'conmon')
    writeFileSync(conmon, `#!/bin/sh\n${lines}\n`)
    chmodSync(conmon, 0o755)
    return { conmon } as Programs
  }

  it('has written its pid file by the time that the container is told, however late it was', async () => {
    const programs = scripted(`(echo '{"pid": 42}' >&3; sleep 2 3>&-) & sleep 0.2; echo 43 >pid`)
    expect(await superviseCreate(programs, [], scratch, [])).toMatchObject({ data: 42 })
    expect(existsSync(join(scratch, 'pid'))).toBe(true)
  })

  it('tells what it said when it ends without an answer, or is not there', async () => {
    await expect(superviseCreate(scripted('echo why >&2; exit 1'), [], scratch, [])).rejects.toThrow(
      'the supervisor conmon ended without an answer: why',
    )
    const missing = { conmon: join(scratch, 'none') } as Programs
    await expect(superviseCreate(missing, [], scratch, [])).rejects.toThrow(/cannot run .*none/)
  })
})
