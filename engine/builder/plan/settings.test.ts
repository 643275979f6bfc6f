import { describe, expect, it } from 'vitest'
import { configOf, failureOf, historyOf, planOf } from './plan-case.ts'

const BASE = { 'docker.io/library/base:latest': { Cmd: ['old'], Entrypoint: ['entry'], Labels: { a: '1' } } }

describe('settings', () => {
  /** Instructions on alpine, what the config then has, and the lines of history. */
  const cases: readonly (readonly [string, object, string, string])[] = [
    ['CMD ["a", "b"]', { Cmd: ['a', 'b'] }, 'CMD ["a" "b"]', '08.05'],
    ['CMD a  b', { Cmd: ['/bin/sh', '-c', 'a  b'] }, 'CMD ["/bin/sh" "-c" "a  b"]', '08.05'],
    ['CMD []', { Cmd: [] }, 'CMD []', '08.05'],
    ['CMD ["\\"q\\"", "ü\\n"]', { Cmd: ['"q"', 'ü\n'] }, 'CMD ["\\"q\\"" "ü\\n"]', '08.05'],
    ['ENTRYPOINT ["a"]', { Entrypoint: ['a'], Cmd: null }, 'ENTRYPOINT ["a"]', '08.22'],
    [
      'ENTRYPOINT a',
      { Entrypoint: ['/bin/sh', '-c', 'a'], Cmd: null },
      'ENTRYPOINT ["/bin/sh" "-c" "a"]',
      '08.22',
    ],
    ['LABEL a=1 "b c"=\'d e\'', { Labels: { a: '1', 'b c': 'd e' } }, 'LABEL a=1 b c=d e', '08.33'],
    ['USER app:staff', { User: 'app:staff' }, 'USER app:staff', '08.24'],
    ['STOPSIGNAL SIGQUIT', { StopSignal: 'SIGQUIT' }, 'STOPSIGNAL SIGQUIT', '08.32'],
    ['STOPSIGNAL 9', { StopSignal: '9' }, 'STOPSIGNAL 9', '08.32'],
    ['VOLUME /a /b', { Volumes: { '/a': {}, '/b': {} } }, 'VOLUME [/a /b]', '08.23'],
    ['VOLUME ["/a b"]', { Volumes: { '/a b': {} } }, 'VOLUME [/a b]', '08.23'],
    ['EXPOSE 80 53/UDP', { ExposedPorts: { '80/tcp': {}, '53/udp': {} } }, 'EXPOSE [80/tcp 53/udp]', '08.06'],
    [
      'EXPOSE 8000-8002/sctp',
      { ExposedPorts: { '8000/sctp': {}, '8001/sctp': {}, '8002/sctp': {} } },
      'EXPOSE [8000/sctp 8001/sctp 8002/sctp]',
      '08.06',
    ],
    ['EXPOSE 127.0.0.1:8080:80', { ExposedPorts: { '80/tcp': {} } }, 'EXPOSE [80/tcp]', '08.06'],
    ['SHELL ["/bin/bash", "-c"]', { Shell: ['/bin/bash', '-c'] }, 'SHELL [/bin/bash -c]', '08.34'],
    [
      'HEALTHCHECK NONE',
      { Healthcheck: { Test: ['NONE'] } },
      'HEALTHCHECK {Test:[NONE] Interval:0s Timeout:0s StartPeriod:0s StartInterval:0s Retries:0}',
      '08.26',
    ],
    [
      'HEALTHCHECK --interval=1m30s --timeout=500ms --retries=2 CMD curl -f x',
      { Healthcheck: { Test: ['CMD-SHELL', 'curl -f x'], Interval: 90e9, Timeout: 5e8, Retries: 2 } },
      'HEALTHCHECK {Test:[CMD-SHELL curl -f x] Interval:1m30s Timeout:500ms StartPeriod:0s StartInterval:0s Retries:2}',
      '08.25',
    ],
    [
      'HEALTHCHECK --start-period=2h --start-interval=1.5s CMD ["a", "b"]',
      { Healthcheck: { Test: ['CMD', 'a', 'b'], StartPeriod: 7200e9, StartInterval: 15e8 } },
      'HEALTHCHECK {Test:[CMD a b] Interval:0s Timeout:0s StartPeriod:2h0m0s StartInterval:1.5s Retries:0}',
      '08.25',
    ],
    ['WORKDIR /', { WorkingDir: '/' }, 'WORKDIR /', '08.03'],
  ]
  for (const [instruction, config, history, row] of cases)
    it(`${instruction} [${row}]`, async () => {
      const file = `FROM alpine\n${instruction}\n`
      expect(await configOf(file)).toEqual(config)
      expect(await historyOf(file)).toEqual([history])
    })

  it('WORKDIR stacks relative paths [08.03]', async () => {
    const file = 'FROM alpine\nWORKDIR /a\nWORKDIR b\nENV C=c/d\nWORKDIR $C\nWORKDIR ../e\n'
    expect(await configOf(file)).toEqual({ WorkingDir: '/a/b/c/e' })
    expect((await historyOf(file)).at(-1)).toBe('WORKDIR /a/b/c/e')
    const images = { 'docker.io/library/base:latest': { WorkingDir: '/base' } }
    expect(await configOf('FROM base\nWORKDIR x\n', { images })).toMatchObject({ WorkingDir: '/base/x' })
  })

  it('ENV sees the variables before its line, and keeps their places [08.07]', async () => {
    const { image } = await planOf('FROM alpine\nENV A=1\nENV A=2 B=$A\nENV C=${B}x A=3\nENV legacy a b\n')
    expect(image.config.config?.Env).toEqual(['PATH=/bin', 'A=3', 'B=1', 'C=1x', 'legacy=a b'])
  })

  it('the image has PATH even when its base has none [08.07]', async () => {
    const images = { 'docker.io/library/base:latest': { Env: ['A=1'] } }
    const { image } = await planOf('FROM base\n', { images })
    expect(image.config.config?.Env).toEqual([
      'A=1',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ])
  })

  it('ENTRYPOINT takes away the CMD of a base, not one of this file [08.22]', async () => {
    expect((await configOf('FROM base\n', { images: BASE })).Cmd).toEqual(['old'])
    expect((await configOf('FROM base\nENTRYPOINT ["x"]\n', { images: BASE })).Cmd).toBeNull()
    expect((await configOf('FROM base\nCMD ["y"]\nENTRYPOINT ["x"]\n', { images: BASE })).Cmd).toEqual(['y'])
    const staged = 'FROM base AS a\nCMD ["y"]\nFROM a\nENTRYPOINT ["x"]\n'
    expect((await configOf(staged, { images: BASE })).Cmd).toBeNull()
  })

  it('labels of the request come last [07.06]', async () => {
    const request = { labels: { a: '3', c: '4' } }
    const file = 'FROM base\nLABEL a=2 b=2\n'
    expect((await configOf(file, { images: BASE, request })).Labels).toEqual({ a: '3', b: '2', c: '4' })
  })

  it('MAINTAINER is the author [08.35]', async () => {
    const { image } = await planOf('FROM alpine\nMAINTAINER Me <me@x>\n')
    expect(image.config.author).toBe('Me <me@x>')
    expect(image.history.map(({ createdBy }) => createdBy)).toEqual(['MAINTAINER Me <me@x>'])
  })

  it('ONBUILD is kept for what is built on the image [08.31]', async () => {
    const file = 'FROM alpine\nONBUILD COPY . /app\nONBUILD RUN make $X\n'
    expect(await configOf(file)).toEqual({ OnBuild: ['COPY . /app', 'RUN make $X'] })
    expect(await historyOf(file)).toEqual([])
  })

  it('every line of history is BuildKit’s [11.01]', async () => {
    const { image } = await planOf('FROM alpine\nCMD ["x"]\nRUN y\n')
    expect(image.history).toEqual([
      { step: null, createdBy: 'CMD ["x"]', comment: 'buildkit.dockerfile.v0' },
      { step: 's1', createdBy: 'RUN /bin/sh -c y # buildkit', comment: 'buildkit.dockerfile.v0' },
    ])
    expect(image.base?.config.history).toEqual([{ created_by: 'base' }])
  })

  const refused: readonly (readonly [string, string])[] = [
    ['ENV P=x\nEXPOSE $P', '3:1 invalid containerPort: x'],
    ['ENV P=2-1\nEXPOSE $P', '3:1 invalid containerPort: 2-1'],
    ['ENV P=80/x\nEXPOSE $P', '3:1 invalid proto: x'],
    ['EXPOSE 1.2.3:80:80', '2:1 invalid IP address: 1.2.3'],
    ['EXPOSE 1-2:1-3', '2:1 invalid ranges specified for container and host Ports: 1-3 and 1-2'],
    ['ENV S=NO\nSTOPSIGNAL $S', '3:12 Invalid signal: NO'],
    ['ENV E=\nVOLUME $E', '3:1 VOLUME specified can not be an empty string'],
  ]
  for (const [instruction, message] of refused)
    it(`${JSON.stringify(instruction)} is refused [08.06]`, async () => {
      expect(await failureOf(`FROM alpine\n${instruction}\n`)).toBe(message)
    })
})
