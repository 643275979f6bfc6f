import { describe, expect, it } from 'vitest'
import { parseDockerfile } from '../parse/parse.ts'
import { type Case, failureOf, historyOf, operationsOf, planOf, warningsOf } from './plan-case.ts'

const given = (args: Record<string, string>): Case => ({ request: { args: new Map(Object.entries(args)) } })

/** The variables of the last RUN, without PATH. */
async function variables(file: string, one: Case = {}): Promise<string> {
  const { steps } = await planOf(file, one)
  const exec = steps.map(({ operation }) => operation).findLast((operation) => operation.kind === 'exec')
  return exec?.kind === 'exec' ? exec.env.filter((line) => !line.startsWith('PATH=')).join(' ') : 'no RUN'
}

/** The image that the last stage is FROM. */
async function base(file: string, one: Case = {}): Promise<string> {
  const { steps } = await planOf(file, one)
  const image = steps.map(({ operation }) => operation).find((operation) => operation.kind === 'image')
  return image?.kind === 'image' ? `${image.reference} ${image.platform.architecture}` : 'no image'
}

describe('ARG', () => {
  const scopes: readonly (readonly [string, string, Record<string, string>, string])[] = [
    ['FROM x\nARG A=1\nRUN y', 'A=1', {}, '08.27'],
    ['FROM x\nARG A=1\nRUN y', 'A=2', { A: '2' }, '08.27'],
    ['FROM x\nARG A\nRUN y', '', {}, '08.27'],
    ['FROM x\nRUN y\nARG A=1', '', {}, '08.27'],
    ['FROM x\nARG A=1 B=${A}b\nRUN y', 'A=1 B=1b', {}, '08.27'],
    ['ARG A=1\nFROM x\nRUN y', '', {}, '08.28'],
    ['ARG A=1\nFROM x\nARG A\nRUN y', 'A=1', {}, '08.28'],
    ['ARG A=1\nFROM x\nARG A=3\nRUN y', 'A=3', {}, '08.28'],
    ['ARG A=1\nFROM x\nARG A=3\nRUN y', 'A=2', { A: '2' }, '08.28'],
    ['ARG A=1\nARG B=$A$A\nFROM x\nARG B\nRUN y', 'B=11', {}, '08.28'],
    ['ARG A=1\nARG B=$A$A\nFROM x\nARG B\nRUN y', 'B=22', { A: '2' }, '08.28'],
    ['FROM x\nARG A=1\nENV A=2\nRUN y', 'A=2', { A: '3' }, '08.29'],
    ['FROM x\nENV A=2\nARG A=1\nRUN y', 'A=1', {}, '08.29'],
    ['FROM x\nARG N=1\nENV E=v$N\nRUN y', 'N=1 E=v1', {}, '08.29'],
    ['FROM x AS a\nARG A=1\nFROM a\nRUN y', 'A=1', {}, '08.27'],
    ['FROM x AS a\nARG A=1\nFROM x\nRUN y', '', {}, '08.27'],
    ['FROM x\nRUN y', '', { TARGETARCH: 'riscv64' }, '08.30'],
    [
      'FROM x\nARG TARGETARCH\nARG BUILDPLATFORM\nRUN y',
      'TARGETARCH=amd64 BUILDPLATFORM=linux/amd64',
      {},
      '08.30',
    ],
    ['FROM x\nARG TARGETARCH\nRUN y', 'TARGETARCH=other', { TARGETARCH: 'other' }, '08.30'],
    ['FROM x\nARG TARGETVARIANT\nARG TARGETOS\nRUN y', 'TARGETVARIANT= TARGETOS=linux', {}, '08.30'],
    ['FROM x AS last\nARG TARGETSTAGE\nRUN y', 'TARGETSTAGE=last', {}, '08.30'],
    ['FROM x\nARG A=${U:-d}${V-e}${W:+f}\nRUN y', 'A=de', {}, '08.37'],
  ]
  for (const [file, env, args, row] of scopes)
    it(`${JSON.stringify(file)} with ${JSON.stringify(args)} [${row}]`, async () => {
      expect(await variables(`${file}\n`, given(args))).toBe(env)
    })

  const bases: readonly (readonly [string, string, Record<string, string>, string])[] = [
    ['ARG V=1\nFROM x:$V', 'docker.io/library/x:1 amd64', {}, '08.28'],
    ['ARG V=1\nFROM x:${V}', 'docker.io/library/x:2 amd64', { V: '2' }, '08.28'],
    ['ARG V\nFROM x:${V:-3}', 'docker.io/library/x:3 amd64', {}, '08.37'],
    ['FROM x:$TARGETARCH', 'docker.io/library/x:amd64 amd64', {}, '08.30'],
    ['FROM --platform=linux/arm64 x', 'docker.io/library/x:latest arm64', {}, '08.02'],
    ['FROM --platform=$BUILDPLATFORM x', 'docker.io/library/x:latest amd64', {}, '08.02'],
    ['ARG P=linux/arm64\nFROM --platform=$P r.io:5/x', 'r.io:5/x:latest arm64', {}, '08.02'],
    [`FROM x@sha256:${'a'.repeat(64)}`, `docker.io/library/x@sha256:${'a'.repeat(64)} amd64`, {}, '08.01'],
  ]
  for (const [file, image, args, row] of bases)
    it(`${JSON.stringify(file)} is ${image} [${row}]`, async () => {
      expect(await base(`${file}\n`, given(args))).toBe(image)
    })

  it('target and build platforms differ when another is asked for [08.30]', async () => {
    const request = { platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } }
    const file = 'FROM --platform=$BUILDPLATFORM x\nARG TARGETPLATFORM\nARG BUILDARCH\nRUN y\n'
    expect(await base(file, { request })).toBe('docker.io/library/x:latest amd64')
    expect(await variables(file, { request })).toBe('TARGETPLATFORM=linux/arm64/v8 BUILDARCH=amd64')
    const { image } = await planOf(file, { request })
    expect(image.platform).toEqual({ os: 'linux', architecture: 'arm64', variant: 'v8' })
    expect(await base('FROM x\n', { request })).toBe('docker.io/library/x:latest arm64')
  })

  it('is no variable of the image [08.27]', async () => {
    const { image } = await planOf('FROM x\nARG A=1\nENV B=$A\n')
    expect(image.config.config?.Env).toEqual(['PATH=/bin', 'B=1'])
  })

  it('that nothing declares is told of [07.04]', async () => {
    const args = { A: '1', Z: '1', B: '1', BUILDKIT_INLINE_CACHE: '1', no_proxy: 'x' }
    expect(await warningsOf('FROM x\nARG A\nRUN y\n', given(args))).toEqual([
      '- UnconsumedBuildArgs: [Warning] One or more build-args [B Z] were not consumed',
    ])
  })
})

describe('variables that there are none of', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    [
      'FROM x\nENV NAME=1\nCOPY $NMAE /y',
      ["3 UndefinedVar: Usage of undefined variable '$NMAE' (did you mean $NAME?)"],
    ],
    ['FROM x\nWORKDIR /$other', ["2 UndefinedVar: Usage of undefined variable '$other'"]],
    ['FROM x\nARG A\nCOPY $A /y', []],
    ['FROM x\nCOPY ${A:-b} /y', []],
    ['FROM x\nRUN echo $HOME', []],
    ["FROM x\nLABEL a='$b' c=\\$d", []],
    [
      'ARG VERSION=1\nFROM x:$VERSON$VERSION',
      ["2 UndefinedArgInFrom: FROM argument 'VERSON' is not declared (did you mean VERSION?)"],
    ],
    ['FROM x\nCOPY <<E /y\n$z\nE', ["2 UndefinedVar: Usage of undefined variable '$z'"]],
  ]
  for (const [file, warnings] of cases)
    it(`${JSON.stringify(file)} [08.37]`, async () => {
      // Some are seen in reading the file: those are not told again.
      const told = parseDockerfile(`${file}\n`).problems.map(
        ({ rule, message, range }) => `${range.start.line} ${rule}: ${message}`,
      )
      const all = [...told, ...(await warningsOf(`${file}\n`))]
      const remarks = all.filter((line) => line.includes('Undefined'))
      expect(remarks.map((line) => line.replace(/ \(did.*/, ''))).toEqual(
        warnings.map((line) => line.replace(/ \(did.*/, '')),
      )
    })

  it('are left alone where the file says so, or are errors [08.37]', async () => {
    const file = 'FROM alpine\nCOPY a /$unknown\n'
    expect(await warningsOf(file)).toHaveLength(1)
    expect(await warningsOf(`# check=skip=UndefinedVar\n${file}`)).toEqual([])
    expect(await failureOf(`# check=error=true\n${file}`)).toBe(
      "3:8 UndefinedVar: Usage of undefined variable '$unknown'",
    )
  })
})

describe('ONBUILD', () => {
  const images = {
    'docker.io/library/base:latest': {
      OnBuild: ['ARG V=1', 'COPY . /app', 'RUN make $V'],
      WorkingDir: '/app',
    },
    'docker.io/library/copies:latest': { OnBuild: ['COPY --from=tool /t /t', 'COPY --from=busybox /b /b'] },
    'docker.io/library/broken:latest': { OnBuild: ['FROM x', 'RUN y'] },
  }

  it('of a base runs before the stage [08.31]', async () => {
    const file = 'FROM base\nRUN after\n'
    expect(await operationsOf(file, { images })).toEqual([
      'copy 1:.(local) to /app',
      'exec ["/bin/sh","-c","make $V"] in /app with V=1',
      'exec ["/bin/sh","-c","after"] in /app with V=1',
    ])
    const { steps, image } = await planOf(file, { images })
    expect(steps.map(({ name }) => name).slice(2)).toEqual([
      '[2/4] ONBUILD COPY . /app',
      '[3/4] ONBUILD RUN make 1',
      '[4/4] RUN after',
    ])
    expect(image.config.config).not.toHaveProperty('OnBuild')
    expect(await historyOf(file, { images })).toContain('RUN |1 V=1 /bin/sh -c make $V # buildkit')
  })

  it('may take from stages and images, which are looked up then [08.31]', async () => {
    const asked: string[] = []
    const file = 'FROM alpine AS tool\nRUN x\nFROM copies\n'
    const { steps } = await planOf(file, { images, asked: (what) => asked.push(what) })
    expect(steps.map(({ operation }) => operation.kind)).toEqual([
      'image',
      'image',
      'exec',
      'copy',
      'image',
      'copy',
    ])
    expect(asked).toEqual([
      'docker.io/library/copies:latest amd64',
      'docker.io/library/alpine:latest amd64',
      'docker.io/library/busybox:latest amd64',
    ])
  })

  it('of a stage runs in those that are FROM it, once [08.31]', async () => {
    const file = 'FROM alpine AS a\nONBUILD RUN trigger\nFROM a AS b\nRUN own\nFROM b\nRUN last\n'
    expect(await operationsOf(file)).toEqual([
      'exec ["/bin/sh","-c","trigger"]',
      'exec ["/bin/sh","-c","own"]',
      'exec ["/bin/sh","-c","last"]',
    ])
  })

  it('that cannot be one is told at its FROM [08.31]', async () => {
    expect(await failureOf('FROM alpine\nFROM broken\n', { images })).toMatch(
      /^2:1 the trigger "FROM x" of broken cannot be read: FROM isn't allowed/,
    )
  })
})
