import { expect, test } from 'vitest'
import { encode, encodeNested, MessageReader } from './session/protobuf.ts'
import { TraceWriter } from './trace.ts'

/** Fields of a message by number, in the order they came. */
function fields(message: Buffer): [number, Buffer | number][] {
  const reader = new MessageReader(message)
  const found: [number, Buffer | number][] = []
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    try {
      found.push([field, reader.bytes()])
    } catch {
      found.push([field, reader.whole()])
    }
  }
  return found
}
const text = (value: Buffer | number | undefined) => String(value)

test('a message reads back as it was written', () => {
  const message = Buffer.concat([
    encode([
      [1, 'text'],
      [2, 300],
      [3, -1n],
      [4, true],
      [5, 2 ** 31 + 0o755],
      [6, ''],
      [7, 0],
    ]),
    encodeNested(200, encode([[1, Buffer.from([0, 255])]])),
  ])
  const reader = new MessageReader(message)
  const read: unknown[] = []
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) read.push(reader.text())
    else if (field === 3) read.push(reader.whole64())
    else if (field === 200) read.push([...reader.bytes()])
    else if (field === 4) reader.skip()
    else read.push(reader.whole())
  }
  expect(read).toEqual(['text', 300, -1n, 2 ** 31 + 0o755, [10, 2, 0, 255]])
  expect(() => new MessageReader(Buffer.from([0x0a, 9, 1])).next()).not.toThrow()
  const cut = new MessageReader(Buffer.from([0x0a, 9, 1]))
  cut.next()
  expect(() => cut.bytes()).toThrow('ends too soon')
})

test("a step is told whole each time, with its inputs' digests [07.08]", () => {
  const trace = new TraceWriter('build')
  const steps = [
    { id: 's0', name: '[1/2] FROM busybox', inputs: [], origin: null },
    { id: 's1', name: '[2/2] RUN make', inputs: ['s0'], origin: null },
  ]
  const graph = trace.write({ kind: 'steps', at: 1, steps }) ?? Buffer.alloc(0)
  const [first, second] = fields(graph).map(([, vertex]) => fields(vertex as Buffer))
  expect(first?.map(([number]) => number)).toEqual([1, 3])
  expect(text(second?.[1]?.[1])).toBe(text(first?.[0]?.[1]))
  expect(text(first?.[0]?.[1])).toMatch(/^sha256:[0-9a-f]{64}$/)

  const now = { state: 'cached', startedAt: 1_700_000_000_250, completedAt: 1_700_000_000_250 } as const
  const cached = trace.write({ kind: 'step', at: 1, id: 's1', now, reason: null, layerBytes: null })
  const vertex = fields(fields(cached ?? Buffer.alloc(0))[0]?.[1] as Buffer)
  expect(vertex.map(([number]) => number)).toEqual([1, 2, 3, 4, 5, 6])
  expect(fields(vertex[4]?.[1] as Buffer)).toEqual([
    [1, 1_700_000_000],
    [2, 250_000_000],
  ])
})
