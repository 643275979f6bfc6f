import { describe, expect, test } from 'vitest'
import { parseDockerfile, parseTrigger } from './parse.ts'
import type { Dockerfile, Instruction, Word } from './tree.ts'

const parse = (...lines: string[]): Dockerfile => parseDockerfile(lines.join('\n'))
/** Parses one instruction of a stage, and expects no error. */
function only<Kind extends Instruction['kind']>(
  kind: Kind,
  ...lines: string[]
): Extract<Instruction, { kind: Kind }> {
  const file = parse('FROM scratch', ...lines)
  expect(errors(file)).toEqual([])
  const instruction = file.stages[0]?.instructions[0]
  expect(instruction?.kind).toBe(kind)
  return instruction as Extract<Instruction, { kind: Kind }>
}
const errors = (file: Dockerfile) =>
  file.problems.filter((problem) => problem.severity === 'error').map((problem) => problem.message)
const text = (word: Word | null | undefined) => word?.text ?? null
const texts = (words: readonly Word[]) => words.map((word) => word.text)
const pairs = (value: { pairs: readonly { name: Word; value: Word | null }[] }) =>
  value.pairs.map((pair) => [pair.name.text, text(pair.value)])

describe('directives', () => {
  test('syntax, escape and check are read, in any case [08.36]', () => {
    const file = parse('# Syntax=docker/dockerfile:1', '#ESCAPE = `', '# check=skip=all', 'FROM a')
    expect(text(file.directives.syntax)).toBe('docker/dockerfile:1')
    expect(file.directives.escape).toBe('`')
    expect(text(file.directives.check)).toBe('skip=all')
    expect(file.directives.syntax?.range.start).toEqual({ line: 1, column: 10 })
  })

  test('a comment or a blank line ends them', () => {
    expect(parse('# hello', '# escape=`', 'FROM a').directives.escape).toBe('\\')
    expect(parse('', '# escape=`', 'FROM a').directives.escape).toBe('\\')
    expect(parse('# other=x', '# escape=`', 'FROM a').directives.escape).toBe('\\')
  })

  test('a byte order mark counts as nothing', () => {
    const file = parseDockerfile('\uFEFF# escape=`\nFROM a')
    expect(file.directives.escape).toBe('`')
    expect(file.stages[0]?.from.image.range.start).toEqual({ line: 2, column: 6 })
  })
})

describe('lines', () => {
  test('continued lines are joined, comments within left out [08.38]', () => {
    const run = only('run', 'RUN a \\', '  # why', '  && b \\', '', '  && c')
    expect(run.text).toBe('RUN a   && b   && c')
    expect(run.command).toMatchObject({ form: 'shell', text: 'a   && b   && c' })
    expect(run.range).toEqual({ start: { line: 2, column: 1 }, end: { line: 6, column: 7 } })
  })

  test('a blank line in a continuation is warned of', () => {
    const file = parse('FROM a', 'RUN x \\', '', '  y')
    expect(file.problems).toMatchObject([{ rule: 'NoEmptyContinuation', range: { start: { line: 3 } } }])
  })

  test('CRLF lines and blanks after the escape continue [08.38]', () => {
    const file = parseDockerfile('FROM a\r\nRUN x \\  \r\n y\r\n')
    expect(file.stages[0]?.instructions[0]?.text).toBe('RUN x  y')
  })

  test('an escaped escape at the end does not continue', () => {
    const file = parse('FROM a', 'RUN echo \\\\', 'RUN b')
    expect(file.stages[0]?.instructions.map((one) => one.text)).toEqual(['RUN echo \\\\', 'RUN b'])
  })

  test('the escape directive moves continuation', () => {
    const file = parse('# escape=`', 'FROM a', 'RUN dir c:\\', 'RUN x `', ' y')
    expect(file.stages[0]?.instructions.map((one) => one.text)).toEqual(['RUN dir c:\\', 'RUN x  y'])
  })

  test('a word tells its place also on a continued line', () => {
    const copy = only('copy', 'COPY a \\', '   b \\', ' /c/')
    expect(copy.destination.range).toEqual({ start: { line: 4, column: 2 }, end: { line: 4, column: 5 } })
  })

  test('comments right above belong to the instruction', () => {
    const file = parse('# base: what all use', 'FROM a AS base', '', '# far', '', '# one', '# two', 'RUN b')
    expect(file.stages[0]?.from.comment).toEqual(['base: what all use'])
    expect(file.stages[0]?.instructions[0]?.comment).toEqual(['one', 'two'])
  })
})

describe('stages', () => {
  test('FROM with platform and name [08.01] [08.02]', () => {
    const { stages } = parse('FROM --platform=$BUILDPLATFORM golang:1@sha256:ab AS Build')
    expect(stages[0]?.name).toBe('build')
    expect(text(stages[0]?.from.name)).toBe('Build')
    expect(text(stages[0]?.from.image)).toBe('golang:1@sha256:ab')
    expect(text(stages[0]?.from.platform)).toBe('$BUILDPLATFORM')
  })

  test('several, and arguments before the first [08.28] [08.39]', () => {
    const file = parse('ARG V=1', 'ARG W', 'FROM a:$V', 'RUN b', 'FROM c', 'ARG V', 'RUN d')
    expect(file.globalArgs.flatMap(pairs)).toEqual([
      ['V', '1'],
      ['W', null],
    ])
    expect(file.stages.map((stage) => stage.instructions.length)).toEqual([1, 2])
    expect(file.stages[1]?.range).toEqual({ start: { line: 5, column: 1 }, end: { line: 7, column: 6 } })
  })
})

describe('ENV, LABEL and ARG', () => {
  test('pairs, quoted and escaped [08.07] [08.33]', () => {
    const env = only('env', 'ENV a=1 b="x y" c=x\\ y d=\'$z\' e= f="q\\"r"')
    expect(pairs(env)).toEqual([
      ['a', '1'],
      ['b', '"x y"'],
      ['c', 'x\\ y'],
      ['d', "'$z'"],
      ['e', ''],
      ['f', '"q\\"r"'],
    ])
    expect(env.pairs[1]?.value.range).toEqual({
      start: { line: 2, column: 11 },
      end: { line: 2, column: 16 },
    })
    expect(pairs(only('label', 'LABEL "a b"="c" \\', ' d.e=f'))).toEqual([
      ['"a b"', '"c"'],
      ['d.e', 'f'],
    ])
  })

  test('the old form takes the rest of the line, and is warned of [08.07]', () => {
    const file = parse('FROM a', 'ENV name  a b=c')
    expect(pairs(file.stages[0]?.instructions[0] as never)).toEqual([['name', 'a b=c']])
    expect(file.problems).toMatchObject([{ rule: 'LegacyKeyValueFormat', suggestion: 'ENV name="a b=c"' }])
  })

  test('ARG takes several, with and without default [08.27]', () => {
    expect(pairs(only('arg', 'ARG a b=1 c="x y"'))).toEqual([
      ['a', null],
      ['b', '1'],
      ['c', '"x y"'],
    ])
  })
})

describe('commands', () => {
  test.each([
    ['RUN ["a", "b \\u0041"]', { form: 'exec', args: ['a', 'b A'] }],
    ['RUN [ "a" , "b" ] ', { form: 'exec', args: ['a', 'b'] }],
    ['RUN []', { form: 'exec', args: [] }],
    ["RUN ['a']", { form: 'shell', text: "['a']" }],
    ['RUN ["a", ]', { form: 'shell', text: '["a", ]' }],
    ['RUN ["a"] && b', { form: 'shell', text: '["a"] && b' }],
    ['RUN [ -f a ] && b', { form: 'shell', text: '[ -f a ] && b' }],
    ['RUN ["a",\\\n  "b"]', { form: 'exec', args: ['a', 'b'] }],
  ])('%s [08.04]', (line, command) => {
    expect(only('run', line).command).toMatchObject(command)
  })

  test('RUN with every flag [09.01] [09.02]', () => {
    const run = only(
      'run',
      'RUN --mount=type=cache,target=/c,Sharing=locked --mount=target=/s,ro \\',
      ' --network=none --security=insecure --device=a=b,required make all',
    )
    expect(run.mounts.map((mount) => mount.fields.map((f) => [f.key.text, text(f.value)]))).toEqual([
      [
        ['type', 'cache'],
        ['target', '/c'],
        ['sharing', 'locked'],
      ],
      [
        ['target', '/s'],
        ['ro', null],
      ],
    ])
    expect(run.mounts[1]?.fields[0]?.value?.range.start).toEqual({ line: 2, column: 64 })
    expect(text(run.network)).toBe('none')
    expect(text(run.security)).toBe('insecure')
    expect(texts(run.devices)).toEqual(['a=b,required'])
    expect(run.command).toMatchObject({ text: 'make all' })
  })

  test('a quoted mount may hold blanks, and fields commas', () => {
    const run = only('run', `RUN --mount='type=bind,"source=a,b c",target=/x' true`)
    expect(run.mounts[0]?.fields.map((field) => text(field.value))).toEqual(['bind', 'a,b c', '/x'])
  })

  test('-- ends the flags', () => {
    expect(only('run', 'RUN --network=host -- --x').command).toMatchObject({ text: '--x' })
  })

  test('CMD, ENTRYPOINT and SHELL [08.05] [08.22] [08.34]', () => {
    expect(only('cmd', 'CMD echo $a').command).toMatchObject({ form: 'shell', text: 'echo $a' })
    expect(only('cmd', 'CMD []').command).toMatchObject({ form: 'exec', args: [] })
    expect(only('entrypoint', 'entrypoint ["/a"]').command).toMatchObject({ form: 'exec', args: ['/a'] })
    expect(only('entrypoint', 'entrypoint ["/a"]').text).toBe('ENTRYPOINT ["/a"]')
    expect(only('shell', 'SHELL ["cmd", "/S"]').args).toEqual(['cmd', '/S'])
  })

  test('HEALTHCHECK [08.25] [08.26]', () => {
    const { check } = only(
      'healthcheck',
      'HEALTHCHECK --interval=1m30s --timeout=500ms --start-period=0s --start-interval=5s --retries=3 CMD a b',
    )
    expect(check?.command).toMatchObject({ form: 'shell', text: 'a b' })
    expect([check?.interval, check?.timeout, check?.startPeriod, check?.startInterval].map(text)).toEqual([
      '1m30s',
      '500ms',
      '0s',
      '5s',
    ])
    expect(text(check?.retries)).toBe('3')
    expect(only('healthcheck', 'HEALTHCHECK cmd ["a"]').check?.command.form).toBe('exec')
    expect(only('healthcheck', 'HEALTHCHECK none').check).toBeNull()
  })
})

describe('heredocs', () => {
  test('a script, with an interpreter, quoted, and with tabs [08.20] [08.21]', () => {
    const run = only('run', 'RUN <<-"EOT" bash', '\techo $a', '\t\tEOT', 'RUN b')
    expect(run.text).toBe('RUN <<-"EOT" bash')
    expect(run.command).toMatchObject({
      form: 'shell',
      text: '<<-"EOT" bash',
      heredocs: [{ name: 'EOT', content: 'echo $a\n', expand: false, chomp: true }],
    })
    expect(run.range.end).toEqual({ line: 4, column: 6 })
  })

  test('several on a line, with descriptors [08.20]', () => {
    const run = only('run', 'RUN 3<<A cat <<B', 'a', 'A', 'b', 'B')
    expect(run.command).toMatchObject({
      heredocs: [
        { name: 'A', content: 'a\n', descriptor: 3, expand: true },
        { name: 'B', content: 'b\n', descriptor: 0 },
      ],
    })
  })

  test('COPY takes them as sources [08.19]', () => {
    const copy = only('copy', "COPY <<a.txt x <<'b.txt' /d/", 'one', 'a.txt', '$two', 'b.txt')
    expect(copy.sources).toMatchObject([
      { kind: 'heredoc', heredoc: { name: 'a.txt', content: 'one\n', expand: true } },
      { kind: 'path', word: { text: 'x' } },
      { kind: 'heredoc', heredoc: { name: 'b.txt', content: '$two\n', expand: false } },
    ])
  })

  test('lines in them that look like instructions or comments stay text', () => {
    const copy = only('copy', 'COPY <<E /d', 'FROM x', '# y', ' \\', 'E')
    expect(copy.sources).toMatchObject([{ heredoc: { content: 'FROM x\n# y\n \\\n' } }])
  })

  test.each(['RUN echo $((1<<2))', 'RUN cat <<<word', 'RUN ["a", "<<b"]', 'RUN echo "<<x"', 'CMD cat <<E'])(
    '%s has none',
    (line) => {
      const file = parse('FROM a', line, 'RUN b')
      expect(errors(file)).toEqual([])
      expect(file.stages[0]?.instructions).toHaveLength(2)
    },
  )

  test('below ONBUILD [08.31]', () => {
    const onbuild = only('onbuild', 'ONBUILD run <<-E', '\techo', '\tE')
    expect(onbuild.source).toBe('run <<-E\n\techo\nE')
    expect(onbuild.trigger).toMatchObject({ kind: 'run', command: { heredocs: [{ content: 'echo\n' }] } })
    expect(parseTrigger(onbuild.source).instruction).toMatchObject({
      command: { heredocs: [{ content: 'echo\n' }] },
    })
  })
})

describe('COPY and ADD', () => {
  test('all flags of COPY [08.16] [08.17]', () => {
    const copy = only(
      'copy',
      'COPY --from=build --chown=a:b --chmod=u+x --link --parents=false --exclude=*.md --exclude=x a b /c/',
    )
    expect(copy).toMatchObject({ link: true, parents: false, from: { text: 'build' } })
    expect([text(copy.chown), text(copy.chmod)]).toEqual(['a:b', 'u+x'])
    expect(texts(copy.exclude)).toEqual(['*.md', 'x'])
    expect(copy.sources).toMatchObject([{ word: { text: 'a' } }, { word: { text: 'b' } }])
    expect(text(copy.destination)).toBe('/c/')
  })

  test('all flags of ADD [08.11] [08.12]', () => {
    const add = only(
      'add',
      'ADD --checksum=$SUM --keep-git-dir --unpack=false --chown=1 --chmod=644 --link=true u /c',
    )
    expect(add).toMatchObject({ keepGitDir: true, unpack: false, link: true, checksum: { text: '$SUM' } })
    expect(only('add', 'ADD a b')).toMatchObject({ keepGitDir: null, unpack: null, link: false })
  })

  test('JSON form, for names with blanks [08.16]', () => {
    const copy = only('copy', 'COPY ["a b", "c\\td", "/e f/"]')
    expect(copy.sources).toMatchObject([{ word: { text: 'a b' } }, { word: { text: 'c\td' } }])
    expect(copy.destination).toEqual({
      text: '/e f/',
      range: { start: { line: 2, column: 22 }, end: { line: 2, column: 29 } },
    })
  })
})

describe('the others', () => {
  test('words and rests of lines [08.03] [08.06] [08.23] [08.24] [08.32] [08.35]', () => {
    expect(texts(only('expose', 'EXPOSE 80 443/tcp 1-2/udp').ports)).toEqual(['80', '443/tcp', '1-2/udp'])
    expect(texts(only('volume', 'VOLUME /a /b').paths)).toEqual(['/a', '/b'])
    expect(texts(only('volume', 'VOLUME ["/a b"]').paths)).toEqual(['/a b'])
    expect(text(only('workdir', 'WORKDIR /a b ').path)).toBe('/a b')
    expect(text(only('user', 'USER 1:2').user)).toBe('1:2')
    expect(text(only('stopsignal', 'STOPSIGNAL SIGINT').signal)).toBe('SIGINT')
    expect(text(only('maintainer', 'MAINTAINER A B <a@b>').name)).toBe('A B <a@b>')
  })

  test('ONBUILD holds its instruction and the text of it [08.31]', () => {
    const onbuild = only('onbuild', 'ONBUILD copy --link a \\', ' b')
    expect(onbuild.source).toBe('copy --link a  b')
    expect(onbuild.trigger).toMatchObject({ kind: 'copy', link: true, text: 'COPY --link a  b' })
    expect(onbuild.trigger.range.start).toEqual({ line: 2, column: 9 })
  })

  test('a trigger of an image is read by itself [08.31]', () => {
    expect(parseTrigger('RUN a').instruction).toMatchObject({ kind: 'run' })
    expect(parseTrigger('RUN a\nRUN b').problems[0]?.message).toContain('single expression')
    expect(parseTrigger('FROM a').problems[0]?.message).toContain("FROM isn't allowed")
    expect(parseTrigger('').problems).toHaveLength(1)
  })
})
