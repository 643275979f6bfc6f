import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { Uploads } from './uploads.ts'

const live = () => new AbortController().signal

test.each(['the context', 'the build'])('%s may come first', async (first) => {
  const uploads = new Uploads()
  const steps = {
    'the context': () => uploads.offer('a', Readable.from(['sent']), live()),
    'the build': async () => {
      const body = await uploads.take('a', live())
      expect(await text(body)).toBe('sent')
      uploads.done('a')
    },
  }
  const order =
    first === 'the context'
      ? [steps['the context'], steps['the build']]
      : [steps['the build'], steps['the context']]
  await Promise.all(order.map((step) => step()))
})

test('a client that leaves waits no longer', async () => {
  const uploads = new Uploads()
  const gone = new AbortController()
  const waiting = uploads.take('a', gone.signal)
  gone.abort()
  await expect(waiting).rejects.toThrow('the client went away')
  await expect(uploads.offer('b', Readable.from(['x']), gone.signal)).rejects.toThrow('the client went away')
})
