import { expect, test } from 'vitest'
import { joinWords, sentence, splitWords } from './words.ts'

test.each([
  ['sh -c "echo hi"', ['sh', '-c', 'echo hi']],
  ["a 'b c' d\\ e", ['a', 'b c', 'd e']],
  ['"say \\"x\\" \\n"', ['say "x" \\n']],
  ["''", ['']],
  ['  ', []],
])('%j splits', (line, words) => expect(splitWords(line)).toEqual(words))

test('what is joined splits into the same again', () => {
  const words = ['sh', '-c', 'it\'s $HOME; echo "x"', '', 'a=b', '100%']
  expect(splitWords(joinWords(words))).toEqual(words)
})

test('a reason becomes a sentence', () => {
  expect(sentence('the socket does not exist')).toBe('The socket does not exist.')
  expect(sentence('Away.')).toBe('Away.')
})
