import { expect, test } from 'vitest'
import { maskSecrets } from './mask-secrets.ts'

const VARIABLES = [
  { name: 'DB_PASSWORD', value: "it's hush" },
  { name: 'DB_NAME', value: 'orders' },
]

test('a docker line keeps its shape without the secret', () => {
  const line = "docker run -d \\\n  -e 'DB_PASSWORD=it'\\''s hush' \\\n  -e DB_NAME=orders \\\n  nginx"
  expect(maskSecrets(line, VARIABLES)).toBe(
    "docker run -d \\\n  -e 'DB_PASSWORD=•••••• \\\n  -e DB_NAME=orders \\\n  nginx",
  )
})

test('so does compose', () => {
  const yaml = "environment:\n  DB_PASSWORD: it's hush\n  DB_NAME: orders\n"
  expect(maskSecrets(yaml, VARIABLES)).toBe('environment:\n  DB_PASSWORD: ••••••\n  DB_NAME: orders\n')
})

test('every line of a key is hidden', () => {
  const value = 'first line\nsecond line'
  expect(maskSecrets(`-e 'API_KEY=${value}'`, [{ name: 'API_KEY', value }])).not.toMatch(/first|second/)
})
