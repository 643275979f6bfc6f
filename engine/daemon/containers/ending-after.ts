/** A stream whose end waits for something else that must be known by then. */
import { type Readable, Transform } from 'node:stream'

/** The bytes of `source`; the end comes when both the source has ended and `event` is settled, well or badly. */
export function endingAfter(source: Readable, event: Promise<unknown>): Readable {
  const held = new Transform({
    transform: (chunk: Buffer, _encoding, done) => done(null, chunk),
    flush: (done) => {
      const end = () => done()
      event.then(end, end)
    },
  })
  source.on('error', (error) => held.destroy(error))
  held.on('close', () => source.destroy())
  return source.pipe(held)
}
