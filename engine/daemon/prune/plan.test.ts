import { expect, test } from 'vitest'
import { type PruneWish, planPrune, type Seen, type SeenContainer, type SeenImage } from './plan.ts'
import { printPrune } from './print.ts'

const container = (name: string, more: Partial<SeenContainer> = {}): SeenContainer => ({
  ...{ id: `id-${name}`, name, busy: false, status: 'Exited (0) 2 hours ago', madeAt: 1000, labels: {} },
  ...{ imageIds: ['sha256:base'], volumes: [], bytes: 1_000_000 },
  ...more,
})
const image = (
  id: string,
  names: readonly string[],
  layers: Readonly<Record<string, number>>,
): SeenImage => ({
  ...{ id: `sha256:${id}`, names, madeAt: 1000, labels: {}, parent: null },
  layers: Object.entries(layers).map(([diffId, bytes]) => ({ diffId, bytes })),
})
const SEEN: Seen = {
  containers: [
    container('web', { busy: true, status: 'Up 3 seconds', volumes: ['data'] }),
    container('job', { volumes: ['scratch', 'f00d'], imageIds: ['sha256:tool'] }),
    container('draft', { status: 'Created', bytes: 0, labels: { keep: '1' } }),
  ],
  networks: [
    { id: 'n1', name: 'front', madeAt: 0, labels: {}, members: 1 },
    { id: 'n2', name: 'old', madeAt: 0, labels: {}, members: 0 },
  ],
  volumes: [
    { name: 'data', anonymous: false, labels: {}, bytes: 5 },
    { name: 'f00d', anonymous: true, labels: {}, bytes: 2_500_000 },
    { name: 'lonely', anonymous: false, labels: {}, bytes: 10 },
    { name: 'scratch', anonymous: false, labels: {}, bytes: 20 },
  ],
  images: [
    image('base', ['base:1'], { a: 10_000_000 }),
    image('tool', ['tool:1', 'tool:latest'], { a: 10_000_000, b: 3_000_000 }),
    image('0123456789ab0000', [], { a: 10_000_000, b: 3_000_000, c: 1_500 }),
  ],
}
const WISH: PruneWish = {
  ...{ containers: true, networks: true, volumes: 'none', images: 'dangling' },
  fits: () => true,
}
const text = (wish: Partial<PruneWish>, seen = SEEN) =>
  printPrune(planPrune(seen, { ...WISH, ...wish })).split('\n')

test('as docker system prune: what does not run, empty networks, images without a name', () => {
  expect(text({})).toEqual([
    'container  job           1MB    it is not running: Exited (0) 2 hours ago',
    'container  draft         0B     it was never started',
    'network    old           0B     no running container is on it',
    'image      0123456789ab  1.5kB  it has no name, and no container needs it',
    '4 things, which frees 1.002MB',
    '',
  ])
})

test('with all: volumes and images that only what goes has needed', () => {
  expect(text({ volumes: 'all', images: 'unused' })).toEqual([
    'container  job                  1MB    it is not running: Exited (0) 2 hours ago',
    'container  draft                0B     it was never started',
    'network    old                  0B     no running container is on it',
    'volume     f00d                 2.5MB  it has no name of its own, and only job, which goes too, needed it',
    'volume     lonely               10B    no container needs it',
    'volume     scratch              20B    only job, which goes too, needed it',
    'image      tool:1, tool:latest  3MB    only job, which goes too, needed it',
    'image      0123456789ab         1.5kB  it has no name, and no container needs it',
    '8 things, which frees 6.502MB',
    '',
  ])
})

test('what a label or a moment keeps is kept, and what it needs', () => {
  const fits: PruneWish['fits'] = (labels) => labels.keep === undefined
  expect(text({ fits, networks: false, images: 'none' })).toEqual([
    'container  job  1MB  it is not running: Exited (0) 2 hours ago',
    '1 thing, which frees 1MB',
    '',
  ])
  expect(text({ containers: false, volumes: 'anonymous', networks: false })).toEqual([
    'image  0123456789ab  1.5kB  it has no name, and no container needs it',
    '1 thing, which frees 1.5kB',
    '',
  ])
})

test('an image that another was made of goes after it, or stays with it', () => {
  const parent = image('parent', [], { a: 1000 })
  const child = { ...image('child', ['child:1'], { a: 1000, b: 10 }), parent: parent.id }
  const seen: Seen = { ...SEEN, containers: [], networks: [], volumes: [], images: [parent, child] }
  expect(planPrune(seen, WISH).steps).toEqual([])
  expect(planPrune(seen, { ...WISH, images: 'unused' }).steps.map(({ id, bytes }) => [id, bytes])).toEqual([
    ['sha256:child', 1010],
    ['sha256:parent', 0],
  ])
})

test('nothing to do is said', () => {
  expect(printPrune({ steps: [], bytes: 0 })).toBe('nothing to remove\n')
})
