import { expect, test } from 'vitest'
import { PullTracker } from './pull.ts'
import { shortName, splitReference, withTag } from './reference.ts'

test('layers, fraction, speed and time left follow from the engine’s lines', () => {
  let now = 0
  const tracker = new PullTracker('web:1', () => now)
  const down = (id: string, current: number, total: number) =>
    tracker.take({ status: 'Downloading', id, progressDetail: { current, total } })
  tracker.take({ status: 'Pulling from web', id: '1' })
  tracker.take({ status: 'Already exists', id: 'old' })
  tracker.take({ status: 'Pulling fs layer', id: 'a' })
  tracker.take({ status: 'Pulling fs layer', id: 'b' })
  expect(tracker.figures).toEqual({ fraction: null, bytesPerSecond: null, secondsLeft: null })
  down('a', 0, 1000)
  down('b', 0, 3000)
  now = 1000
  down('a', 500, 1000)
  down('b', 500, 3000)
  expect(tracker.figures).toEqual({ fraction: 0.25, bytesPerSecond: 1000, secondsLeft: 3 })
  tracker.take({ status: 'Download complete', id: 'a' })
  tracker.take({ status: 'Extracting', id: 'a', progressDetail: { current: 10, total: 1000 } })
  expect(tracker.detail).toEqual({
    kind: 'pull',
    reference: 'web:1',
    layers: [
      { id: 'old', phase: 'exists', current: 0, total: 0 },
      { id: 'a', phase: 'extracting', current: 10, total: 1000 },
      { id: 'b', phase: 'downloading', current: 500, total: 3000 },
    ],
  })
  expect(tracker.figures.fraction).toBe(0.375)
  tracker.take({ status: 'Pull complete', id: 'a' })
  tracker.take({ status: 'Pull complete', id: 'b' })
  expect(tracker.figures.fraction).toBe(1)
  expect(tracker.result).toBe('Pulled web:1')
  tracker.take({ status: 'Status: Downloaded newer image for web:1' })
  expect(tracker.result).toBe('Downloaded newer image for web:1')
})

test.each([
  ['nginx', 'nginx', 'latest', null],
  ['nginx:1.27', 'nginx', '1.27', null],
  ['localhost:5000/team/web', 'localhost:5000/team/web', 'latest', null],
  ['localhost:5000/team/web:2', 'localhost:5000/team/web', '2', null],
  ['nginx@sha256:ab', 'nginx', null, 'sha256:ab'],
  ['nginx:1@sha256:ab', 'nginx', '1', 'sha256:ab'],
])('%s', (reference, repository, tag, digest) => {
  expect(splitReference(reference)).toEqual({ repository, tag, digest })
})

test('references written out and cut short', () => {
  expect(withTag('nginx')).toBe('nginx:latest')
  expect(withTag('nginx:1@sha256:ab')).toBe('nginx@sha256:ab')
  expect(shortName('localhost:5000/team/web:2')).toBe('web')
})
