import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { output, start } from './files-helper.ts'

test('what a helper wrote is there for who reads it late, and nothing hangs on who does not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-helper-'))
  try {
    writeFileSync(join(folder, 'file'), 'content')
    const helper = start(['layer', folder])
    const bytes = output(helper, null)
    while (helper.child.exitCode === null) await delay(5)
    await delay(5)
    const chunks: Uint8Array[] = []
    for await (const chunk of bytes) chunks.push(chunk)
    expect(Buffer.concat(chunks).includes('content')).toBe(true)
    const left = output(start(['layer', folder]), null)
    expect(await left.return()).toMatchObject({ done: true })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
