import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const PROGRAM = `
const words: readonly string[] = process.argv.slice(2)
if (words[0] === 'wait') {
  process.on('SIGTERM', () => process.exit(7))
  setInterval(() => undefined, 1000)
} else if (words[0] === 'hang') {
  setInterval(() => undefined, 1000)
} else {
  process.exitCode = Number(words[0] ?? 0)
}
console.log(JSON.stringify({ major: Number.parseInt(process.versions.node, 10), words }))
`

/** Node 24, and an older one where the machine has it: the command must be the same under both. */
const nodes = [process.execPath, ...oldNode()]

describe('the longshore command', () => {
  let top: string
  beforeAll(() => {
    top = mkdtempSync(path.join(os.tmpdir(), 'longshore-bin-'))
    mkdirSync(path.join(top, 'engine'))
    cpSync(import.meta.dirname, path.join(top, 'scripts'), { recursive: true })
    symlinkSync(path.join(import.meta.dirname, '../node_modules'), path.join(top, 'node_modules'))
    writeFileSync(path.join(top, 'package.json'), '{"type":"module"}')
    writeFileSync(path.join(top, 'engine/main.ts'), PROGRAM)
  })
  afterAll(() => rmSync(top, { recursive: true }))

  for (const node of nodes) {
    const start = (...words: string[]) =>
      spawn(node, [path.join(top, 'scripts/longshore.mjs'), ...words], { stdio: ['ignore', 'pipe', 'pipe'] })

    test(`runs the engine on Node 24 and ends as it ends (from ${node})`, async () => {
      const { code, stdout, stderr } = await ended(start('engine', '3', '--root', '/x y'))
      expect(JSON.parse(stdout)).toMatchObject({ major: 24, words: ['3', '--root', '/x y'] })
      expect([code, stderr]).toEqual([3, ''])
    })

    test(`passes SIGTERM on, to one that handles it and to one that does not (from ${node})`, async () => {
      for (const [word, code] of [
        ['wait', 7],
        ['hang', 128 + 15],
      ] as const) {
        const child = start('engine', word)
        child.stdout?.once('data', () => child.kill('SIGTERM'))
        const end = await ended(child)
        expect(end.code ?? 128 + (os.constants.signals[end.signal ?? 'SIGKILL'] ?? 0)).toBe(code)
      }
    })

    test(`says what is missing when the copy is not whole (from ${node})`, async () => {
      const { code, stderr } = await ended(start('status'))
      expect(code).toBe(1)
      expect(stderr).toMatch(/^longshore: .*electron\/cli\/main\.ts is missing/)
    })
  }
})

function ended(child: ChildProcess): Promise<{
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (part: Buffer) => {
    stdout += part.toString()
  })
  child.stderr?.on('data', (part: Buffer) => {
    stderr += part.toString()
  })
  return new Promise((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })),
  )
}

function oldNode(): string[] {
  return ['/usr/local/bin/node', '/usr/bin/node']
    .filter((file) => existsSync(file))
    .filter(
      (file) => Number.parseInt(execFileSync(file, ['-p', 'process.versions.node']).toString(), 10) < 24,
    )
    .slice(0, 1)
}
