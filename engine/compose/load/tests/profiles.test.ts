import { describe, expect, test } from 'vitest'
import { faults, load } from '../from-text.ts'

const file = (web: string, db: string) => ({
  '/stack/compose.yaml': `services:\n  web: {image: app, ${web}}\n  db: {image: db, profiles: [${db}]}\n`,
})

describe('profiles', () => {
  test.each<readonly [string, readonly string[], readonly string[]]>([
    ['tty: true', [], ['web']],
    ['tty: true', ['a'], ['web', 'db']],
    ['tty: true', ['*'], ['web', 'db']],
    ['depends_on: [db]', ['a'], ['web', 'db']],
    ['depends_on: {db: {condition: service_started, required: false}}', [], ['web']],
    ['profiles: [b], depends_on: [db]', [], []],
    ['profiles: [a], links: [db]', ['a'], ['web', 'db']],
  ])('web of %s with %j asked for is %j', async (web, profiles, expected) => {
    expect(Object.keys((await load(file(web, 'a'), { profiles })).project.services)).toEqual(expected)
  })

  test.each([
    ['depends_on: [db]', '2:34: services.web.depends_on: needs'],
    ['links: [db]', '2:29: services.web.links: needs'],
    ['network_mode: "service:db"', '2:35: services.web.network_mode: needs'],
  ])('%s needs the profile of db', async (web, expected) => {
    expect(await faults(file(web, 'a'), { profiles: [] })).toEqual([
      `/stack/compose.yaml:${expected} db, which is only there with the profile a; ask for --profile a, or take the profile away`,
    ])
  })
})
