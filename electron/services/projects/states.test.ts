import { describe, expect, test } from 'vitest'
import type { ContainerRow, ContainerState } from '../../contract/containers.ts'
import { projectRows, sourcesOf } from './rows.ts'
import { stateOf } from './states.ts'

const UP: ContainerState = { kind: 'running', since: '2026-11-23T10:00:00Z', health: 'none' }
const ended = (exitCode: number): ContainerState => ({
  kind: 'exited',
  exitCode,
  at: null,
  outOfMemory: false,
})

function row(service: string, state: ContainerState, labels: Record<string, string> = {}): ContainerRow {
  return {
    id: `${service}-id`,
    name: `shop-${service}-1`,
    image: 'a',
    imageId: 'sha256:1',
    command: '',
    createdAt: '2026-11-23T10:00:00Z',
    state,
    ports: [],
    project: 'shop',
    service,
    terminal: false,
    labels,
  }
}

describe('how a stack stands', () => {
  const jobs = new Set(['migrate'])
  test.each([
    ['all run', [row('web', UP), row('db', UP)], 'running'],
    ['a job ended with 0, the rest runs', [row('web', UP), row('migrate', ended(0))], 'running'],
    ['only jobs, all ended with 0', [row('migrate', ended(0))], 'done'],
    ['nothing runs any more', [row('web', ended(0)), row('migrate', ended(0))], 'stopped'],
    ['stopped by a signal', [row('web', ended(143)), row('db', ended(137))], 'stopped'],
    ['one of two was stopped', [row('web', UP), row('db', ended(143))], 'partial'],
    ['one failed', [row('web', UP), row('db', ended(1))], 'failed'],
    ['one is unhealthy', [row('web', { ...UP, health: 'unhealthy' }), row('db', UP)], 'unhealthy'],
    ['one is being checked', [row('web', { ...UP, health: 'starting' }), row('db', UP)], 'starting'],
    ['there is nothing', [], 'down'],
  ] as const)('%s', (_, containers, state) => {
    expect(stateOf(containers, jobs)).toBe(state)
  })
})

describe('rows', () => {
  const facts = { known: [], placeOf: () => 'here' as const, hasDraft: () => false }

  test('a job whose end others wait for is done, by their label', () => {
    const on = { 'com.docker.compose.depends_on': 'migrate:service_completed_successfully:false' }
    const [shop] = projectRows([row('web', UP, on), row('migrate', ended(0))], facts)
    expect(shop).toMatchObject({ name: 'shop', state: 'running', running: 1, done: 1 })
    expect(shop?.services.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'migrate done',
      'web running',
    ])
  })

  test('a container of compose run is no copy of a service', () => {
    const [shop] = projectRows(
      [row('web', UP), row('shell', ended(1), { 'com.docker.compose.oneoff': 'True' })],
      facts,
    )
    expect(shop?.state).toBe('running')
  })

  test('a project that was opened and is not up is on the list', () => {
    const known = [{ name: 'blog', directory: '/src/blog', files: ['/src/blog/compose.yaml'] }]
    expect(projectRows([], { ...facts, known })).toMatchObject([
      { name: 'blog', state: 'down', services: [] },
    ])
  })

  test('file names of docker-compose 1.29 are relative to its folder', () => {
    const labels = {
      'com.docker.compose.project.working_dir': '/src/shop',
      'com.docker.compose.project.config_files': 'docker-compose.yml,../more.yml',
    }
    expect(sourcesOf([row('web', UP, labels)])).toEqual({
      directory: '/src/shop',
      files: ['/src/shop/docker-compose.yml', '/src/more.yml'],
    })
  })
})
