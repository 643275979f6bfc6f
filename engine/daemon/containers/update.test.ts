import { expect, test } from 'vitest'
import type { HostConfig } from '../../api/container.ts'
import { updatedHost } from './update.ts'

const MB = 1024 * 1024
const host = {
  ...{ Memory: 64 * MB, MemorySwap: 128 * MB, NanoCpus: 0, CpuPeriod: 0, CpuQuota: 0, PidsLimit: 5 },
  ...{ AutoRemove: false, RestartPolicy: { Name: 'no', MaximumRetryCount: 0 }, CpusetCpus: '0' },
} as HostConfig

test('zero leaves a limit, but for processes; what a create alone can say is not looked at', () => {
  const after = updatedHost(host, { Memory: 0, CpusetCpus: '', PidsLimit: 0, Privileged: true, ShmSize: 1 })
  expect(after).toEqual({ ...host, PidsLimit: 0 })
  expect(updatedHost(host, { RestartPolicy: { Name: '', MaximumRetryCount: 9 } })).toEqual(host)
})

test('more memory than the swap that is set needs both, unless swap is unlimited', () => {
  expect(() => updatedHost(host, { Memory: 256 * MB })).toThrow('Memory limit should be smaller')
  expect(updatedHost({ ...host, MemorySwap: -1 }, { Memory: 256 * MB }).Memory).toBe(256 * MB)
  expect(updatedHost(host, { Memory: 256 * MB, MemorySwap: 300 * MB })).toMatchObject({
    MemorySwap: 300 * MB,
  })
})

test('a share of CPUs and a quota are two ways of saying one thing', () => {
  expect(() => updatedHost({ ...host, CpuPeriod: 1000 }, { NanoCpus: 1 })).toThrow(
    'Nano CPUs cannot be updated as CPU Period has already been set',
  )
  expect(() => updatedHost({ ...host, NanoCpus: 1 }, { CpuPeriod: 1000 })).toThrow(
    'CPU Period cannot be updated as NanoCPUs has already been set',
  )
})
