import { describe, expect, test } from 'vitest'
import { printChanges } from './change.ts'
import { changes, IMAGE, NOTHING, project, settled, web } from './from-text.ts'
import type { Observed } from './observed.ts'
import { describeAction } from './step.ts'
import { planUp } from './up.ts'

describe('up', () => {
  test('on an empty engine makes everything, in order', async () => {
    const plan = planUp(
      await project(`
services:
  web: {image: i, depends_on: {db: {condition: service_healthy}}, networks: [front, back]}
  db: {image: other, networks: [back], volumes: ["data:/d"]}
networks: {front: {}, back: {}}
volumes: {data: {}}
`),
      NOTHING,
    )
    expect(printChanges(plan.changes)).toBe(
      [
        'network    p_back   create  it is not there',
        'network    p_front  create  it is not there',
        'volume     p_data   create  it is not there',
        'image      other    pull    it is not there',
        'container  p-db-1   create  it is not there',
        'container  p-web-1  create  it is not there',
      ].join('\n'),
    )
    expect(
      plan.steps.map(({ number, after, action }) => `[${after}] ${number} ${describeAction(action)}`),
    ).toEqual([
      '[] 1 create network p_back',
      '[] 2 create network p_front',
      '[] 3 create volume p_data',
      '[] 4 pull other',
      '[1,3,4] 5 create container p-db-1',
      '[5] 6 start p-db-1',
      '[6] 7 wait until p-db-1 is healthy',
      '[1,2,7] 8 create container p-web-1',
      '[8] 9 start p-web-1',
    ])
  })

  test('of what has not changed does nothing', async () => {
    const text = web(
      'environment: {A: b}, ports: ["80:80"], volumes: ["d:/d", "./x:/x"], command: echo hi, mem_limit: 64m',
      'volumes: {d: {}}',
    )
    const same = await project(text)
    const plan = planUp(same, settled(same))
    expect(plan.steps).toEqual([])
    expect(new Set(plan.changes.map(({ verb }) => verb))).toEqual(new Set(['keep']))
  })

  test('waits for nobody when there is nothing to do', async () => {
    const same = await project(
      'services: {a: {image: i, depends_on: {b: {condition: service_healthy}}}, b: {image: i}}',
    )
    expect(planUp(same, settled(same)).steps).toEqual([])
  })

  test.each([
    ['environment: {L: info}', 'environment: {L: debug}', 'environment L was info, now debug'],
    ['environment: {A: a}', 'environment: {}', 'environment A is gone'],
    ['environment: {}', 'environment: {A: a}', 'environment A is new'],
    ['labels: {a: b}', 'labels: {a: c}', 'label a was b, now c'],
    ['command: one', 'command: two', 'command was one, now two'],
    ['ports: ["80:80"]', 'ports: ["81:80"]', 'port 81:80/tcp is new; port 80:80/tcp is gone'],
    ['volumes: ["./a:/x"]', 'volumes: ["./b:/x"]', 'mount /x was /stack/a, now /stack/b'],
    ['volumes: ["./a:/x"]', 'volumes: ["./a:/x:ro"]', 'mount /x was /stack/a, now /stack/a ro'],
    ['mem_limit: 64m', 'mem_limit: 1g', 'mem_limit was 67108864, now 1073741824'],
    ['mem_limit: 64m', 'tty: false', 'its configuration changed'],
    ['restart: "no"', 'restart: always', 'restart changed'],
    ['user: a', 'user: b', 'user was a, now b'],
    ['healthcheck: {test: a}', 'healthcheck: {test: b}', 'healthcheck changed'],
    ['cap_add: [A]', 'cap_add: [A, B]', 'cap_add changed'],
    [
      'networks: {default: {aliases: [a]}}',
      'networks: {default: {aliases: [b]}}',
      'alias b on p_default is new',
    ],
  ])('recreates %s -> %s', async (before, now, reason) => {
    expect(await changes(web(before), web(now))).toBe(`container | p-web-1 | recreate | ${reason}`)
  })

  test.each([
    ['scale: 1', 'scale: 1'],
    ['depends_on: []', 'pull_policy: missing'],
    ['cap_add: []', 'cap_drop: []'],
    ['environment: {A: "1", B: "2"}', 'environment: {B: "2", A: "1"}'],
    ['environment: {PATH: /bin}', 'environment: {PATH: /bin}'],
  ])('keeps %s -> %s', async (before, now) => {
    expect(await changes(web(before), web(now))).toMatch(/^$|its configuration changed/)
  })

  test('keeps volumes and says so; the new container is made before the old one goes', async () => {
    const text = web('volumes: ["d:/d"]', 'volumes: {d: {}}')
    const observed = settled(await project(text))
    const plan = planUp(await project(web('volumes: ["d:/d"], tty: true', 'volumes: {d: {}}')), observed)
    expect(printChanges(plan.changes.filter(({ verb }) => verb === 'recreate'))).toContain('keeps volume p_d')
    const id = observed.containers[0]?.inspect.Id ?? ''
    const aside = `${id.slice(0, 12)}_p-web-1`
    expect(plan.steps.map(({ after, action }) => `[${after}] ${describeAction(action)}`)).toEqual([
      `[] rename p-web-1 to ${aside}`,
      '[1] create container p-web-1',
      `[2] stop ${aside}`,
      '[3] start p-web-1',
      `[4] remove container ${aside}`,
    ])
  })

  test('scales up and down', async () => {
    expect(await changes(web('scale: 1'), web('scale: 3'))).toBe(
      'container | p-web-2 | create | it is not there\ncontainer | p-web-3 | create | it is not there',
    )
    expect(await changes(web('scale: 3'), web('scale: 1'))).toBe(
      'container | p-web-2 | remove | web is to have 1 container\ncontainer | p-web-3 | remove | web is to have 1 container',
    )
  })

  test('tells of orphans, and removes them when asked', async () => {
    const two = 'services: {web: {image: i}, old: {image: i}}'
    expect(await changes(two, web('tty: false'))).toContain(
      'p-old-1 | warn | there is no service old any more: --remove-orphans removes it',
    )
    expect(await changes(two, web('tty: false'), { removeOrphans: true })).toContain(
      'p-old-1 | remove | there is no service old any more',
    )
    // A service of a profile that is not asked for is no orphan.
    expect(await changes(two, 'services: {web: {image: i}, old: {image: i, profiles: [x]}}')).toBe('')
  })

  test('starts what stands still', async () => {
    const same = await project(web('tty: true'))
    const observed = settled(same)
    const [container] = observed.containers
    const stopped = {
      ...container,
      inspect: { ...container?.inspect, State: { Running: false, Status: 'exited' } },
    }
    const plan = planUp(same, { ...observed, containers: [stopped] as unknown as Observed['containers'] })
    expect(plan.steps.map(({ action }) => describeAction(action))).toEqual(['start p-web-1'])
  })

  test('recreates on a new image, which it names', async () => {
    const same = await project(web('tty: true'))
    const newer = { ...IMAGE, id: 'sha256:bbbbbbbbbbbbbbbb' }
    const observed = settled(same)
    const plan = planUp(same, { ...observed, images: new Map([...observed.images, ['i', newer]]) })
    expect(printChanges(plan.changes.filter(({ kind }) => kind === 'container'))).toBe(
      'container  p-web-1  recreate  image changed (aaaaaaaaaaaa to bbbbbbbbbbbb)',
    )
  })

  test('does not make what is external', async () => {
    const plan = planUp(await project(web('networks: [out]', 'networks: {out: {external: true}}')), NOTHING)
    expect(plan.refusals).toEqual(['network out declared as external, but could not be found'])
    expect(plan.steps.map(({ action }) => action.kind)).not.toContain('create-network')
  })
})
