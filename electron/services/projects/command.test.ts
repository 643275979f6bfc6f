import { expect, test } from 'vitest'
import { composeLine, composeWords, intentWords } from './command.ts'

const SHOP = { name: 'shop', directory: '/src/shop', files: ['/src/shop/compose.yaml'] }

test('the files are named; the name, the folder and the engine only where they are not what they would be', () => {
  expect(composeLine(composeWords(SHOP, null, 'shop'), ['stop', 'web'])).toBe(
    'longshore compose -f /src/shop/compose.yaml stop web',
  )
  const elsewhere = { ...SHOP, directory: '/src/a b' }
  expect(composeLine(composeWords(elsewhere, 'unix:///run/docker.sock', 'other'), ['ps'])).toBe(
    "longshore compose -H unix:///run/docker.sock -p shop --project-directory '/src/a b' -f /src/shop/compose.yaml ps",
  )
})

test('what is intended has its flags', () => {
  expect(intentWords({ kind: 'up' })).toEqual(['up', '-d'])
  expect(intentWords({ kind: 'up', services: ['web'], scale: { web: 3 }, removeOrphans: true })).toEqual([
    ...['up', '-d', '--remove-orphans', '--scale', 'web=3', 'web'],
  ])
  expect(intentWords({ kind: 'down', volumes: true })).toEqual(['down', '-v'])
})
