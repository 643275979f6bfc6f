import { describe, expect, test } from 'vitest'
import { attributesOf, faultsOf } from '../../from-text.ts'

describe('deploy', () => {
  test.each<readonly [string, object, string]>([
    ['{endpoint_mode: vip}', { endpoint_mode: 'vip' }, '20.01'],
    ['{endpoint_mode: dnsrr}', { endpoint_mode: 'dnsrr' }, '20.02'],
    ['{labels: [a=b]}', { labels: { a: 'b' } }, '20.03'],
    ['{mode: replicated, replicas: 6}', { mode: 'replicated', replicas: 6 }, '20.04'],
    ['{mode: global}', { mode: 'global' }, '20.05'],
    ['{mode: replicated-job}', { mode: 'replicated-job' }, '20.04'],
    ['{placement: {constraints: [disktype=ssd]}}', { placement: { constraints: ['disktype=ssd'] } }, '20.06'],
    [
      '{placement: {preferences: [{spread: node.labels.zone}], max_replicas_per_node: 1}}',
      { placement: { preferences: [{ spread: 'node.labels.zone' }], max_replicas_per_node: 1 } },
      '20.07',
    ],
    ['{replicas: "${N:-4}"}', { replicas: 4 }, '20.08'],
    ['{replicas: 0}', { replicas: 0 }, '20.08'],
    ['{resources: {limits: {cpus: "0.50"}}}', { resources: { limits: { cpus: '0.50' } } }, '20.09'],
    ['{resources: {limits: {cpus: 0.5}}}', { resources: { limits: { cpus: '0.5' } } }, '20.09'],
    ['{resources: {limits: {memory: 50M}}}', { resources: { limits: { memory: '52428800' } } }, '20.10'],
    ['{resources: {limits: {pids: 1}}}', { resources: { limits: { pids: 1 } } }, '20.11'],
    [
      '{resources: {reservations: {cpus: "0.25", memory: 20M}}}',
      { resources: { reservations: { cpus: '0.25', memory: '20971520' } } },
      '20.12',
    ],
    [
      '{resources: {reservations: {devices: [{capabilities: [gpu], count: 2}]}}}',
      { resources: { reservations: { devices: [{ capabilities: ['gpu'], count: 2 }] } } },
      '20.12',
    ],
    [
      '{resources: {reservations: {devices: [{capabilities: [gpu], driver: nvidia, device_ids: ["0"]}]}}}',
      {
        resources: {
          reservations: { devices: [{ capabilities: ['gpu'], driver: 'nvidia', device_ids: ['0'] }] },
        },
      },
      '20.12',
    ],
    ['{restart_policy: {condition: on-failure}}', { restart_policy: { condition: 'on-failure' } }, '20.13'],
    ['{restart_policy: {delay: 5s}}', { restart_policy: { delay: '5s' } }, '20.14'],
    ['{restart_policy: {max_attempts: 3}}', { restart_policy: { max_attempts: 3 } }, '20.15'],
    ['{restart_policy: {window: 2m}}', { restart_policy: { window: '2m' } }, '20.16'],
    ['{update_config: {parallelism: 2}}', { update_config: { parallelism: 2 } }, '20.17'],
    ['{update_config: {delay: 10s}}', { update_config: { delay: '10s' } }, '20.18'],
    [
      '{update_config: {failure_action: rollback}}',
      { update_config: { failure_action: 'rollback' } },
      '20.19',
    ],
    ['{update_config: {monitor: 1m}}', { update_config: { monitor: '1m' } }, '20.20'],
    ['{update_config: {max_failure_ratio: 0.1}}', { update_config: { max_failure_ratio: 0.1 } }, '20.21'],
    ['{update_config: {order: start-first}}', { update_config: { order: 'start-first' } }, '20.22'],
    [
      '{rollback_config: {parallelism: 0, order: stop-first}}',
      { rollback_config: { parallelism: 0, order: 'stop-first' } },
      '20.23',
    ],
  ])('%s -> %j [%s]', async (text, expected) => {
    expect(await attributesOf(`deploy: ${text}`)).toEqual({ deploy: expected })
  })

  test.each([
    [
      '{replicas: -1}',
      '4:24: services.web.deploy.replicas: must be a whole number, 0 or more, not the number -1',
    ],
    [
      '{mode: globl}',
      '4:20: services.web.deploy.mode: must be one of replicated, global, replicated-job, global-job, not "globl"; did you mean "global"?',
    ],
    [
      '{resources: {limit: {}}}',
      '4:26: services.web.deploy.resources.limit: "limit" is not known here; did you mean "limits"?',
    ],
    [
      '{resources: {limits: {cpus: lots}}}',
      '4:41: services.web.deploy.resources.limits.cpus: must be a number of processors like "0.5", not "lots"',
    ],
    [
      '{resources: {reservations: {devices: [{count: 1}]}}}',
      '4:51: services.web.deploy.resources.reservations.devices[0]: capabilities is missing; add "capabilities:" with a list',
    ],
    [
      '{restart_policy: {condition: always}}',
      '4:42: services.web.deploy.restart_policy.condition: must be one of none, on-failure, any, not "always"; write any',
    ],
    [
      '{update_config: {order: first}}',
      '4:37: services.web.deploy.update_config.order: must be one of start-first, stop-first, not "first"',
    ],
    [
      '{update_config: {delay: 10}}',
      '4:37: services.web.deploy.update_config.delay: must be a duration like 90s, 1m30s or 500ms, not the number 10; write a unit: 10s',
    ],
    [
      '{resources: {reservations: {devices: [{capabilities: [gpu], count: 1, device_ids: [a]}]}}}',
      '4:51: services.web.deploy.resources.reservations.devices[0]: has both count and device_ids; take one away',
    ],
  ])('%s is refused', async (text, expected) => {
    expect(await faultsOf(`deploy: ${text}`)).toEqual([expected])
  })

  test('one name for several containers is refused', async () => {
    expect(await faultsOf('container_name: c\ndeploy: {replicas: 2}')).toEqual([
      '4:21: services.web.container_name: one name cannot be that of 2 containers; take container_name away, or ask for one container',
    ])
  })
})
