import { describe, expect, test } from 'vitest'
import { printChanges } from '../change.ts'
import { project, settled, stepLines, web } from '../from-text.ts'
import type { Observed, ObservedContainer } from '../observed.ts'
import { planUp } from '../up.ts'

const text = web('network_mode: none')
const changed = web('network_mode: none, tty: true')

/** What is there: the container of `web`, and others of its number under other names and ids. */
async function left(
  ...others: readonly (readonly [name: string, id: string, running: boolean])[]
): Promise<Observed> {
  const observed = settled(await project(text))
  const [own] = observed.containers as [ObservedContainer]
  const containers = others.map(
    ([name, id, running]): ObservedContainer => ({
      ...own,
      inspect: {
        ...own.inspect,
        Name: `/${name}`,
        Id: id.padEnd(64, '0'),
        State: { ...own.inspect.State, Running: running, Status: running ? 'running' : 'exited' },
      },
    }),
  )
  return { ...observed, containers }
}

async function planned(observed: Observed, now = text): Promise<readonly string[]> {
  const { changes, steps } = planUp(await project(now), observed)
  return [...printChanges(changes).replaceAll(/ {2,}/g, ' ').split('\n'), ...stepLines(steps)]
}

describe('what an up that was killed leaves', () => {
  test('one set aside, and no successor: it gets its name back, and runs', async () => {
    expect(await planned(await left(['aaaaaaaaaaaa_p-web-1', 'aaaaaaaaaaaa', false]))).toEqual([
      'container p-web-1 start it is exited',
      '[] 1 rename aaaaaaaaaaaa_p-web-1 to p-web-1',
      '[1] 2 start p-web-1',
    ])
  })

  test('one set aside, and another is asked for: it is replaced without another name', async () => {
    expect(await planned(await left(['aaaaaaaaaaaa_p-web-1', 'aaaaaaaaaaaa', true]), changed)).toEqual([
      'container p-web-1 recreate tty was false, now true',
      '[] 1 create container p-web-1',
      '[1] 2 stop aaaaaaaaaaaa_p-web-1',
      '[2] 3 start p-web-1',
      '[3] 4 remove container aaaaaaaaaaaa_p-web-1',
    ])
  })

  test('both: the successor starts, then the other goes', async () => {
    const both = await left(
      ['p-web-1', 'bbbbbbbbbbbb', false],
      ['aaaaaaaaaaaa_p-web-1', 'aaaaaaaaaaaa', true],
    )
    expect(await planned(both)).toEqual([
      'container p-web-1 start it is exited',
      'container aaaaaaaaaaaa_p-web-1 remove it was replaced by another of web',
      '[] 1 start p-web-1',
      '[1] 2 stop aaaaaaaaaaaa_p-web-1',
      '[2] 3 remove container aaaaaaaaaaaa_p-web-1',
    ])
  })

  test('half a container: it goes, and a whole one is made', async () => {
    expect(await planned(await left(['p-web-1_unfinished', 'bbbbbbbbbbbb', false]))).toEqual([
      'container p-web-1_unfinished remove an earlier up did not finish it',
      'container p-web-1 create it is not there',
      '[] 1 remove container p-web-1_unfinished',
      '[1] 2 create container p-web-1',
      '[2] 3 start p-web-1',
    ])
  })

  test('one set aside and half a successor: the one gets its name back', async () => {
    const both = await left(
      ['p-web-1_unfinished', 'bbbbbbbbbbbb', false],
      ['aaaaaaaaaaaa_p-web-1', 'aaaaaaaaaaaa', true],
    )
    expect(await planned(both)).toEqual([
      'container p-web-1_unfinished remove an earlier up did not finish it',
      'container p-web-1 keep',
      '[] 1 remove container p-web-1_unfinished',
      '[1] 2 rename aaaaaaaaaaaa_p-web-1 to p-web-1',
    ])
  })
})

describe('volumes without a name', () => {
  test('that were carried over are no reason to begin anew', async () => {
    const given = web('network_mode: none, volumes: [/data]')
    const observed = settled(await project(given))
    const [own] = observed.containers as [ObservedContainer]
    const mount = (Target: string) => ({ Type: 'volume', Source: 'a'.repeat(64), Target })
    const HostConfig = { ...own.inspect.HostConfig, Mounts: [mount('/data'), mount('/of-the-image')] }
    const containers = [{ ...own, inspect: { ...own.inspect, HostConfig } }]
    expect(await planned({ ...observed, containers }, given)).toEqual(['container p-web-1 keep'])
  })
})

describe('what a plan refuses', () => {
  test.each([
    [
      'an external secret',
      web('secrets: [s]', 'secrets: {s: {external: true}}'),
      /secrets: s is external, which only a swarm has/,
    ],
    [
      'an external volume that is not there',
      web('volumes: ["v:/v"]', 'volumes: {v: {external: true}}'),
      /volume v declared as external, but could not be found/,
    ],
  ])('%s', async (_, given, refusal) => {
    const observed = { ...settled(await project(text)), containers: [], networks: [], volumes: [] }
    expect(planUp(await project(given), observed).refusals.join()).toMatch(refusal)
  })

  test('a fixed name for two', async () => {
    const observed = settled(await project(text))
    const one = await project(web('container_name: one'))
    expect(planUp(one, observed, { scale: { web: 2 } }).refusals.join()).toContain(
      "container_name one is one container's alone",
    )
  })

  test('a path of this machine, at an engine that does not see it', async () => {
    const observed = { ...settled(await project(text)), disk: 'apart' } as const
    const given = web(
      'volumes: ["./a:/a", "v:/v"], secrets: [s]',
      'volumes: {v: {}}\nsecrets: {s: {file: ./s}}',
    )
    expect(planUp(await project(given), observed).refusals).toEqual([
      expect.stringContaining('/stack/a is a path of this machine'),
      expect.stringContaining('/stack/s is a path of this machine'),
    ])
  })
})
