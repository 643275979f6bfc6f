/** A terminal over a real socket pair, with the process at its other end played by the test. */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { TerminalMessage } from '../../contract/terminals.ts'
import { type Process, Session } from './session.ts'

let folder: string
let server: Server
let sessions: Session[]

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'longshore-terminal-'))
  server = createServer({ allowHalfOpen: true })
  server.listen(path.join(folder, 's'))
  await once(server, 'listening')
  sessions = []
})
afterEach(async () => {
  for (const session of sessions) session.close()
  server.close()
  await rm(folder, { recursive: true })
})

async function pair(): Promise<{ near: Socket; far: Socket }> {
  const near = connect({ path: path.join(folder, 's') })
  const [far] = (await once(server, 'connection')) as [Socket]
  return { near, far }
}

async function open(ended: Process['ended'] = async () => ({ exitCode: 0, reason: null })) {
  const { near, far } = await pair()
  const sizes: string[] = []
  const process: Process = {
    stream: near,
    resize: async (rows, cols) => {
      sizes.push(`${rows}x${cols}`)
    },
    ended,
  }
  const fixed = {
    id: 't',
    engine: 'e',
    container: 'c',
    containerName: 'web',
    command: ['sh'],
    kind: 'exec',
  } as const
  const session = new Session(fixed, { rows: 5, cols: 20 }, process, () => {})
  sessions.push(session)
  return { session, far, sizes }
}

/** Reads until the text that was drawn contains `needle`. */
async function see(page: AsyncIterator<TerminalMessage>, needle: string): Promise<string> {
  let text = ''
  while (!text.includes(needle)) {
    const { value, done } = await page.next()
    if (done) throw new Error(`ended before "${needle}" was seen: ${text}`)
    if (value.type === 'snapshot') text += value.data
    if (value.type === 'data') text += Buffer.from(value.data).toString()
  }
  return text
}

test('a page that comes later finds screen and scrollback as they are, then what follows', async () => {
  const { session, far } = await open()
  const first = session.attach(undefined)
  await see(first, '')
  for (let i = 0; i < 50; i++) far.write(`line ${i}\r\n`)
  far.write('\x1b[1mprompt$ ')
  await see(first, 'prompt$')
  const late = session.attach(undefined)
  const snapshot = (await late.next()).value as Extract<TerminalMessage, { type: 'snapshot' }>
  expect(snapshot).toMatchObject({ type: 'snapshot', rows: 5, cols: 20 })
  expect(snapshot.data).toContain('line 0')
  expect(snapshot.data).toContain('prompt$')
  far.write('more')
  await see(late, 'more')
  await see(first, 'more')
})

test('writes keep their order, a long paste included', async () => {
  const { session, far } = await open()
  const heard = new Promise<string>((resolve) => {
    let text = ''
    far.on('data', (chunk) => {
      text += chunk.toString()
      if (text.endsWith('end')) resolve(text)
    })
  })
  const paste = 'x'.repeat(500_000)
  await Promise.all([session.write('a'), session.write(paste), session.write('b'), session.write('end')])
  expect(await heard).toBe(`a${paste}bend`)
})

test('a page that does not take stops the process, and goes on where it was', async () => {
  const { session, far } = await open()
  const page = session.attach(undefined)
  await page.next()
  const total = 8 * 1024 * 1024
  let written = 0
  const chunk = Buffer.alloc(65536, 'y')
  const more = () => {
    while (written < total) {
      written += chunk.length
      if (!far.write(chunk)) return far.once('drain', more)
    }
    return far.end('done')
  }
  more()
  await settled(() => written)
  expect(written).toBeLessThan(total)
  let seen = 0
  for (let text = ''; !text.endsWith('done'); ) {
    const { value } = await page.next()
    if (value?.type !== 'data') throw new Error(`unexpected ${value?.type}`)
    seen += value.data.byteLength
    text = Buffer.from(value.data.subarray(-4)).toString()
  }
  expect(seen).toBe(total + 4)
})

test('a page that leaves frees the others', async () => {
  const { session, far } = await open()
  const leaving = new AbortController()
  const idle = session.attach(leaving.signal)
  await idle.next()
  const keen = session.attach(undefined)
  await keen.next()
  far.write(Buffer.alloc(2 * 1024 * 1024, 'z'))
  far.write('last')
  const all = see(keen, 'last')
  leaving.abort()
  await idle.return?.()
  await all
})

test('the end comes after the last output, and to those who come later too', async () => {
  const { session, far } = await open(async () => ({ exitCode: 3, reason: null }))
  const page = session.attach(undefined)
  far.end('bye')
  await see(page, 'bye')
  expect((await page.next()).value).toEqual({ type: 'ended', exitCode: 3, reason: null })
  expect((await page.next()).done).toBe(true)
  expect(session.view.state).toEqual({ kind: 'ended', exitCode: 3, reason: null })
  const late = session.attach(undefined)
  await see(late, 'bye')
  expect((await late.next()).value).toMatchObject({ type: 'ended' })
  await expect(session.write('x')).rejects.toMatchObject({ kind: 'conflict' })
})

test('a lost connection that can be had again goes on in the same terminal', async () => {
  let second: Socket | null = null
  const { session, far } = await open(async () => {
    const { near, far: other } = await pair()
    second = other
    return { stream: near, resize: async () => {}, ended: async () => ({ exitCode: 0, reason: null }) }
  })
  const page = session.attach(undefined)
  far.write('before ')
  await see(page, 'before')
  far.destroy()
  while (!second) await new Promise((resolve) => setImmediate(resolve))
  ;(second as Socket).write('after')
  await see(page, 'after')
  expect(session.view.state.kind).toBe('live')
})

test('a new size reaches process and screen, the same size nobody', async () => {
  const { session, sizes } = await open()
  await session.resize(10, 40)
  await session.resize(10, 40)
  expect(sizes).toEqual(['10x40'])
  expect(session.view).toMatchObject({ rows: 10, cols: 40 })
})

async function settled(figure: () => number): Promise<void> {
  for (let still = 0, last = -1; still < 20; ) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    still = figure() === last ? still + 1 : 0
    last = figure()
  }
}
