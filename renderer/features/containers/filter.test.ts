import { expect, test } from 'vitest'
import type { ContainerRow, ContainerState } from '../../rpc/views.ts'
import { containerFilter } from './filter.ts'

const WEB: ContainerRow = {
  id: 'a31f09c2be41',
  name: 'web',
  image: 'nginx:1.27',
  imageId: '',
  command: '',
  createdAt: '2026-01-01T00:00:00Z',
  state: { kind: 'running', since: '2026-01-01T00:00:00Z', health: 'unhealthy' },
  ports: [{ hostIp: '127.0.0.1', hostPort: 8080, containerPort: 80, protocol: 'tcp' }],
  project: 'shop',
  service: 'web',
  terminal: false,
  labels: { tier: 'front' },
}
const inState = (state: ContainerState): ContainerRow => ({ ...WEB, state })

test.each([
  ['', true],
  ['nginx:1.27', true],
  ['8080 web', true],
  ['a31f', true],
  ['state:running', true],
  ['state:unhealthy', true],
  ['state:stopped', false],
  ['state:any project:shop', true],
  ['port:80 label:tier=front', true],
  ['-image:nginx', false],
  ['redis', false],
])('%j', (text, passes) => expect(containerFilter(text)(WEB)).toBe(passes))

test('failed is an exit that is not 0, and dead', () => {
  const exited = (exitCode: number) => inState({ kind: 'exited', exitCode, at: null, outOfMemory: false })
  const failed = containerFilter('state:failed')
  expect([exited(0), exited(137), inState({ kind: 'dead' })].map(failed)).toEqual([false, true, true])
})
