import { describe, expect, test } from 'vitest'
import { completeCompose, hoverCompose } from './compose.ts'
import { yamlPlace } from './yaml-place.ts'

const NAMES = { images: ['busybox:latest', 'nginx:1.27'], volumes: ['old_data'], networks: ['edge'] }

/** The labels that are offered where `|` stands. */
function offered(marked: string): readonly string[] {
  const { text, line, column } = cursor(marked)
  return (completeCompose(text, line, column, NAMES)?.items ?? []).map(({ label }) => label)
}

function cursor(marked: string): { readonly text: string; readonly line: number; readonly column: number } {
  const before = marked.slice(0, marked.indexOf('|')).split('\n')
  return {
    text: marked.replace('|', ''),
    line: before.length,
    column: (before.at(-1) ?? '').length + 1,
  }
}

const place = (marked: string) => {
  const { text, line, column } = cursor(marked)
  return yamlPlace(text, line, column)
}

describe('where the cursor stands', () => {
  test.each([
    ['the top', 'serv|', [], 'key'],
    ['a service', 'services:\n  web:\n    im|', ['services', 'web'], 'key'],
    ['after other keys', 'services:\n  web:\n    image: a\n    |', ['services', 'web'], 'key'],
    ['a value', 'services:\n  web:\n    image: ngi|', ['services', 'web', 'image'], 'value'],
    ['an item', 'services:\n  web:\n    ports:\n      - 80|', ['services', 'web', 'ports', '-'], 'item'],
    [
      'an item as far left as its key',
      'services:\n  web:\n    ports:\n    - 80|',
      ['services', 'web', 'ports', '-'],
      'item',
    ],
    [
      'another key of an item',
      'services:\n  web:\n    volumes:\n      - type: bind\n        so|',
      ['services', 'web', 'volumes', '-'],
      'key',
    ],
    [
      'a flow list',
      'services:\n  web:\n    networks: [back, f|',
      ['services', 'web', 'networks', '-'],
      'item',
    ],
    [
      'flow maps',
      'services:\n  web:\n    depends_on: { api: { condition: serv|',
      ['services', 'web', 'depends_on', 'api', 'condition'],
      'value',
    ],
    ['back out at the top', 'services:\n  web:\n    image: a\nvol|', [], 'key'],
  ])('%s', (_, marked, path, part) => {
    expect(place(marked)).toMatchObject({ path, part })
  })

  test('a comment is no place', () => {
    expect(place('services: # he|')).toBeNull()
  })
})

describe('what is offered', () => {
  test('attributes of a service, the usual ones first, without those that are there', () => {
    const labels = offered('services:\n  web:\n    image: a\n    |')
    expect(labels.slice(0, 3)).toEqual(['build', 'command', 'ports'])
    expect(labels).not.toContain('image')
    expect(labels.length).toBeGreaterThan(80)
  })
  test('words of an attribute', () => {
    expect(offered('services:\n  web:\n    restart: |')).toEqual([
      'no',
      'always',
      'on-failure',
      'unless-stopped',
    ])
  })
  test('conditions of a dependency', () => {
    expect(offered('services:\n  web:\n    depends_on:\n      api:\n        condition: |')).toContain(
      'service_healthy',
    )
  })
  test('images of the engine, also after a part of the name', () => {
    expect(offered('services:\n  web:\n    image: busy|')).toEqual(NAMES.images)
  })
  test('other services to depend on', () => {
    expect(
      offered('services:\n  web:\n    depends_on:\n      - |\n  api:\n    image: a\n  db:\n    image: b'),
    ).toEqual(['api', 'db'])
  })
  test('networks and volumes of the file', () => {
    const tail = '\nnetworks:\n  back:\n  front:\nvolumes:\n  data:\n'
    expect(offered(`services:\n  web:\n    networks: [|${tail}`)).toEqual(['back', 'front'])
    expect(offered(`services:\n  web:\n    volumes:\n      - |${tail}`)[0]).toBe('data')
  })
  test('attributes of an attachment that may also be a list', () => {
    expect(offered('services:\n  web:\n    networks:\n      back:\n        |')).toContain('aliases')
  })
  test('a volume that the engine has', () => {
    expect(offered('volumes:\n  data:\n    name: |')).toEqual(['old_data'])
  })
})

test('hover tells what an attribute is and what may stand there', () => {
  const found = hoverCompose('services:\n  web:\n    restart: always', 3, 7)
  expect(found).toMatchObject({ from: 5, to: 12 })
  expect(found?.paragraphs.join('\n')).toContain('When it is started again')
  expect(found?.paragraphs.join('\n')).toContain('`unless-stopped`')
})
