import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { withoutFrames } from './attach-socket.ts'
import { frame, Incoming, outgoing } from './websocket.ts'

/** A client's frame: masked. */
function masked(opcode: number, payload: string): Buffer {
  const body = Buffer.from(payload)
  const mask = Buffer.from([1, 2, 3, 4])
  const plain = frame(opcode, body)
  const head = plain.subarray(0, plain.length - body.length)
  head[1] = (head[1] ?? 0) | 0x80
  return Buffer.concat([head, mask, body.map((byte, n) => byte ^ (mask[n & 3] ?? 0))])
}

function receive(bytes: Buffer, step: number) {
  const input = new PassThrough()
  const replies: Buffer[] = []
  let closed = false
  const incoming = new Incoming(
    input,
    (reply) => replies.push(reply),
    () => {
      closed = true
    },
  )
  for (let at = 0; at < bytes.length; at += step) incoming.write(bytes.subarray(at, at + step))
  return { incoming, input, replies, closed: () => closed }
}

test('messages come out whole, however they were cut', async () => {
  const bytes = Buffer.concat([masked(1, 'ab'), masked(2, 'x'.repeat(300)), masked(8, '')])
  for (const step of [1, 3, 7, bytes.length]) {
    const { input, replies, closed } = receive(bytes, step)
    expect(await text(input)).toBe(`ab${'x'.repeat(300)}`)
    expect(replies).toHaveLength(1)
    expect(closed()).toBe(true)
  }
})

test('a ping is answered with its payload', () => {
  expect(receive(masked(9, 'hi'), 2).replies).toEqual([frame(10, Buffer.from('hi'))])
})

test('frames that are not masked or far too long end it', async () => {
  for (const bad of [frame(1, Buffer.from('x')), Buffer.from([0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0])]) {
    const { incoming } = receive(Buffer.alloc(0), 1)
    const failed = new Promise<Error>((resolve) => incoming.on('error', resolve))
    incoming.write(bad)
    expect((await failed).message).toMatch(/mask|too long/)
  }
})

test('output becomes binary messages and a close', async () => {
  const messages = outgoing()
  messages.end(Buffer.from('hello'))
  const bytes = await new Response(messages as never).arrayBuffer()
  expect(Buffer.from(bytes)).toEqual(
    Buffer.concat([frame(2, Buffer.from('hello')), frame(8, Buffer.from([3, 232]))]),
  )
})

test('frames of the two streams lose their headers, at any cut', async () => {
  const header = (stream: number, size: number) => Buffer.from([stream, 0, 0, 0, 0, 0, 0, size])
  const bytes = Buffer.concat([header(1, 3), Buffer.from('out'), header(2, 4), Buffer.from('err!')])
  for (let step = 1; step <= bytes.length; step++) {
    const raw = withoutFrames()
    const all = text(raw)
    for (let at = 0; at < bytes.length; at += step) raw.write(bytes.subarray(at, at + step))
    raw.end()
    expect(await all).toBe('outerr!')
  }
})
