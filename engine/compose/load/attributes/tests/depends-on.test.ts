import { describe, expect, test } from 'vitest'
import { attributesOf, faults, faultsOf } from '../../from-text.ts'

const others = '  db: {image: db}\n  cache: {image: cache}'
const started = { condition: 'service_started', required: true }

describe('depends_on', () => {
  test.each([
    ['[db]', { db: started }],
    ['[db, cache]', { db: started, cache: started }],
    ['{db: {condition: service_started}}', { db: started }],
    ['{db: {condition: service_healthy}}', { db: { condition: 'service_healthy', required: true } }],
    [
      '{db: {condition: service_completed_successfully, restart: true}}',
      { db: { condition: 'service_completed_successfully', required: true, restart: true } },
    ],
    [
      '{db: {condition: service_started, required: false}}',
      { db: { condition: 'service_started', required: false } },
    ],
    [
      '{none: {condition: service_started, required: false}}',
      { none: { condition: 'service_started', required: false } },
    ],
    [
      '{db: {condition: "${C:-service_healthy}", restart: "${R:-yes}"}}',
      { db: { condition: 'service_healthy', required: true, restart: true } },
    ],
  ])('%s [16.07]', async (text, expected) => {
    expect(await attributesOf(`depends_on: ${text}`, others)).toEqual({ depends_on: expected })
  })

  const implied = { db: { condition: 'service_started', restart: true, required: true } }
  test.each([
    ['links: [db]'],
    ['links: ["db:database"]'],
    ['volumes_from: ["db:ro"]'],
    ['ipc: service:db'],
    ['pid: service:db'],
    ['network_mode: service:db'],
  ])('is implied by %s [16.07]', async (text) => {
    expect(await attributesOf(text, others)).toMatchObject({ depends_on: implied })
  })

  test.each([
    ['[bd]', '4:18: services.web.depends_on: there is no service "bd"; did you mean "db"?'],
    [
      '[db, db]',
      '4:22: services.web.depends_on[1]: "db" stands here a second time (first at line 4); take one of them away',
    ],
    [
      '{db: {condition: service_halthy}}',
      '4:34: services.web.depends_on.db.condition: must be one of service_started, service_healthy, service_completed_successfully, not "service_halthy"; did you mean "service_healthy"?',
    ],
    [
      '{db: {restart: true}}',
      '4:22: services.web.depends_on.db: condition is missing; add "condition:" with one of service_started, service_healthy, service_completed_successfully',
    ],
    [
      'db',
      '4:17: services.web.depends_on: must be a list of services, or a map of them with a condition, not "db"',
    ],
  ])('%s is refused', async (text, expected) => {
    expect(await faultsOf(`depends_on: ${text}`, others)).toEqual([expected])
  })

  test.each([
    ['depends_on: [b]', 'depends_on: [a]'],
    ['links: [b]', 'depends_on: [a]'],
    ['network_mode: service:b', 'volumes_from: [a]'],
  ])('a circle of %s and %s is refused', async (a, b) => {
    const text = `services:\n  a:\n    image: a\n    ${a}\n  b:\n    image: b\n    ${b}\n`
    const [first = '', ...more] = await faults({ '/stack/compose.yaml': text })
    expect(more).toEqual([])
    expect(first).toMatch(/compose\.yaml:7:\d+: services\.b\.\w+: goes in a circle: a -> b -> a; take one/)
  })
})
