import { describe, expect, test } from 'vitest'
import { substitute, TemplateError } from './template.ts'

const SET: Readonly<Record<string, string>> = { A: 'a', EMPTY: '', PORT: '80', NAME_2: 'n' }
const lookup = (name: string) => SET[name]

describe('a template', () => {
  test.each([
    ['plain', 'plain'],
    ['', ''],
    ['$A', 'a'],
    ['${A}', 'a'],
    ['x${A}y$A.z', 'xaya.z'],
    ['$NAME_2-$A', 'n-a'],
    ['$$A', '$A'],
    ['$$$$', '$$'],
    ['$$${A}', '$a'],
    ['${NONE}', ''],
    ['${NONE:-d}', 'd'],
    ['${NONE-d}', 'd'],
    ['${EMPTY:-d}', 'd'],
    ['${EMPTY-d}', ''],
    ['${A:-d}', 'a'],
    ['${NONE:-}', ''],
    ['${NONE:-a:b-c?d}', 'a:b-c?d'],
    ['${NONE:-${EMPTY:-${A}}}', 'a'],
    ['${NONE:-$$x}', '$x'],
    ['${NONE:-{"a":1}}', '{"a":1}'],
    ['${A:+yes}', 'yes'],
    ['${EMPTY:+yes}', ''],
    ['${EMPTY+yes}', 'yes'],
    ['${NONE+yes}', ''],
    ['${A:?no}', 'a'],
    ['${EMPTY?no}', ''],
    ['${A:+${PORT}:${PORT}}', '80:80'],
    // What is not taken is not looked at: an error in it does not matter.
    ['${A:-${NONE:?never}}', 'a'],
    ['${NONE:+${NONE:?never}}', ''],
  ])('%s is %s', (text, expected) => {
    expect(substitute(text, lookup)).toBe(expected)
  })

  test.each([
    ['${NONE:?must be there}', 'the variable NONE must be set and not be empty: must be there', 0],
    ['x ${EMPTY:?}', 'the variable EMPTY must be set and not be empty', 2],
    ['${NONE?}', 'the variable NONE must be set', 0],
    ['${NONE:?${A} wants it}', 'the variable NONE must be set and not be empty: a wants it', 0],
    ['ab $', '"$" is no variable', 3],
    ['${}', '"${}" is no variable', 0],
    ['$1', '"$1" is no variable', 0],
    ['${A', '"${A" has no closing brace', 0],
    ['${A:-b', '"${A" has no closing brace', 0],
    ['${A b}', '" b}" cannot follow ${A', 0],
    ['${A:=b}', '":=b}" cannot follow ${A', 0],
  ])('%s is refused', (text, message, offset) => {
    const error = (() => {
      try {
        return substitute(text, lookup)
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toBeInstanceOf(TemplateError)
    expect(error).toMatchObject({ message, offset })
  })

  test('tells of variables that are not set, where nothing stands in for them', () => {
    const unset: string[] = []
    substitute('$NONE ${NO:-x} ${A:-$NEVER} ${EMPTY} ${NO:-${NIL}} ${NO+$NOT}', lookup, (name) =>
      unset.push(name),
    )
    expect(unset).toEqual(['NONE', 'NIL'])
  })
})
