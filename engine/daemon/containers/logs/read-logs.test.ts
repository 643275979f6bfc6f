import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import type { Container } from '../container.ts'
import { containerFiles } from '../files.ts'
import { type LogRequest, readLogs } from './read-logs.ts'

const ALL: LogRequest = {
  ...{ stdout: true, stderr: true, follow: false, timestamps: false },
  ...{ since: '', until: '', tail: 'all' },
}
const line = (text: string) => `2026-01-01T00:00:00.000000001+00:00 stdout F ${text}\n`

test('what is written once the answer has begun is new to whoever asked for no lines of before', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-logs-'))
  // As much of a container as its log needs.
  const container = {
    id: 'a'.repeat(64),
    name: 'a',
    up: false,
    definition: { host: { LogConfig: { Type: 'json-file' } }, config: { Tty: true } },
  } as unknown as Container
  const { log } = containerFiles(directory, container.id)
  try {
    await mkdir(dirname(log), { recursive: true })
    await writeFile(log, line('early'))
    const stream = await readLogs({ directory }, container, { ...ALL, tail: '0' })
    await appendFile(log, line('more'))
    expect(Buffer.concat(await stream.toArray()).toString()).toBe('more\n')
  } finally {
    await rm(directory, { recursive: true })
  }
})
