import { describe, expect, it } from 'vitest'
import type { BuildRequest, ContextSource } from '../request.ts'
import { failureOf, filesOf, operationsOf, planOf, warningsOf } from './plan-case.ts'
import { printOperation, printSteps } from './print.ts'

const COMMIT = 'c'.repeat(40)
const FILES: ContextSource = { kind: 'files', provider: filesOf({ '.dockerignore': 'skip' }) }

/** Every operation, in a build with this context or these named ones. */
async function all(
  file: string,
  context: ContextSource | null,
  named: Record<string, ContextSource> = {},
  more: Partial<BuildRequest> = {},
): Promise<string[]> {
  const request = {
    ...more,
    ...(context === null ? {} : { context }),
    namedContexts: new Map(Object.entries(named)),
  }
  const { steps } = await planOf(file, { request })
  return steps.map(({ operation }) => printOperation(operation))
}

describe('the main context', () => {
  const COPY = 'FROM scratch\nCOPY a /\n'

  it('is read with its ignore file [10.16]', async () => {
    expect(await all(COPY, FILES)).toEqual(['context context: a without skip', 'copy 0:a(local) to /'])
  })

  it('may be a repository [10.06] [10.09]', async () => {
    expect(await all(COPY, { kind: 'git', address: 'https://h/x.git#v1:sub' })).toEqual([
      `git https://h/x.git#v1:sub at ${COMMIT}`,
      'copy 0:a(local) to /',
    ])
    const keep = { args: new Map([['BUILDKIT_CONTEXT_KEEP_GIT_DIR', '1']]) }
    expect((await all(COPY, { kind: 'git', address: 'github.com/a/b' }, {}, keep))[0]).toBe(
      `git https://github.com/a/b# at ${COMMIT} with .git`,
    )
  })

  it('may be an archive of the web [10.13]', async () => {
    expect(await all(COPY, { kind: 'http', url: 'https://h/x.tgz' })).toEqual([
      'http https://h/x.tgz as context',
      'copy 0:context(remote-file) to / unpack=always',
      'copy 0:a(local) to /',
    ])
  })

  it('may be empty [10.15]', async () => {
    expect(await all(COPY, { kind: 'empty' })).toEqual(['merge', 'copy 0:a(local) to /'])
  })

  it('is not needed where nothing reads it [10.15]', async () => {
    expect(
      await all('FROM scratch\nCOPY <<E /a\nx\nE\n', { kind: 'git', address: 'not an address' }),
    ).toEqual(['copy E="x\\n" to /a'])
  })
})

describe('a named context', () => {
  it('is what --from means [10.01]', async () => {
    expect(await all('FROM scratch\nCOPY --from=src a /\n', null, { src: FILES })).toEqual([
      'context src: a without skip',
      'copy 0:a(local) to /',
    ])
    const { steps } = await planOf('FROM alpine\nRUN --mount=from=src,target=/x y\n', {
      request: { namedContexts: new Map([['src', FILES]]) },
    })
    expect(steps.map(({ name }) => name)[1]).toBe('[context src] load from client')
  })

  it('is what FROM means: files without a config [10.01]', async () => {
    expect(await all('FROM src\nRUN y\n', null, { src: FILES })).toEqual([
      'context src: all without skip',
      'copy 0:.(local) to /',
      'exec ["/bin/sh","-c","y"]',
    ])
  })

  it('stands in for an image, however that is written [10.01]', async () => {
    const image: ContextSource = { kind: 'image', reference: 'own/image:2' }
    for (const written of ['alpine', 'alpine:latest', 'docker.io/library/alpine'])
      expect(await all(`FROM ${written}\nRUN y\n`, null, { alpine: image })).toEqual([
        'image docker.io/own/image:2',
        'exec ["/bin/sh","-c","y"]',
      ])
    expect(await all('FROM alpine:3\nRUN y\n', null, { alpine: image })).toContain(
      'image docker.io/library/alpine:3',
    )
    expect(await all('FROM scratch\nCOPY --from=alpine a /\n', null, { alpine: image })).toEqual([
      'image docker.io/own/image:2',
      'copy 0:a(stage) to /',
    ])
  })

  it('stands in for a stage of its name [10.01]', async () => {
    const file = 'FROM alpine AS base\nRUN never\nFROM base\nRUN y\n'
    expect(await all(file, null, { base: { kind: 'image', reference: 'own' } })).toEqual([
      'image docker.io/library/own:latest',
      'exec ["/bin/sh","-c","y"]',
    ])
  })

  it('is told of without the password of its address, which fetches [10.06] [10.13]', async () => {
    const file = 'FROM scratch\nCOPY --from=g a /\nCOPY --from=h b /\nCOPY c /\n'
    const git: ContextSource = { kind: 'git', address: 'https://u:SECRET@h/x.git' }
    const http: ContextSource = { kind: 'http', url: 'http://u:SECRET@h/y.tar' }
    for (const context of [git, http]) {
      const { steps } = await planOf(file, {
        request: { context, namedContexts: new Map(Object.entries({ g: git, h: http })) },
      })
      const names = steps.map(({ name }) => name)
      expect(names.join('\n')).not.toContain('SECRET')
      expect(names).toContain('[context h] http://***@h/y.tar: unpack')
      const operations = steps.map(({ operation }) => printOperation(operation))
      expect(operations).toContain('http http://u:SECRET@h/y.tar as context')
      expect(operations).toContain(`git https://u:SECRET@h/x.git# at ${COMMIT}`)
    }
  })

  it('may be a repository or an archive [10.06] [10.13]', async () => {
    const file = 'FROM scratch\nCOPY --from=g a /\nCOPY --from=h b /\n'
    const named: Record<string, ContextSource> = {
      g: { kind: 'git', address: 'https://h/x.git' },
      h: { kind: 'http', url: 'https://h/y.tar' },
    }
    expect(await all(file, null, named)).toEqual([
      `git https://h/x.git# at ${COMMIT}`,
      'copy 0:a(local) to /',
      'http https://h/y.tar as context',
      'copy 0:context(remote-file) to / unpack=always',
      'copy 1:b(local) to /',
    ])
  })
})

describe('what cannot be planned', () => {
  const missing = { 'docker.io/library/bild:latest': null, 'docker.io/library/alpin:latest': null }
  const cases: readonly (readonly [string, string])[] = [
    [
      'FROM alpine AS build\nFROM alpine\nCOPY --from=bild a b',
      '3:13 bild: docker.io/library/bild:latest does not exist (did you mean build?)',
    ],
    ['FROM alpin', '1:6 alpin: docker.io/library/alpin:latest does not exist (did you mean alpine?)'],
    ['FROM alpine AS a\nCOPY --from=a x y', '2:13 circular dependency detected on stage: a'],
    ['FROM alpine AS a\nCOPY --from=b x y\nFROM a AS b', '2:13 circular dependency detected on stage: b'],
    [
      'FROM alpine AS a\nRUN --mount=from=b,target=/x y\nFROM alpine AS b\nFROM a',
      '2:18 cannot copy from stage "b", it needs to be defined before current stage "a"',
    ],
    ['ARG X\nFROM $X', '2:6 base name ($X) should not be blank'],
    ['FROM Bad/Name', '1:6 failed to parse stage name "Bad/Name": invalid reference format: repository name'],
    ['ARG P\nFROM --platform=$P x', '2:17 empty platform value from expression $P'],
    ['FROM --platform=a/b/c/d x', '1:17 failed to parse platform a/b/c/d'],
    ['FROM ${X', '1:6 failed to process "${X"'],
    ['FROM alpine\nFOO x', '2:1 '],
  ]
  for (const [file, message] of cases)
    it(`${JSON.stringify(file)} is told at its place [08.39]`, async () => {
      const failure = await failureOf(`${file}\n`, { images: missing })
      expect(failure.slice(0, message.length)).toBe(message)
    })

  it('a target that there is none of [07.13]', async () => {
    const file = 'FROM alpine AS build\nFROM alpine\n'
    expect(await failureOf(file, { request: { target: 'bulid' } })).toBe(
      '1:1 target stage "bulid" could not be found (did you mean build?)',
    )
    expect(await failureOf(file, { request: { target: '2' } })).toContain(
      'target stage "2" could not be found',
    )
  })

  it('a stage that nothing needs may be wrong [11.07]', async () => {
    expect(await operationsOf('FROM Bad/Name AS a\nFROM alpine\nRUN x\n')).toHaveLength(1)
  })
})

describe('an image of another platform', () => {
  it('is warned of [08.02]', async () => {
    const file = 'FROM --platform=linux/arm64 x\n'
    expect(await warningsOf(file)).toEqual([])
    const request = { platform: { os: 'windows', architecture: 'amd64' } }
    expect(await warningsOf('FROM x\n', { request })).toEqual([
      '1 InvalidBaseImagePlatform: Base image x was pulled with platform "linux/amd64", expected "windows/amd64" for current build',
    ])
  })
})

it('a plan prints its steps and what they read', async () => {
  const text = printSteps(await planOf('FROM scratch AS a\nADD --link x /y\nFROM a\nCOPY --link z /\n'))
  expect(text).toBe(`s0 [internal] load build context
s1 [a 1/1] ADD --link x /y <- s0
s2 [stage-1 1/1] COPY --link z / <- s0
s3 [stage-1 1/1] LINK COPY --link z / <- s1 s2
= s3`)
})
