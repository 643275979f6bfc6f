import { describe, expect, it } from 'vitest'
import { planOf } from './plan-case.ts'
import { printSteps } from './print.ts'

/** Steps with digests taken out of their names. */
async function steps(...given: Parameters<typeof planOf>): Promise<string> {
  return printSteps(await planOf(...given)).replace(/@sha256:[0-9a-f]{64}/g, '')
}

const TWO_STAGES = `
FROM alpine AS build
COPY src /src
RUN make
FROM debian:13 AS tools
RUN apt-get install thing
FROM scratch
COPY --from=build /src/app /
`

describe('stages', () => {
  it('of one file are numbered as BuildKit shows them [08.01]', async () => {
    expect(await steps('FROM alpine\nWORKDIR /x\nCOPY a b\nRUN make\n')).toBe(
      `s0 [1/4] FROM docker.io/library/alpine:latest
s1 [2/4] WORKDIR /x <- s0
s2 [internal] load build context
s3 [3/4] COPY a b <- s1 s2
s4 [4/4] RUN make <- s3
= s4`,
    )
  })

  it('that the target does not need are left out [11.07]', async () => {
    expect(await steps(TWO_STAGES)).toBe(
      `s0 [build 1/3] FROM docker.io/library/alpine:latest
s1 [internal] load build context
s2 [build 2/3] COPY src /src <- s0 s1
s3 [build 3/3] RUN make <- s2
s4 [stage-2 1/1] COPY --from=build /src/app / <- s3
= s4`,
    )
  })

  it('are chosen by name or number [07.13]', async () => {
    const tools = `s0 [tools 1/2] FROM docker.io/library/debian:13
s1 [tools 2/2] RUN apt-get install thing <- s0
= s1`
    expect(await steps(TWO_STAGES, { request: { target: 'tools' } })).toBe(tools)
    expect(await steps(TWO_STAGES, { request: { target: 'TOOLS' } })).toBe(tools)
    expect(await steps(TWO_STAGES, { request: { target: '1' } })).toBe(tools)
  })

  it('stand on each other [08.39]', async () => {
    expect(await steps('FROM alpine AS a\nRUN one\nFROM a AS b\nRUN two\nFROM B\nRUN three\n')).toBe(
      `s0 [a 1/2] FROM docker.io/library/alpine:latest
s1 [a 2/2] RUN one <- s0
s2 [b 1/1] RUN two <- s1
s3 [stage-2 1/1] RUN three <- s2
= s3`,
    )
  })

  it('that are independent share nothing but their images [11.06]', async () => {
    const file = `FROM alpine AS a
RUN one
FROM alpine AS b
RUN two
FROM scratch
COPY --from=a /x /
COPY --from=1 /y /
`
    expect(await steps(file)).toBe(
      `s0 [a 1/2] FROM docker.io/library/alpine:latest
s1 [a 2/2] RUN one <- s0
s2 [stage-2 1/2] COPY --from=a /x / <- s1
s3 [b 2/2] RUN two <- s0
s4 [stage-2 2/2] COPY --from=1 /y / <- s2 s3
= s4`,
    )
  })

  it('take files of images that are no stages [08.18]', async () => {
    expect(await steps('FROM scratch\nCOPY --from=busybox:1 /bin/sh /sh\n')).toBe(
      `s0 FROM docker.io/library/busybox:1
s1 [stage-0 1/1] COPY --from=busybox:1 /bin/sh /sh <- s0
= s1`,
    )
  })

  it('of nothing are nothing [08.01]', async () => {
    expect(await steps('FROM scratch\nCMD ["/x"]\n')).toBe('= nothing')
  })

  it('with ten steps and more have numbers of one width', async () => {
    const text = await steps(`FROM alpine\n${'RUN x\n'.repeat(10)}`)
    expect(text).toContain('[ 2/11] RUN x')
    expect(text).toContain('[11/11] RUN x')
  })

  it('are looked up together, each image once [11.06]', async () => {
    const asked: string[] = []
    await planOf(`${TWO_STAGES}COPY --from=alpine /a /a\nCOPY --from=busybox /a /a\n`, {
      asked: (what) => asked.push(what),
    })
    expect(asked).toEqual(['docker.io/library/alpine:latest amd64', 'docker.io/library/busybox:latest amd64'])
  })

  it('run anew when they are asked to [07.07]', async () => {
    expect(await steps('FROM alpine\nWORKDIR /x\nRUN make\n', { request: { noCache: true } })).toBe(
      `s0 [1/3] FROM docker.io/library/alpine:latest
s1 [2/3] WORKDIR /x <- s0 fresh
s2 [3/3] RUN make <- s1 fresh
= s2`,
    )
    const one = await steps(TWO_STAGES, { request: { noCache: ['build'] } })
    expect(one.match(/fresh/g)).toHaveLength(2)
  })
})
