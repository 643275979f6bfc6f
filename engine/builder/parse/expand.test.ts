import { describe, expect, test } from 'vitest'
import { type ExpandOptions, ExpansionError, expandWord, expandWords } from './expand.ts'

const variables: Readonly<Record<string, string>> = {
  name: 'value',
  empty: '',
  list: 'a b',
  file: '/usr/local/archive.tar.gz',
  repeated: 'aXbXc',
  star: 'a*b',
}
const lookup = (name: string) => variables[name]
const expand = (word: string, options?: ExpandOptions) => expandWord(word, lookup, options).text

describe('expandWord', () => {
  test.each([
    ['plain', 'plain'],
    ['$name', 'value'],
    ['a$name.b', 'avalue.b'],
    ['${name}s', 'values'],
    ['$none', ''],
    ['${none}', ''],
    ['${none:-d}', 'd'],
    ['${none-d}', 'd'],
    ['${empty:-d}', 'd'],
    ['${empty-d}', ''],
    ['${name:-d}', 'value'],
    ['${name:+a}', 'a'],
    ['${name+a}', 'a'],
    ['${empty:+a}', ''],
    ['${empty+a}', 'a'],
    ['${none+a}', ''],
    ['${name:?e}', 'value'],
    ['${empty?e}', ''],
    ['${none:-${other:-$name}}', 'value'],
    ['${none:-"a b"}', 'a b'],
    ["${none:-'}'}", '}'],
    ['${file#*/}', 'usr/local/archive.tar.gz'],
    ['${file##*/}', 'archive.tar.gz'],
    ['${file%.*}', '/usr/local/archive.tar'],
    ['${file%%.*}', '/usr/local/archive'],
    ['${file#nothing}', '/usr/local/archive.tar.gz'],
    ['${file%.t?r.gz}', '/usr/local/archive'],
    ['${repeated/X/-}', 'a-bXc'],
    ['${repeated//X/-}', 'a-b-c'],
    ['${repeated//X/}', 'abc'],
    ['${file//\\//_}', '_usr_local_archive.tar.gz'],
    ['${repeated/X*/$name}', 'avalue'],
    ['${star%\\*b}', 'a'],
    ['${star/\\*/+}', 'a+b'],
    ["'$name'", '$name'],
    ['"$name"', 'value'],
    ['"\\$name"', '$name'],
    ['\\$name', '$name'],
    ['\\\\$name', '\\value'],
    ['"a\\b"', 'a\\b'],
    ['"\\""', '"'],
    ['a" b "c', 'a b c'],
    ["'it'\\''s'", "it's"],
    ['$', '$'],
    ['$ x', '$ x'],
    ['$1x', 'x'],
    ['$@', ''],
    ['end\\', 'end'],
    ['𝒳$name', '𝒳value'],
  ])('%s is %s [08.37]', (word, text) => {
    expect(expand(word)).toBe(text)
  })

  test.each([
    ['${name', 'failed to process "${name": syntax error: missing \'}\''],
    ['${', "syntax error: missing '}'"],
    ['${}', 'syntax error: bad substitution'],
    ['${:-x}', 'syntax error: bad substitution'],
    ['${name^^}', 'unsupported modifier (^) in substitution'],
    ['${name:1}', 'unsupported modifier (:1) in substitution'],
    ['${name:-x', "syntax error: missing '}'"],
    ['${name/x}', "syntax error: missing '/' in ${}"],
    ['${name/x/y', "syntax error: missing '}'"],
    ['${none:?}', 'none: is not allowed to be unset'],
    ['${empty:?}', 'empty: is not allowed to be empty'],
    ['${none?say it}', 'none: say it'],
    ['"open', 'looking for matching double-quote'],
    ["'open", 'looking for matching single-quote'],
    ['${name#\\x}', "invalid pattern (\\x) in substitution: invalid escape '\\x'"],
  ])('%s fails: %s', (word, message) => {
    expect(() => expand(word)).toThrow(message)
  })

  test('an error tells its place in the word', () => {
    try {
      expand('abc${name^}')
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(ExpansionError)
      expect((error as ExpansionError).offset).toBe(3)
    }
  })

  test('tells the variables it found and did not find', () => {
    const expanded = expandWord('$name ${none:-$other}', lookup)
    const { matched, unmatched } = expanded
    expect([...expanded.undefined]).toEqual(['other'])
    expect([...matched]).toEqual(['name'])
    expect([...unmatched]).toEqual(['other', 'none'])
  })

  test('the escape directive changes what escapes', () => {
    expect(expand('C:\\dir\\$name', { escape: '`' })).toBe('C:\\dir\\value')
    expect(expand('`$name', { escape: '`' })).toBe('$name')
  })

  test('quotes, escapes and unset variables stay where asked', () => {
    expect(expand(`"$name" 'x' \\y`, { quotes: 'keep', escapes: 'keep' })).toBe(`"value" 'x' \\y`)
    expect(expand(`it's "$name"`, { quotes: 'ignore' })).toBe(`it's "value"`)
    expect(expand('$none ${none:-x} ${none/a/b} ${none//a/b} $name', { unset: 'keep' })).toBe(
      '$none ${none:-x} ${none/a/b} ${none//a/b} value',
    )
  })
})

describe('expandWords', () => {
  test.each([
    ['a  b', ['a', 'b']],
    ['"a b" c', ['a b', 'c']],
    ['a\\ b c', ['a b', 'c']],
    ['$list', ['a', 'b']],
    ['"$list"', ['a b']],
    ['$empty x', ['x']],
    ["'' x", ['x']],
    ['', []],
  ])('%s is %j', (text, words) => {
    expect(expandWords(text, lookup)).toEqual(words)
  })
})
