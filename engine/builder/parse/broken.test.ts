/** Broken files, one fault each: what is told, at which place, and what is suggested. */
import { describe, expect, test } from 'vitest'
import { parseDockerfile } from './parse.ts'
import { problemText } from './problem.ts'

/** Title, file, message, `line:column` of the fault, suggestion. */
type Case = readonly [title: string, file: string, message: string, place: string, suggestion?: string]

const HEX = 'a'.repeat(63)
const FILES: readonly Case[] = [
  ['an empty file', '', 'file with no instructions', '1:1'],
  ['only comments', '# a\n\n# b', 'file with no instructions', '1:1'],
  ['only arguments', 'ARG a=1', 'FROM is missing', '1:1'],
  ['an instruction before FROM', 'RUN a\nFROM b', 'no build stage in current context: RUN', '1:1'],
  ['a repeated directive', '# syntax=a\n# syntax=b\nFROM a', 'only one syntax parser directive', '2:1'],
  ['a bad escape directive', '# escape=/\nFROM a', "invalid escape token '/'", '1:10', '\\'],
]
/** The same below `FROM a`, which is line 1. */
const LINES: readonly Case[] = [
  ['an unknown instruction', 'RNU a', 'unknown instruction: RNU', '2:1', 'RUN'],
  ['an instruction far from any', 'FROBNICATE a', 'unknown instruction: FROBNICATE', '2:1'],
  ['a forgotten continuation', 'RUN a &&\n  b', 'unknown instruction: b', '3:3'],
  ['FROM without image', 'FROM', 'FROM requires either one or three arguments', '2:1'],
  ['FROM with a name without AS', 'FROM a b', 'either one or three', '2:6', 'FROM a AS b'],
  ['FROM with too many words', 'FROM a AS b c', 'either one or three', '2:6', 'FROM a AS as'],
  ['FROM with another word than AS', 'FROM a IS b', 'expected AS, found IS', '2:8', 'AS'],
  [
    'a stage name with a digit first',
    'FROM a AS 1b',
    'invalid name for build stage: "1b"',
    '2:11',
    'stage-1b',
  ],
  ['a stage name with symbols', 'FROM a AS b/c', 'invalid name for build stage: "b/c"', '2:11', 'b-c'],
  ['an unknown flag of FROM', 'FROM --plattform=a b', 'unknown flag: --plattform', '2:6', '--platform'],
  ['an unknown flag of COPY', 'COPY --form=a b c', 'unknown flag: --form', '2:6', '--from'],
  ['a flag that the instruction does not know', 'WORKDIR --from=a b', 'unknown flag: --from', '2:9'],
  ['a flag twice', 'COPY --from=a --from=b c d', 'duplicate flag specified: --from', '2:15'],
  ['a flag without value', 'COPY --chown a b', 'missing a value on flag: --chown', '2:6', '--chown='],
  [
    'a flag that is neither true nor false',
    'COPY --link=yes a b',
    'expecting boolean value',
    '2:6',
    '--link=true',
  ],
  ['COPY without arguments', 'COPY', 'COPY requires at least two arguments, but none was', '2:1'],
  ['COPY without destination', 'COPY a', 'COPY requires at least two arguments, but only one was', '2:6'],
  ['ADD without destination', 'ADD a', 'ADD requires at least two arguments', '2:5'],
  ['COPY with numbers in JSON', 'COPY ["a", 1]', 'must be comprised of strings only', '2:6'],
  ['COPY to a heredoc', 'COPY a <<E\nE', 'COPY cannot accept a heredoc as a destination', '2:8'],
  ['ADD to a heredoc', 'ADD a <<E\nE', 'ADD cannot accept a heredoc as a destination', '2:7'],
  ['a mode that is none', 'COPY --chmod=rwx a b', "invalid chmod parameter: 'rwx'", '2:14'],
  ['a mode too large', 'COPY --chmod=17777 a b', "invalid chmod parameter: '17777'", '2:14'],
  [
    'a checksum cut short',
    `ADD --checksum=sha256:${HEX} a b`,
    'expected 64 hexadecimal digits, found 63',
    '2:16',
  ],
  ['an unknown checksum', 'ADD --checksum=sha265:ab a b', 'unsupported digest algorithm', '2:16', 'sha256'],
  ['a checksum without algorithm', 'ADD --checksum=xyz a b', 'expected algorithm:digest', '2:16'],
  ['an unterminated heredoc', 'RUN <<EOT\necho\nEOF', 'unterminated heredoc: no line is EOT alone', '2:5'],
  ['the second heredoc unterminated', 'COPY <<A <<B /d\nA\nb', 'no line is B alone', '2:10'],
  ['a heredoc ended with blanks', 'RUN <<E\necho\n  E', 'no line is E alone', '2:5'],
  ['RUN without command', 'RUN', 'RUN requires at least one argument', '2:1'],
  ['RUN with flags only', 'RUN --network=none', 'RUN requires at least one argument', '2:1'],
  ['RUN with a number in JSON', 'RUN ["a", 1]', 'must be comprised of strings only', '2:5'],
  ['an unknown network', 'RUN --network=hots a', 'unsupported network mode "hots"', '2:15', 'host'],
  ['an unknown security', 'RUN --security=insecur a', 'security "insecur" is not valid', '2:16', 'insecure'],
  [
    'an unknown mount type',
    'RUN --mount=type=cahce,target=/a b',
    'unsupported mount type "cahce"',
    '2:18',
    'cache',
  ],
  ['an unknown mount key', 'RUN --mount=type=cache,traget=/a b', "unexpected key 'traget'", '2:24', 'target'],
  [
    'a mount key without value',
    'RUN --mount=type=bind,target b',
    "invalid field 'target'",
    '2:23',
    'target=',
  ],
  ['a mount without target', 'RUN --mount=type=cache b', 'cache mount needs a target', '2:13', 'target='],
  ['a mount over everything', 'RUN --mount=target=/ b', 'invalid mount target "/"', '2:20'],
  ['an unknown sharing', 'RUN --mount=type=cache,target=/a,sharing=lock b', 'sharing value "lock"', '2:42'],
  [
    'sharing of a bind',
    'RUN --mount=target=/a,sharing=shared b',
    'invalid cache sharing set for bind',
    '2:31',
  ],
  ['a mode that is not octal', 'RUN --mount=type=cache,target=/a,mode=rw b', 'not an octal number', '2:39'],
  ['a mode of a bind', 'RUN --mount=target=/a,mode=755 b', 'mode not allowed for "bind"', '2:28'],
  [
    'an owner that is no number',
    'RUN --mount=type=cache,target=/a,uid=me b',
    "invalid value for uid: 'me'",
    '2:38',
  ],
  [
    'a size that is none',
    'RUN --mount=type=tmpfs,target=/a,size=big b',
    "invalid value for size: 'big'",
    '2:39',
  ],
  ['a size of a cache', 'RUN --mount=type=cache,target=/a,size=1m b', 'size not allowed for "cache"', '2:39'],
  ['env of a cache', 'RUN --mount=type=cache,target=/a,env=A b', 'env not allowed for "cache"', '2:38'],
  [
    'a secret of a stage',
    'RUN --mount=type=secret,id=a,from=b c',
    'secret mount should not have a from',
    '2:35',
  ],
  ['a secret without name', 'RUN --mount=type=secret c', 'invalid secret mount', '2:13', 'id='],
  [
    'a secret with two names',
    'RUN --mount=type=secret,id=a,src=b c',
    "both source and id can't be set",
    '2:28',
  ],
  [
    'a switch with another value',
    'RUN --mount=target=/a,ro=maybe b',
    "invalid value for ro: 'maybe'",
    '2:26',
  ],
  ['ENV without arguments', 'ENV', 'ENV requires at least one argument', '2:1'],
  ['ENV with a name only', 'ENV a', 'ENV must have two arguments', '2:5', 'a='],
  ['ENV with a stray word', 'ENV a=1 b', `can't find = in "b"`, '2:9', 'b='],
  ['ENV without name', 'ENV =1', 'ENV names can not be blank', '2:5'],
  ['LABEL with a name only', 'LABEL a', 'LABEL must have two arguments', '2:7', 'a='],
  ['LABEL without arguments', 'LABEL', 'LABEL requires at least one argument', '2:1'],
  ['LABEL without name', 'LABEL a=b =c', 'LABEL names can not be blank', '2:11'],
  ['ARG without arguments', 'ARG', 'ARG requires at least one argument', '2:1'],
  ['ARG without name', 'ARG =1', 'ARG names can not be blank', '2:5'],
  ['CMD without arguments', 'CMD', 'CMD requires at least one argument', '2:1'],
  ['CMD with an object in JSON', 'CMD [{}]', 'must be comprised of strings only', '2:5'],
  ['ENTRYPOINT without arguments', 'ENTRYPOINT', 'ENTRYPOINT requires at least one argument', '2:1'],
  [
    'SHELL in shell form',
    'SHELL bash -c',
    'SHELL requires the arguments to be in JSON form',
    '2:7',
    '["bash", "-c"]',
  ],
  ['SHELL without words', 'SHELL []', 'SHELL requires at least one argument', '2:7'],
  ['SHELL without arguments', 'SHELL', 'SHELL requires at least one argument', '2:1'],
  ['EXPOSE without ports', 'EXPOSE', 'EXPOSE requires at least one argument', '2:1'],
  ['a port that is none', 'EXPOSE http', 'invalid containerPort: http', '2:8'],
  ['a port too large', 'EXPOSE 70000', 'ports end at 65535', '2:8'],
  ['a range that ends before it starts', 'EXPOSE 9-8', 'invalid range specified', '2:8', '8-9'],
  ['an unknown protocol', 'EXPOSE 80/tpc', 'invalid proto: tpc', '2:8', 'tcp'],
  ['VOLUME without paths', 'VOLUME', 'VOLUME requires at least one argument', '2:1'],
  ['VOLUME with an empty path', 'VOLUME ["/a", ""]', 'VOLUME specified can not be an empty string', '2:15'],
  ['WORKDIR without path', 'WORKDIR', 'WORKDIR requires exactly one argument', '2:1'],
  ['USER without name', 'USER', 'USER requires exactly one argument', '2:1'],
  ['STOPSIGNAL without signal', 'STOPSIGNAL', 'STOPSIGNAL requires exactly one argument', '2:1'],
  ['an unknown signal', 'STOPSIGNAL SIGTREM', 'invalid signal: SIGTREM', '2:12', 'SIGTERM'],
  ['MAINTAINER without name', 'MAINTAINER', 'MAINTAINER requires exactly one argument', '2:1'],
  ['HEALTHCHECK without arguments', 'HEALTHCHECK', 'HEALTHCHECK requires at least one argument', '2:1'],
  ['HEALTHCHECK without CMD', 'HEALTHCHECK curl x', 'Unknown type "CURL" in HEALTHCHECK', '2:13', 'CMD'],
  ['HEALTHCHECK CMD without command', 'HEALTHCHECK CMD', 'Missing command after HEALTHCHECK CMD', '2:13'],
  ['HEALTHCHECK NONE with more', 'HEALTHCHECK NONE a', 'HEALTHCHECK NONE takes no arguments', '2:13'],
  ['a duration without unit', 'HEALTHCHECK --interval=5 CMD a', 'invalid duration "5"', '2:24', '5s'],
  ['a duration too short', 'HEALTHCHECK --timeout=1us CMD a', 'cannot be less than 1ms', '2:23', '1ms'],
  ['a negative duration', 'HEALTHCHECK --timeout=-1s CMD a', 'cannot be less than 1ms', '2:23', '1ms'],
  ['retries below none', 'HEALTHCHECK --retries=-1 CMD a', '--retries cannot be negative', '2:23'],
  ['retries that are no number', 'HEALTHCHECK --retries=a CMD a', '--retries: invalid number "a"', '2:23'],
  ['an unknown flag of HEALTHCHECK', 'HEALTHCHECK --intervall=5s CMD a', '--intervall', '2:13', '--interval'],
  ['a brace that nothing closes', 'LABEL a=${b', "syntax error: missing '}'", '2:9'],
  ['a quote that nothing closes', "ENV a it's", 'looking for matching single-quote', '2:7'],
  ['a modifier that there is not', 'COPY a ${b^^}/', 'unsupported modifier (^) in substitution', '2:8'],
  ['a substitution of nothing', 'USER ${}', 'syntax error: bad substitution', '2:6'],
  ['an escape in a pattern', 'ARG a=${b#\\x}', "invalid escape '\\x'", '2:7'],
  ['ONBUILD without instruction', 'ONBUILD', 'ONBUILD requires at least one argument', '2:1'],
  ['ONBUILD of ONBUILD', 'ONBUILD ONBUILD RUN a', 'Chaining ONBUILD', '2:9'],
  ['ONBUILD of FROM', 'ONBUILD FROM a', "FROM isn't allowed as an ONBUILD trigger", '2:9'],
  ['ONBUILD of MAINTAINER', 'ONBUILD MAINTAINER a', "MAINTAINER isn't allowed as an ONBUILD", '2:9'],
  ['ONBUILD of nothing known', 'ONBUILD CPOY a b', 'unknown instruction: CPOY', '2:9', 'COPY'],
  ['a fault below ONBUILD', 'ONBUILD COPY a', 'COPY requires at least two arguments', '2:14'],
  ['a fault on a continued line', 'COPY --from=a \\\n   --chwon=b \\\n  c d', '--chwon', '3:4', '--chown'],
]

const all = [
  ...FILES,
  ...LINES.map(([title, lines, ...rest]) => [title, `FROM a\n${lines}`, ...rest] as Case),
]

const toRow = ([title, file, message, place, suggestion]: Case) => ({
  title,
  file,
  message,
  place,
  suggestion,
})

describe('a broken file', () => {
  test.each(all.map(toRow))('$title', ({ file, message, place, suggestion }) => {
    const errors = parseDockerfile(file).problems.filter((problem) => problem.severity === 'error')
    expect(errors.map((problem) => problem.message)).toEqual([expect.stringContaining(message)])
    const [error] = errors
    expect(`${error?.range.start.line}:${error?.range.start.column}`).toBe(place)
    expect(error?.suggestion ?? undefined).toBe(suggestion)
  })

  test('all faults of a file are told, in their order', () => {
    const { problems } = parseDockerfile('FROM a\nCPOY a b\nRUN\nENV x\nRUN ok')
    expect(problems.map(problemText)).toEqual([
      'dockerfile parse error on line 2: unknown instruction: CPOY (did you mean COPY?)',
      'dockerfile parse error on line 3: RUN requires at least one argument',
      'dockerfile parse error on line 4: ENV must have two arguments (did you mean x=?)',
    ])
  })

  test('what could be understood is in the tree', () => {
    const file = parseDockerfile('FROM a\nCPOY a b\nRUN ok\nFROM\nRUN lost\nFROM b\nRUN found')
    expect(file.stages.map((stage) => stage.instructions.map((one) => one.text))).toEqual([
      ['RUN ok'],
      ['RUN found'],
    ])
  })

  test('there are more than sixty', () => {
    expect(new Set(all.map(([, file]) => file)).size).toBeGreaterThan(60)
  })
})
