import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkLogConfig, logAttributes, rotationOf } from './log-config.ts'
import { openLogFiles, openNext, shiftLogFiles } from './log-files.ts'
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
      const { offset: from, missing } = await tailOffset(file, size, count)
      expect(missing, `missing of ${count}`).toBe(Math.max(0, count - lines.length))
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
    expect(size - (await tailOffset(file, size, 1)).offset).toBe(last.length)
    expect(size - (await tailOffset(file, size, 2)).offset).toBe((line('b') + last).length)
    // The file that follows has counted it already.
    expect(size - (await tailOffset(file, size, 1, true)).offset).toBe((line('b') + last).length)
    expect(await tailOffset(file, size, 3, true)).toMatchObject({ offset: 0, missing: 1 })
    await file.close()
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('files of a log are shifted, opened oldest first, and each knows the one after it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-rotate-'))
  try {
    const path = join(folder, 'container.log')
    for (const text of ['one', 'two', 'three', 'four']) {
      await writeFile(path, text)
      if (text !== 'four') await shiftLogFiles(path, 2)
    }
    expect((await readdir(folder)).sort()).toEqual(['container.log', 'container.log.1', 'container.log.2'])
    const files = await openLogFiles(path)
    expect(await Promise.all(files.map((file) => file.readFile('utf8')))).toEqual(['two', 'three', 'four'])
    const [oldest, middle, newest] = files as [(typeof files)[0], (typeof files)[0], (typeof files)[0]]
    const after = await openNext(path, oldest)
    expect((await after?.stat())?.ino).toBe((await middle.stat()).ino)
    expect(await openNext(path, newest)).toBeNull()
    await shiftLogFiles(path, 2)
    // It is renamed and nothing follows yet; then something does; then it is gone itself.
    expect(await openNext(path, newest)).toBeNull()
    await writeFile(path, 'five')
    expect(await openNext(path, newest).then((file) => file?.readFile('utf8'))).toBe('five')
    const lost = await openNext(path, oldest)
    expect(await lost?.readFile('utf8')).toBe('three')
    for (const file of files) await file.close()
  } finally {
    await rm(folder, { recursive: true })
  }
})

test.each([
  [{ Type: 'nosuch', Config: null }, 'error looking up logging plugin nosuch: plugin "nosuch" not found'],
  [{ Type: 'syslog', Config: null }, 'error looking up logging plugin syslog'],
  [{ Type: 'json-file', Config: { bogus: '1' } }, "unknown log opt 'bogus' for json-file log driver"],
  [{ Type: 'local', Config: { labels: '1' } }, "unknown log opt 'labels' for log driver local"],
  [{ Type: 'json-file', Config: { 'max-size': 'x' } }, "invalid size: 'x'"],
  [{ Type: 'json-file', Config: { 'max-size': '0' } }, 'max-size must be a positive number'],
  [{ Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '0' } }, 'max-file cannot be less than 1'],
  [{ Type: 'json-file', Config: { compress: 'true' } }, 'compress cannot be true when'],
  [{ Type: 'json-file', Config: { mode: 'bogus' } }, 'logging mode not supported: bogus'],
  [{ Type: 'json-file', Config: { 'env-regex': '(' } }, 'error parsing regexp'],
])('the log config %o is refused', (config, message) => {
  expect(() => checkLogConfig(config)).toThrow(message)
})

test('sizes and counts of logs', () => {
  const of = (Config: Record<string, string>, Type = 'json-file') => rotationOf({ Type, Config })
  expect(of({})).toBeNull()
  expect(of({ 'max-file': '3' })).toBeNull()
  expect(of({ 'max-size': '10k' })).toEqual({ maxBytes: 10_000, maxFiles: 1 })
  expect(of({ 'max-size': '1.5m', 'max-file': '3' })).toEqual({ maxBytes: 1_500_000, maxFiles: 3 })
  expect(of({}, 'local')).toEqual({ maxBytes: 20_000_000, maxFiles: 5 })
  expect(of({ 'max-size': '1m' }, 'none')).toBeNull()
})

test('details are what the options name, sorted and escaped', () => {
  const definition = {
    id: '4287b3cf3084aa',
    imageId: 'sha256:0',
    config: { Labels: { role: 'a b', 'x.y': '1', z: '2' }, Env: ['COLOR=te=al', 'P=1'], Image: 'busybox' },
    host: {
      LogConfig: {
        Type: 'json-file',
        Config: { labels: 'role,none', 'labels-regex': '^x', env: 'COLOR', tag: '{{.Name}}/{{.ID}}' },
      },
    },
  } as unknown as Parameters<typeof logAttributes>[0]
  expect(logAttributes(definition, 'web')).toBe('COLOR=te%3Dal,role=a+b,tag=web%2F4287b3cf3084,x.y=1')
})
