import { describe, expect, test } from 'vitest'
import { parseDockerfile } from '../parse.ts'
import { RULES, ruleUrl } from './rules.ts'

/** What is told about the lines: `rule line:column message -> suggestion`. */
const lint = (...lines: string[]): readonly string[] =>
  parseDockerfile(lines.join('\n')).problems.map(({ rule, message, range, suggestion, severity }) => {
    const place = `${range.start.line}:${range.start.column}`
    const near = suggestion === null ? '' : ` -> ${suggestion}`
    return `${severity === 'error' ? 'error ' : ''}${rule} ${place} ${message}${near}`
  })

describe('a lint rule', () => {
  test.each([
    ['StageNameCasing', ['FROM a AS Build'], ["1:11 Stage name 'Build' should be lowercase -> build"]],
    ['FromAsCasing', ['FROM a as b'], ["1:8 'as' and 'FROM' keywords' casing do not match -> AS"]],
    ['NoEmptyContinuation', ['FROM a', 'RUN b \\', '', 'c'], ['3:1 Empty continuation line']],
    [
      'ConsistentInstructionCasing',
      ['FROM a', 'RUN b', 'copy c d', 'Run e'],
      [
        "3:1 Command 'copy' should match the case of the command majority (uppercase) -> COPY",
        "4:1 Command 'Run' should match the case of the command majority (uppercase) -> RUN",
      ],
    ],
    [
      'ConsistentInstructionCasing',
      ['from a', 'run b', 'COPY c d'],
      ["3:1 Command 'COPY' should match the case of the command majority (lowercase) -> copy"],
    ],
    [
      'DuplicateStageName',
      ['FROM a AS b', 'FROM c AS b'],
      ['2:11 Duplicate stage name "b", stage names should be unique'],
    ],
    [
      'ReservedStageName',
      ['FROM a AS scratch'],
      ['1:11 Stage name should not use the same name as reserved stage "scratch"'],
    ],
    [
      'JSONArgsRecommended',
      ['FROM a', 'CMD make all'],
      [
        '2:1 JSON arguments recommended for CMD to prevent unintended behavior related to OS signals -> CMD ["make", "all"]',
      ],
    ],
    [
      'JSONArgsRecommended',
      ['FROM a', 'ENTRYPOINT exec $x'],
      ['2:1 JSON arguments recommended for ENTRYPOINT to prevent unintended behavior related to OS signals'],
    ],
    [
      'MaintainerDeprecated',
      ['FROM a', 'MAINTAINER me'],
      [
        '2:1 Maintainer instruction is deprecated in favor of using label -> LABEL org.opencontainers.image.authors="me"',
      ],
    ],
    [
      'UndefinedArgInFrom',
      ['ARG VERSION=1', 'FROM a:${VERSOIN}b'],
      ["2:6 FROM argument 'VERSOIN' is not declared -> VERSION"],
    ],
    [
      'WorkdirRelativePath',
      ['FROM a', 'WORKDIR app', 'WORKDIR more'],
      ['2:9 Relative workdir "app" can have unexpected results if the base image changes -> /app'],
    ],
    [
      'UndefinedVar',
      ['FROM a', 'ARG NAME', 'COPY $NMAE /x'],
      ["3:6 Usage of undefined variable '$NMAE' -> $NAME"],
    ],
    ['UndefinedVar', ['FROM scratch', 'COPY $src /x'], ["2:6 Usage of undefined variable '$src'"]],
    [
      'UndefinedVar',
      ['ARG V=1', 'FROM a', 'ENV x=$V'],
      ["3:7 Usage of undefined variable '$V': it counts in a stage only after ARG V"],
    ],
    [
      'MultipleInstructionsDisallowed',
      ['FROM a', 'CMD ["b"]', 'CMD ["c"]'],
      [
        '2:1 Multiple CMD instructions should not be used in the same stage because only the last one will be used',
      ],
    ],
    [
      'LegacyKeyValueFormat',
      ['FROM a', 'LABEL b c d'],
      ['2:1 "LABEL key=value" should be used instead of legacy "LABEL key value" format -> LABEL b="c d"'],
    ],
    [
      'RedundantTargetPlatform',
      ['FROM --platform=$TARGETPLATFORM a'],
      [
        '1:17 Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior',
      ],
    ],
    [
      'SecretsUsedInArgOrEnv',
      ['FROM a', 'ARG NPM_TOKEN', 'ENV PUBLIC_KEY=x DB_PASSWORD=y'],
      [
        '2:5 Do not use ARG or ENV instructions for sensitive data (ARG "NPM_TOKEN")',
        '3:18 Do not use ARG or ENV instructions for sensitive data (ENV "DB_PASSWORD")',
      ],
    ],
    [
      'InvalidDefaultArgInFrom',
      ['ARG TAG', 'FROM busybox:$TAG'],
      ['2:6 Default value for ARG busybox:$TAG results in empty or invalid base image name'],
    ],
    [
      'FromPlatformFlagConstDisallowed',
      ['FROM --platform=linux/amd64 a'],
      ['1:17 FROM --platform flag should not use constant value "linux/amd64"'],
    ],
    [
      'InvalidDefinitionDescription',
      ['# check=experimental=all', '', '# base all', '# what', 'FROM a AS base'],
      ['5:11 Comment for FROM should follow the format: `# base <description>` -> # base what'],
    ],
    [
      'ExposeProtoCasing',
      ['FROM a', 'EXPOSE 80/TCP'],
      ["2:8 Defined protocol '80/TCP' in EXPOSE instruction should be lowercase -> 80/tcp"],
    ],
    [
      'ExposeInvalidFormat',
      ['FROM a', 'EXPOSE 127.0.0.1:80:8080'],
      [
        "2:8 EXPOSE instruction should not define an IP address or host-port mapping, found '127.0.0.1:80:8080' -> 8080",
      ],
    ],
  ])('%s tells %j', (rule, lines, expected) => {
    expect(lint(...lines)).toEqual(expected.map((text) => `${rule} ${text}`))
  })

  test.each([
    ['a shell of the stage', ['FROM a AS b', 'SHELL ["x"]', 'FROM b', 'CMD y']],
    ['one CMD a stage', ['FROM a AS b', 'CMD ["x"]', 'FROM b', 'CMD ["y"]']],
    ['an absolute workdir of the stage below', ['FROM a AS b', 'WORKDIR /x', 'FROM b', 'WORKDIR y']],
    ['a workdir of a variable', ['FROM a', 'ARG d', 'WORKDIR $d']],
    ['a variable that the base may set', ['FROM a', 'ENV PATH=/x:$PATH GOPATH=$SOMETHING']],
    ['a variable with a default', ['FROM scratch', 'COPY ${src:-a} /x']],
    ['a variable of the stage below', ['FROM scratch AS b', 'ARG v=1', 'FROM b', 'COPY $v /x']],
    ['a variable in single quotes', ['FROM scratch', "LABEL a='$b'"]],
    ['a platform that the name says', ['FROM --platform=linux/arm64 a AS tools-arm64']],
    ['the platform that builds', ['FROM --platform=$BUILDPLATFORM a']],
    ['a default that makes a name', ['ARG TAG=1', 'FROM a:$TAG']],
    ['a description of a stage', ['# check=experimental=all', '', '# base is below all', 'FROM a AS base']],
    ['a comment without the experiment', ['# whatever', 'FROM a AS base']],
  ])('is content with %s', (_title, lines) => {
    expect(lint(...lines)).toEqual([])
  })
})

describe('# check=', () => {
  test('skips one rule, several, or all', () => {
    const lines = ['FROM a as B', 'CMD x']
    expect(lint('# check=skip=StageNameCasing', ...lines)).toHaveLength(2)
    expect(lint('# check=skip=FromAsCasing,stagenamecasing', ...lines)).toHaveLength(1)
    expect(lint('# check=skip=all', ...lines)).toEqual([])
  })

  test('makes errors of warnings', () => {
    expect(lint('# check=skip=FromAsCasing;error=true', 'FROM a as B')).toEqual([
      "error StageNameCasing 2:11 Stage name 'B' should be lowercase -> b",
    ])
  })

  test('of the build stands in for that of the file', () => {
    const text = '# check=skip=all\nFROM a as b'
    expect(parseDockerfile(text, 'error=true').problems).toMatchObject([
      { rule: 'FromAsCasing', severity: 'error' },
    ])
    expect(parseDockerfile('FROM a as b', 'skip=all').problems).toEqual([])
  })

  test('is told where it is wrong', () => {
    expect(lint('# check=skipp=all', 'FROM a')).toEqual([
      'error syntax 1:9 invalid check option "skipp=all" -> skip',
    ])
  })
})

test('each rule has its page', () => {
  expect(ruleUrl('JSONArgsRecommended')).toBe(
    'https://docs.docker.com/go/dockerfile/rule/json-args-recommended/',
  )
  expect(ruleUrl('FromPlatformFlagConstDisallowed')).toContain('/from-platform-flag-const-disallowed/')
  expect(ruleUrl('FromAsCasing')).toContain('/from-as-casing/')
  expect(RULES.length).toBeGreaterThanOrEqual(22)
})
