import { describe, expect, test } from 'vitest'
import { formatDockerfile } from './format.ts'
import { parseDockerfile } from './parse.ts'

const format = (...lines: string[]) => formatDockerfile(lines.join('\n')).split('\n').slice(0, -1)

describe('formatDockerfile', () => {
  test('writes instructions in capitals', () => {
    expect(format('from a as b', 'Run   make', 'onbuild run x')).toEqual([
      'FROM a AS b',
      'RUN make',
      'ONBUILD run x',
    ])
  })

  test('puts one blank between flags and words', () => {
    expect(format('FROM   --platform=x    a   AS\tb', 'COPY  --from=a   --chown=b   c    d   e')).toEqual([
      'FROM --platform=x a AS b',
      'COPY --from=a --chown=b c d e',
    ])
    expect(format('FROM a', 'RUN --mount="type=bind,  target=/x"   --network=none   a   b')[1]).toBe(
      'RUN --mount="type=bind,  target=/x" --network=none a   b',
    )
  })

  test('indents continued lines and their comments', () => {
    expect(format('FROM a', 'RUN a   \\  ', '  # why', '&& b \\', '', '\t&& c  ')).toEqual([
      'FROM a',
      'RUN a \\',
      '    # why',
      '    && b \\',
      '    && c',
    ])
  })

  test.each([
    ['a word goes on', ['RUN ab\\', 'cd']],
    ['a string goes on', ['RUN echo "a   \\', '  b"']],
    ['a string in single quotes goes on', ["RUN echo 'a   \\", "  b'"]],
    ['quotes are within a substitution', ['RUN echo "$(echo "a \\', '  b")"']],
    ['a blank is escaped', ['RUN echo a\\ \\', '    b']],
    ['a body of a heredoc', ['RUN <<EOF', '  a   b  ', '', '', '', 'EOF']],
    ['the rest of the line is the value', ['ENV a b   c \\', '  d']],
    ['a path has blanks', ['WORKDIR /a   b']],
    ['it cannot be read', ['copyy   a   b']],
  ])('changes nothing where %s', (_title, lines) => {
    expect(format('FROM a', ...lines)).toEqual(['FROM a', ...lines])
  })

  test('keeps one blank line, takes blanks off line ends, and ends with a newline', () => {
    expect(formatDockerfile('FROM a  \n\n\n\n  # b  \nRUN c')).toBe('FROM a\n\n# b\nRUN c\n')
    expect(formatDockerfile('from a\r\n\r\n\r\n\r\nrun b \\\r\nc')).toBe(
      'FROM a\r\n\r\nRUN b \\\r\n    c\r\n',
    )
    expect(formatDockerfile('')).toBe('')
  })

  test('makes no directive of a comment', () => {
    const text = '\n\n# escape=`\nFROM a\nRUN b \\\n c\n'
    expect(parseDockerfile(formatDockerfile(text)).directives.escape).toBe('\\')
  })

  test('reads continuation by the escape directive', () => {
    expect(format('# escape=`', 'FROM a', 'COPY a `', 'b `', 'c:\\')).toEqual([
      '# escape=`',
      'FROM a',
      'COPY a `',
      '    b `',
      '    c:\\',
    ])
  })
})
