import { describe, expect, test } from 'vitest'
import { SEEDS } from '../seeds.ts'
import type { Position } from '../tree.ts'
import { complete } from './complete.ts'
import { INSTRUCTION_DOCS } from './docs.ts'
import { hover } from './hover.ts'

const KNOWN = { images: ['alpine:3.20', 'golang:1'], buildArgs: ['VERSION'] }

/** Splits the text at `|`, the place. */
function at(marked: string): { readonly text: string; readonly position: Position } {
  const lines = marked.slice(0, marked.indexOf('|')).split('\n')
  const position = { line: lines.length, column: (lines.at(-1) ?? '').length + 1 }
  return { text: marked.replace('|', ''), position }
}

function offers(marked: string): readonly string[] {
  const { text, position } = at(marked)
  return complete(text, position, KNOWN).items.map(({ label }) => label)
}

function hovered(marked: string): string | null {
  const { text, position } = at(marked)
  return hover(text, position)?.markdown ?? null
}

describe('complete', () => {
  test.each([
    ['a new line', 'FROM a\n|', ['RUN', 'COPY', 'FROM'], ['--mount']],
    ['a name begun', 'FROM a\nCO|', ['COPY'], []],
    ['a file that is empty', '|', ['FROM', 'ARG'], []],
    ['ONBUILD', 'FROM a\nONBUILD |', ['RUN', 'COPY'], ['FROM', 'ONBUILD', 'MAINTAINER']],
    ['the top of the file', '# |', ['syntax', 'escape', 'check'], []],
    ['a comment below', 'FROM a\n# |', [], ['syntax']],
    ['rules to skip', '# check=skip=A,Sta|', ['StageNameCasing', 'all'], []],
    ['the image', 'FROM a AS base\nRUN b\nFROM |', ['base', 'alpine:3.20', 'scratch'], ['AS']],
    ['the image begun', 'FROM alp|', ['alpine:3.20'], []],
    ['what follows the image', 'FROM a |', ['AS'], ['scratch']],
    ['flags', 'FROM a\nCOPY --|', ['--from', '--chown', '--link'], ['--checksum']],
    ['flags that are there', 'FROM a\nCOPY --link --exclude=a --|', ['--from', '--exclude'], ['--link']],
    ['a stage to copy from', 'FROM a AS base\nRUN b\nFROM c\nCOPY --from=|', ['base', 'golang:1'], []],
    ['a platform', 'FROM --platform=|', ['$BUILDPLATFORM'], []],
    ['mounts', 'FROM a\nRUN --mount=|', ['type', 'target'], ['sharing']],
    ['kinds of mounts', 'FROM a\nRUN --mount=type=|', ['bind', 'cache', 'secret'], []],
    ['keys of a cache', 'FROM a\nRUN --mount=type=cache,target=/x,|', ['id', 'sharing'], ['target', 'env']],
    ['sharing', 'FROM a\nRUN --mount=type=cache,sharing=|', ['locked'], []],
    ['variables of the stage', 'ARG G=1\nFROM a\nARG V=1\nENV E=$V\nCOPY $| /', ['V', 'E'], ['G']],
    ['variables of FROM', 'ARG G=1\nFROM a:${|', ['G', 'TARGETARCH'], []],
    ['arguments', 'ARG G=1\nFROM a\nARG |', ['G', 'VERSION', 'TARGETOS'], []],
    ['signals', 'FROM a\nSTOPSIGNAL |', ['SIGTERM'], []],
    ['HEALTHCHECK', 'FROM a\nHEALTHCHECK |', ['CMD', 'NONE', '--interval'], []],
    ['a continued line', 'FROM a\nRUN --network=none \\\n  --m|', ['--mount'], ['--network']],
    ['a body of a heredoc', 'FROM a\nRUN <<E\n|\nE', [], ['RUN']],
    ['a body without end', 'FROM a\nRUN <<E\nx|', [], ['RUN']],
  ])('offers at %s', (_title, marked, wanted, unwanted) => {
    const found = offers(marked)
    expect(found).toEqual(expect.arrayContaining(wanted))
    expect(found.filter((label) => unwanted.includes(label))).toEqual([])
  })

  test('tells the word that an offer stands for', () => {
    const { text, position } = at('FROM a\nCOPY --fr|')
    expect(complete(text, position, KNOWN).range).toEqual({
      start: { line: 2, column: 6 },
      end: { line: 2, column: 10 },
    })
    const mount = at('FROM a\nRUN --mount=type=ca|')
    expect(complete(mount.text, mount.position, KNOWN).range.start).toEqual({ line: 2, column: 18 })
  })
})

describe('hover', () => {
  test.each([
    ['an instruction', 'FROM a\nCO|PY a b', 'Copies files and folders'],
    ['one below ONBUILD', 'FROM a\nONBUILD RU|N b', 'Runs a command in the stage'],
    ['a flag', 'FROM a\nCOPY --li|nk a b', 'does not depend on those below'],
    [
      'a variable with its value',
      'FROM a\nARG V=1\nENV W=x$V\nCOPY ${W|} /',
      'Variable `W`. Value: `x1`. Declared in line 3.',
    ],
    ['an argument that the build gives', 'FROM a\nARG V\nCOPY $V| /', 'The build gives its value.'],
    [
      'a stage',
      '# compiles\nFROM a AS base\nRUN x\nFROM b\nCOPY --from=ba|se /x /',
      'Stage `base` on `a`, line 2',
    ],
    ['a stage as base', 'FROM a AS base\nFROM ba|se', 'Stage `base`'],
    ['a kind of mount', 'FROM a\nRUN --mount=type=ca|che,target=/x y', 'stays from build to build'],
    ['a key of a mount', 'FROM a\nRUN --mount=type=cache,dst|=/x y', 'Where the command sees it'],
    ['a directive', '# esc|ape=`\nFROM a', 'escapes and continues lines'],
    ['a problem', 'FROM a\nSTOPSIGNAL SIGTRE|M', 'invalid signal: SIGTREM\n\nPerhaps: `SIGTERM`'],
    ['a lint rule', 'FROM a\nWORKDIR ap|p', 'rule/workdir-relative-path/'],
  ])('tells of %s', (_title, marked, expected) => {
    expect(hovered(marked)).toContain(expected)
  })

  test('says nothing where nothing is known', () => {
    expect(hovered('FROM a\nRUN mak|e')).toBeNull()
    expect(hovered('FROM a\n|\n')).toBeNull()
  })
})

test('both answer at every place of every file', () => {
  for (const [, text] of SEEDS) {
    text.split('\n').forEach((line, index) => {
      for (let column = 1; column <= line.length + 2; column++) {
        const position = { line: index + 1, column }
        complete(text, position, KNOWN)
        hover(text, position)
      }
    })
  }
})

test('every instruction has words of its own', () => {
  expect(Object.keys(INSTRUCTION_DOCS)).toHaveLength(18)
})
