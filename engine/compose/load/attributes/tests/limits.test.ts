import { describe, expect, test } from 'vitest'
import { attributesOf, faultsOf } from '../../from-text.ts'

describe('amounts', () => {
  test.each([
    ['mem_limit: 64m', { mem_limit: '67108864' }],
    ['mem_limit: 1.5gb', { mem_limit: '1610612736' }],
    ['mem_limit: 2048', { mem_limit: '2048' }],
    ['mem_limit: "300000b"', { mem_limit: '300000' }],
    ['mem_limit: 1G', { mem_limit: '1073741824' }],
    ['mem_limit: ${M:-1k}', { mem_limit: '1024' }],
    ['mem_reservation: 1kb', { mem_reservation: '1024' }],
    ['memswap_limit: -1', { memswap_limit: '-1' }],
    ['shm_size: 2gb', { shm_size: '2147483648' }],
    ['mem_swappiness: 60', { mem_swappiness: 60 }],
    ['cpus: 0.5', { cpus: 0.5 }],
    ['cpus: "1.5"', { cpus: 1.5 }],
    ['cpus: ${C:-2}', { cpus: 2 }],
    ['cpu_shares: 512', { cpu_shares: 512 }],
    ['cpuset: 0-3', { cpuset: '0-3' }],
    ['cpuset: "0,2"', { cpuset: '0,2' }],
    ['cpuset: 0', { cpuset: '0' }],
    ['cpu_period: 100000', { cpu_period: '100000' }],
    ['cpu_quota: 50ms', { cpu_quota: '50ms' }],
    ['pids_limit: -1', { pids_limit: -1 }],
    ['oom_score_adj: -500', { oom_score_adj: -500 }],
    ['oom_kill_disable: true', { oom_kill_disable: true }],
    ['ulimits: {nproc: 65535}', { ulimits: { nproc: 65535 } }],
    ['ulimits: {nofile: {soft: 20000, hard: 40000}}', { ulimits: { nofile: { soft: 20000, hard: 40000 } } }],
    ['ulimits: {memlock: -1}', { ulimits: { memlock: -1 } }],
    ['ulimits: {nofile: "${N:-9}"}', { ulimits: { nofile: 9 } }],
    [
      'blkio_config: {weight: 300, device_read_bps: [{path: /dev/sda, rate: 1mb}]}',
      { blkio_config: { weight: 300, device_read_bps: [{ path: '/dev/sda', rate: '1048576' }] } },
    ],
    ['scale: 3', { scale: 3 }],
  ])('%s', async (text, expected) => {
    expect(await attributesOf(text)).toEqual(expected)
  })

  test.each([
    [
      'mem_limit: 64 megs',
      '4:16: services.web.mem_limit: must be a size like 64m, 1.5gb or 2048, not "64 megs"',
    ],
    ['mem_limit: lots', '4:16: services.web.mem_limit: must be a size like 64m, 1.5gb or 2048, not "lots"'],
    ['cpus: many', '4:11: services.web.cpus: must be a number, 0 or more, not "many"'],
    ['cpus: -1', '4:11: services.web.cpus: must be a number, 0 or more, not the number -1'],
    ['cpuset: all', '4:13: services.web.cpuset: must be processors like 0-3 or "0,2", not "all"'],
    [
      'oom_score_adj: 2000',
      '4:20: services.web.oom_score_adj: must be a whole number from -1000 to 1000, not the number 2000',
    ],
    [
      'mem_swappiness: 101',
      '4:21: services.web.mem_swappiness: must be a whole number from -1 to 100, not the number 101',
    ],
    [
      'ulimits: {nofile: many}',
      '4:23: services.web.ulimits.nofile: must be a whole number, -1 or more, not "many"',
    ],
    [
      'ulimits: {nofile: {soft: 1}}',
      '4:23: services.web.ulimits.nofile: hard is missing; add "hard:" with a whole number, -1 or more',
    ],
    [
      'ulimits: {nofile: {soft: 9, hard: 1}}',
      '4:23: services.web.ulimits.nofile: soft (9) is above hard (1); write a soft limit of at most 1',
    ],
    ['scale: 1.5', '4:12: services.web.scale: must be a whole number, 0 or more, not the number 1.5'],
    [
      'blkio_config: {weight_device: [{path: /dev/sda}]}',
      '4:36: services.web.blkio_config.weight_device[0]: weight is missing; add "weight:" with a whole number from 0 to 1000',
    ],
    [
      'mem_limit: 1g\ndeploy: {resources: {limits: {memory: 2g}}}',
      '4:16: services.web.mem_limit: says 1073741824, and deploy.resources.limits.memory says 2147483648; keep one of them',
    ],
    [
      'scale: 2\ndeploy: {replicas: 3}',
      '4:12: services.web.scale: says 2, and deploy.replicas says 3; keep one of them',
    ],
  ])('%j is refused', async (text, expected) => {
    expect(await faultsOf(text)).toEqual([expected])
  })
})
