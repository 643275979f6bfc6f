import { expect, test } from 'vitest'
import { checkName, generateName } from './names.ts'

test('a leading slash is taken off; what else is not allowed is refused', () => {
  expect(checkName('/web.1-a_b')).toBe('web.1-a_b')
  for (const bad of ['a', '-web', 'not ok', 'a/b', '']) {
    expect(() => checkName(bad), bad).toThrow(`Invalid container name (${bad})`)
  }
})

test('made names obey the rule, avoid those taken and get a digit when words run out', () => {
  const seen = new Set<string>()
  for (let n = 0; n < 200; n++) {
    const name = generateName((each) => seen.has(each))
    expect(checkName(name)).toMatch(/^[a-z]+_[a-z]+\d?$/)
    expect(seen).not.toContain(name)
    seen.add(name)
  }
  expect(generateName((each) => !/\d$/.test(each))).toMatch(/\d$/)
})
