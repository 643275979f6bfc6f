import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LogSplitter } from './log-lines.ts'
import { LogRenderer, type RenderOptions } from './render.ts'
import { tailOffset } from './tail-offset.ts'

const TIME = '2026-01-01T00:00:00.000000001+00:00'
const line = (text: string, stream = 'stdout', kind = 'F') => `${TIME} ${stream} ${kind} ${text}\n`

const PLAIN: RenderOptions = {
  terminal: true,
  stdout: true,
  stderr: true,
  timestamps: false,
  since: null,
  until: null,
}

function render(log: string, options: Partial<RenderOptions> = {}, step = log.length): string {
  const splitter = new LogSplitter()
  const renderer = new LogRenderer({ ...PLAIN, ...options })
  const bytes = Buffer.from(log)
  const out: Buffer[] = []
  for (let at = 0; at < bytes.length; at += step) {
    for (const entry of splitter.split(bytes.subarray(at, at + step))) {
      const part = renderer.render(entry)
      if (part) out.push(part)
    }
  }
  return Buffer.concat(out).toString()
}

test('lines cut at any byte come out the same', () => {
  const log = line('one') + line('long ', 'stdout', 'P') + line('line ✓') + line('err', 'stderr')
  for (let step = 1; step < 30; step++) expect(render(log, {}, step)).toBe('one\nlong line ✓\nerr\n')
})

test('an unfinished last line has no newline, and torn lines are left out', () => {
  expect(render(line('done') + line('prompt> ', 'stdout', 'P'))).toBe('done\nprompt> ')
  expect(render(`garbage\n${line('ok')}`)).toBe('ok\n')
})

test('frames carry stream and size', () => {
  expect(Buffer.from(render(line('ab', 'stderr'), { terminal: false }))).toEqual(
    Buffer.from([2, 0, 0, 0, 0, 0, 0, 3, 97, 98, 10]),
  )
  expect(render(line('out') + line('err', 'stderr'), { stdout: false })).toBe('err\n')
})

test('a time stands once before each line, also a long one', () => {
  const stamp = '2026-01-01T00:00:00.000000001Z '
  const log = line('long ', 'stdout', 'P') + line('line') + line('next')
  expect(render(log, { timestamps: true })).toBe(`${stamp}long line\n${stamp}next\n`)
})

test('since and until choose by time', () => {
  const nano = 1_767_225_600_000_000_001n
  expect(render(line('x'), { since: nano, until: nano })).toBe('x\n')
  expect(render(line('x'), { since: nano + 1n })).toBe('')
  expect(render(line('x'), { until: nano - 1n })).toBe('')
})

test('the tail begins at its first line, across blocks and long lines', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-tail-'))
  try {
    const lines = Array.from({ length: 3000 }, (_, index) =>
      index % 7 === 0
        ? line('p'.repeat(index % 300), 'stdout', 'P') + line(`${index}`)
        : line(`${index} ${'x'.repeat(index % 100)}`),
    )
    const path = join(folder, 'log')
    await writeFile(path, lines.join(''))
    const file = await open(path)
    const { size } = await file.stat()
    for (const count of [0, 1, 2, 7, 8, 100, 2999, 3000, 9999]) {
      const from = await tailOffset(file, size, count)
      const expected = count === 0 ? '' : lines.slice(-count).join('')
      expect(size - from, `tail ${count}`).toBe(Buffer.byteLength(expected))
    }
    await file.close()
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('an unfinished line counts as one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-tail-'))
  try {
    const path = join(folder, 'log')
    const last = line('half', 'stdout', 'P')
    await writeFile(path, line('a') + line('b') + last)
    const file = await open(path)
    const { size } = await file.stat()
    expect(size - (await tailOffset(file, size, 1))).toBe(last.length)
    expect(size - (await tailOffset(file, size, 2))).toBe((line('b') + last).length)
    await file.close()
  } finally {
    await rm(folder, { recursive: true })
  }
})
