/** `deploy:` as one host honours it; what only a swarm does is said in the plan (rows of group 20). */
import { afterAll, expect, test } from 'vitest'
import { onEachEngine } from '../api/suite.ts'
import { until } from '../fixtures/processes.ts'
import { SLEEP, Stack } from './stack.ts'

onEachEngine('longshore compose: deploy', (subject) => {
  const stack = new Stack(subject, 'pier')
  afterAll(() => stack.remove())
  const sleep = `image: $IMAGE, command: ${JSON.stringify(SLEEP)}`

  test('replicas are as many containers, and stay so [20.04] [20.08]', async () => {
    stack.write(`services: {web: {${sleep}, deploy: {mode: replicated, replicas: 3}}}`)
    await stack.do('up -d')
    await subject.api.delete('/containers/pier-web-2?force=1')
    expect((await stack.do('plan')).stdout).toMatch(/pier-web-2 +create/)
    await stack.do('up -d')
    expect(Object.keys(await stack.states())).toEqual(['web-1', 'web-2', 'web-3'])
    await stack.do('scale web=1')
    expect(Object.keys(await stack.states())).toEqual(['web-1'])
    await stack.do('up -d --scale web=2')
    expect(Object.keys(await stack.states())).toEqual(['web-1', 'web-2'])
  })

  test('limits and reservations are those of the container [20.09] [20.10] [20.11] [20.12]', async () => {
    stack.write(
      `services: {web: {${sleep}, deploy: {resources: {limits: {cpus: "0.5", memory: 64M, pids: 40}, reservations: {cpus: "0.25", memory: 32M}}}}}`,
    )
    const { stderr } = await stack.do('up -d')
    expect(stderr).toContain('deploy.resources.reservations.cpus is kept for the swarm')
    expect((await subject.inspect('pier-web-1')).HostConfig).toMatchObject({
      NanoCpus: 500_000_000,
      Memory: 67_108_864,
      MemoryReservation: 33_554_432,
      PidsLimit: 40,
    })
    const forks = await stack.try([
      ...['exec', '-T', 'web', 'sh', '-c'],
      'for i in $(seq 60); do sleep 5 & done 2>&1 | tail -1',
    ])
    expect(forks.stdout + forks.stderr).toContain('fork')
  })

  test('restart_policy is the engine’s policy [20.13]', async () => {
    stack.write(`
services:
  none: {image: $IMAGE, command: sh -c "exit 1", deploy: {restart_policy: {condition: none}}}
  failure: {image: $IMAGE, command: sh -c "exit 1", deploy: {restart_policy: {condition: on-failure, max_attempts: 2}}}
  any: {image: $IMAGE, command: "true", deploy: {restart_policy: {condition: any}}}
`)
    await stack.do('up -d')
    await until('two restarts', async () => (await subject.inspect('pier-failure-1')).RestartCount === 2)
    await until(
      'a restart after a good end',
      async () => (await subject.inspect('pier-any-1')).RestartCount > 0,
    )
    expect((await subject.inspect('pier-none-1')).RestartCount).toBe(0)
  })

  test('labels of deploy are no container’s [20.03]', async () => {
    stack.write(`services: {web: {${sleep}, labels: {own: "1"}, deploy: {labels: {theirs: "1"}}}}`)
    await stack.do('up -d')
    const { Labels } = (await subject.inspect('pier-web-1')).Config as { Labels: Record<string, string> }
    expect([Labels.own, Labels.theirs]).toEqual(['1', undefined])
  })

  test('a name answers with the addresses of all copies, as dnsrr asks [20.02]', async () => {
    stack.write(`services: {web: {${sleep}, deploy: {replicas: 2, endpoint_mode: dnsrr}}, asks: {${sleep}}}`)
    await stack.do('up -d')
    const { stdout } = await stack.do('exec -T asks nslookup web')
    const copies = await Promise.all(['pier-web-1', 'pier-web-2'].map((name) => subject.inspect(name)))
    for (const { NetworkSettings } of copies)
      expect(stdout).toContain(NetworkSettings.Networks.pier_default?.IPAddress)
  })

  test('what only a swarm does is said before, key by key [20.01] [20.05] [20.06] [20.07] [20.14] [20.15] [20.16]', async () => {
    stack.write(`
services:
  web:
    ${sleep.replaceAll(', command', '\n    command')}
    deploy:
      mode: global
      endpoint_mode: vip
      placement: {constraints: [node.role==manager], preferences: [{spread: node.labels.zone}]}
      restart_policy: {condition: any, delay: 5s, max_attempts: 3, window: 2m}
      rollback_config: {monitor: 3s, max_failure_ratio: 0.5}
`)
    const { stderr } = await stack.do('plan')
    expect(
      [...stderr.matchAll(/services\.web\.deploy\.(\S+) is kept for the swarm/g)].map(([, key]) => key),
    ).toEqual([
      ...['mode', 'endpoint_mode', 'placement', 'restart_policy.delay', 'restart_policy.window'],
      ...['restart_policy.max_attempts', 'rollback_config.monitor', 'rollback_config.max_failure_ratio'],
    ])
  })
})
