import { describe, expect, test } from 'vitest'
import type {
  ContainerInspect,
  ContainerStateShape,
  ContainerSummary,
  StatsSample,
} from '../../../engine/client/shapes.ts'
import { differs, rowOfInspect, rowOfSummary } from './rows.ts'
import { usageOf } from './usage.ts'

const NOW = new Date('2026-11-23T12:00:00Z')
const ID = 'f'.repeat(64)

function summary(part: Partial<ContainerSummary>): ContainerSummary {
  return {
    Id: ID,
    Names: ['/web'],
    Image: 'nginx',
    ImageID: 'sha256:1',
    Command: 'nginx',
    Created: 1_700_000_000,
    State: 'running',
    Status: 'Up 2 hours',
    Ports: null,
    Labels: null,
    ...part,
  }
}

function inspect(
  state: Partial<ContainerStateShape>,
  part: Partial<ContainerInspect> = {},
): ContainerInspect {
  return {
    Id: ID,
    Name: '/web',
    Created: '2026-11-23T10:00:00Z',
    Path: 'nginx',
    Args: ['-g'],
    Image: 'sha256:1',
    State: {
      Status: 'exited',
      Running: false,
      Paused: false,
      Restarting: false,
      OOMKilled: false,
      ExitCode: 0,
      StartedAt: '2026-11-23T10:00:00Z',
      FinishedAt: '0001-01-01T00:00:00Z',
      ...state,
    },
    Config: { Tty: false, Env: null, Cmd: null, Entrypoint: null, Image: 'nginx', Labels: null },
    HostConfig: {},
    Mounts: null,
    NetworkSettings: {},
    ...part,
  }
}

describe('state from the list', () => {
  test.each([
    ['running', 'Up 2 hours', { kind: 'running', since: '2026-11-23T10:00:00.000Z', health: 'none' }],
    [
      'running',
      'Up About a minute (healthy)',
      { kind: 'running', since: '2026-11-23T11:59:00.000Z', health: 'healthy' },
    ],
    [
      'running',
      'Up Less than a second (health: starting)',
      { kind: 'running', since: '2026-11-23T11:59:59.000Z', health: 'starting' },
    ],
    [
      'exited',
      'Exited (137) 3 minutes ago',
      { kind: 'exited', exitCode: 137, at: '2026-11-23T11:57:00.000Z', outOfMemory: false },
    ],
    ['paused', 'Up 1 hour (Paused)', { kind: 'paused', since: '2026-11-23T11:00:00.000Z' }],
    ['restarting', 'Restarting (1) 2 seconds ago', { kind: 'restarting', exitCode: 1 }],
    ['created', 'Created', { kind: 'created' }],
    ['configured', '', { kind: 'created' }],
    ['dead', 'Dead', { kind: 'dead' }],
  ])('%s, "%s"', (State, Status, state) => {
    expect(rowOfSummary(summary({ State, Status }), NOW).state).toEqual(state)
  })
})

describe('state from inspect', () => {
  test.each([
    [
      { Status: 'running', Running: true, Health: { Status: 'unhealthy' } },
      { kind: 'running', since: '2026-11-23T10:00:00Z', health: 'unhealthy' },
    ],
    [
      { Status: 'paused', Running: true, Paused: true },
      { kind: 'paused', since: '2026-11-23T10:00:00Z' },
    ],
    [
      { Status: 'restarting', Running: true, Restarting: true, ExitCode: 3 },
      { kind: 'restarting', exitCode: 3 },
    ],
    [
      { ExitCode: 137, OOMKilled: true, FinishedAt: '2026-11-23T11:00:00Z' },
      { kind: 'exited', exitCode: 137, at: '2026-11-23T11:00:00Z', outOfMemory: true },
    ],
    [{}, { kind: 'exited', exitCode: 0, at: null, outOfMemory: false }],
    [{ Status: 'created' }, { kind: 'created' }],
    [{ Status: 'removing' }, { kind: 'removing' }],
    [{ Status: 'dead', Dead: true }, { kind: 'dead' }],
  ])('%j', (state, expected) => {
    expect(rowOfInspect(inspect(state)).state).toEqual(expected)
  })
})

test('the name is the one without a link, the project comes from labels', () => {
  const row = rowOfSummary(
    summary({
      Names: ['/other/alias', '/web'],
      Labels: { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'web' },
    }),
    NOW,
  )
  expect([row.name, row.project, row.service]).toEqual(['web', 'shop', 'web'])
})

test('ports come out alike from both answers, so that a reconcile sees no difference', () => {
  const listed = rowOfSummary(
    summary({
      Ports: [
        { IP: '::', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
        { IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
        { PrivatePort: 443, Type: 'tcp' },
      ],
    }),
    NOW,
  )
  const exact = rowOfInspect(
    inspect(
      { Status: 'running', Running: true },
      {
        NetworkSettings: {
          Ports: {
            '443/tcp': null,
            '80/tcp': [
              { HostIp: '0.0.0.0', HostPort: '8080' },
              { HostIp: '::', HostPort: '8080' },
            ],
          },
        },
      },
    ),
  )
  expect(listed.ports).toHaveLength(2)
  expect(differs(exact, listed)).toBe(false)
  expect(differs(exact, { ...listed, name: 'renamed' })).toBe(true)
})

describe('usage', () => {
  const sample: StatsSample = {
    read: '2026-11-23T12:00:00Z',
    cpu_stats: { cpu_usage: { total_usage: 300 }, system_cpu_usage: 2000, online_cpus: 2 },
    precpu_stats: { cpu_usage: { total_usage: 100 }, system_cpu_usage: 1000 },
    memory_stats: { usage: 1000, limit: 4000, stats: { inactive_file: 400 } },
  }

  test('is a percentage of one core, and memory without cache', () => {
    expect(usageOf('x', sample, null)).toEqual({
      id: 'x',
      at: '2026-11-23T12:00:00Z',
      cpuPercent: 40,
      memoryBytes: 600,
      memoryLimitBytes: 4000,
    })
  })

  test('uses the sample before where the engine sends none, and none at all at first', () => {
    const { precpu_stats: _, ...alone } = sample
    expect(usageOf('x', alone, null)?.cpuPercent).toBe(0)
    const before = { cpu_usage: { total_usage: 200 }, system_cpu_usage: 1500 }
    expect(usageOf('x', alone, before)?.cpuPercent).toBe(40)
  })

  test('of a container that does not run is nothing', () => {
    expect(usageOf('x', { ...sample, memory_stats: {} }, null)).toBeNull()
  })
})
