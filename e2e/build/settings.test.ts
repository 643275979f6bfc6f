/** Instructions that set how an image runs: what its config says of them. */
import { expect } from 'vitest'
import { type BuildCase, buildCases } from './harness/cases.ts'
import { reworded } from './harness/differences.ts'

/** A case about the config's fields alone. */
function settings(
  title: string,
  lines: string,
  expected: Readonly<Record<string, unknown>>,
  more: Partial<BuildCase> = {},
): BuildCase {
  return {
    title,
    dockerfile: `FROM busybox\n${lines}\n`,
    look: ({ config }) => expect(config.config).toMatchObject(expected),
    ...more,
  }
}

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

buildCases('settings of an image', [
  settings('CMD as a list, and the last one counts [08.05]', 'CMD ["a"]\nCMD ["b", "c d"]', {
    Cmd: ['b', 'c d'],
  }),
  settings('CMD for the shell [08.05]', 'CMD echo "$HOME" done', {
    Cmd: ['/bin/sh', '-c', 'echo "$HOME" done'],
  }),
  settings('what looks like a list and is none is for the shell [08.05]', "CMD ['a', 'b']", {
    Cmd: ['/bin/sh', '-c', "['a', 'b']"],
  }),
  settings('ENTRYPOINT as a list, with parameters of CMD [08.22]', 'ENTRYPOINT ["/e"]\nCMD ["x"]', {
    Entrypoint: ['/e'],
    Cmd: ['x'],
  }),
  settings('ENTRYPOINT for the shell [08.22]', 'ENTRYPOINT exec top', {
    Entrypoint: ['/bin/sh', '-c', 'exec top'],
  }),
  {
    title: 'ENTRYPOINT takes the CMD of the base away [08.22]',
    dockerfile: 'FROM busybox\nENTRYPOINT ["/e"]\n',
    look: ({ config }) => expect(config.config.Cmd ?? null).toBeNull(),
  },
  settings(
    'EXPOSE of ports with their protocols, and of ranges [08.06]',
    'EXPOSE 80 53/udp 8000-8002/tcp',
    {
      ExposedPorts: { '80/tcp': {}, '53/udp': {}, '8000/tcp': {}, '8001/tcp': {}, '8002/tcp': {} },
    },
    { differs: reworded(1) },
  ),
  settings('ENV in both forms [08.07]', 'ENV A=1 B="two words" C=three\\ words\nENV OLD the rest  of it', {
    Env: [PATH, 'A=1', 'B=two words', 'C=three words', 'OLD=the rest  of it'],
  }),
  settings('ENV sees what stands before its instruction, not within it [08.07]', 'ENV A=1\nENV A=2 B=$A', {
    Env: [PATH, 'A=2', 'B=1'],
  }),
  settings(
    'LABEL quoted, on several lines, with a key of several words [08.33]',
    'LABEL "a b"="c d" e=f \\\n  g="h\\\n i"',
    {
      Labels: { 'a b': 'c d', e: 'f', g: 'h i' },
    },
  ),
  settings('USER, WORKDIR and STOPSIGNAL [08.24] [08.32]', 'USER app:extra\nWORKDIR /w\nSTOPSIGNAL SIGUSR1', {
    User: 'app:extra',
    WorkingDir: '/w',
    StopSignal: 'SIGUSR1',
  }),
  settings('STOPSIGNAL by its number [08.32]', 'STOPSIGNAL 9', { StopSignal: '9' }),
  settings('VOLUME as a list and as words [08.23]', 'VOLUME ["/a", "/b c"]\nVOLUME /d /e', {
    Volumes: { '/a': {}, '/b c': {}, '/d': {}, '/e': {} },
  }),
  settings(
    'SHELL for the instructions that follow [08.34]',
    'CMD a\nSHELL ["/bin/busybox", "ash", "-ec"]\nENTRYPOINT b',
    {
      Shell: ['/bin/busybox', 'ash', '-ec'],
      Entrypoint: ['/bin/busybox', 'ash', '-ec', 'b'],
    },
  ),
  settings(
    'HEALTHCHECK with its times [08.25]',
    'HEALTHCHECK --interval=5s --timeout=1m30s --start-period=100ms --retries=4 CMD ["true"]',
    {
      Healthcheck: {
        ...{ Test: ['CMD', 'true'], Interval: 5e9, Timeout: 90e9, StartPeriod: 1e8, Retries: 4 },
      },
    },
    { differs: reworded(1) },
  ),
  settings(
    'HEALTHCHECK for the shell [08.25]',
    'HEALTHCHECK CMD test -e /x || exit 1',
    {
      Healthcheck: { Test: ['CMD-SHELL', 'test -e /x || exit 1'] },
    },
    { differs: reworded(1) },
  ),
  settings(
    'HEALTHCHECK NONE [08.26]',
    'HEALTHCHECK CMD true\nHEALTHCHECK NONE',
    {
      Healthcheck: { Test: ['NONE'] },
    },
    { differs: reworded(1, 2) },
  ),
  {
    title: 'MAINTAINER is the author [08.35]',
    dockerfile: 'FROM busybox\nMAINTAINER Ann Onymous <ann@example.com>\n',
    look: ({ config }) => expect(config.author).toBe('Ann Onymous <ann@example.com>'),
  },
  settings('ONBUILD is kept for who builds on it [08.31]', 'ONBUILD COPY . /src\nONBUILD RUN make', {
    OnBuild: ['COPY . /src', 'RUN make'],
  }),
  settings(
    'an ARG is no variable of the image, unless ENV makes it one [08.27] [08.29]',
    'ARG A=1\nARG B=2\nENV B=$B',
    {
      Env: [PATH, 'B=2'],
    },
  ),
  {
    // The reference says that ENV always wins; BuildKit's files are written for what it does.
    title: 'the later of ENV and ARG of one name wins [08.27]',
    dockerfile: 'FROM busybox\nENV A=env\nARG A=arg\nENV SEEN=$A\nARG B=arg\nENV B=env\nENV LAST=$B\n',
    look: ({ config }) => expect(config.config.Env).toEqual([PATH, 'A=env', 'SEEN=arg', 'B=env', 'LAST=env']),
  },
  {
    title: 'an ARG before FROM is for FROM, and is declared again to be seen [08.28]',
    dockerfile: 'ARG BASE=busybox\nARG V=outside\nFROM ${BASE}\nENV BEFORE="$V"\nARG V\nENV AFTER="$V"\n',
    look: ({ config }) => expect(config.config.Env).toEqual([PATH, 'BEFORE=', 'AFTER=outside']),
    differs: reworded(2),
  },
  {
    title: 'arguments of the platform, once they are declared [08.30]',
    dockerfile:
      'FROM busybox\nENV NOT=$TARGETARCH\nARG TARGETOS TARGETARCH\nARG BUILDPLATFORM\nENV OS=$TARGETOS ARCH=$TARGETARCH P=$BUILDPLATFORM\n',
    look: ({ config }) => {
      const architecture = config.architecture
      expect(config.config.Env).toEqual([
        PATH,
        'NOT=',
        'OS=linux',
        `ARCH=${architecture}`,
        `P=linux/${architecture}`,
      ])
    },
    differs: reworded(2, 3),
  },
  settings(
    'variables with what stands in for them [08.37]',
    'ENV SET=s EMPTY=""\nENV R="${SET:-d} ${EMPTY:-d} ${UNSET:-d} ${SET:+p} ${EMPTY:+p}|" Q=\'$SET\' E=\\$SET',
    { Env: [PATH, 'SET=s', 'EMPTY=', 'R=s d d p |', 'Q=$SET', 'E=$SET'] },
  ),
  settings(
    'comments within an instruction that goes on, and blank lines [08.38]',
    'ENV A=1 \\\n# a comment\n\n  B=2\n# another\nENV C=3',
    {
      Env: [PATH, 'A=1', 'B=2', 'C=3'],
    },
  ),
  {
    title: 'another escape character [08.38]',
    dockerfile: '# escape=`\nFROM busybox\nENV A=1 `\n    B=\\x\n',
    look: ({ config }) => expect(config.config.Env).toEqual([PATH, 'A=1', 'B=\\x']),
  },
  {
    title: 'the syntax that a file asks for is ours [08.36]',
    dockerfile: '# syntax=docker/dockerfile:1\nFROM busybox\nLABEL a=b\n',
    notOnDockerd: 'it fetches the frontend from a registry',
    look: ({ config }) => expect(config.config.Labels).toEqual({ a: 'b' }),
  },
  {
    title: 'instructions in any case [08.38]',
    dockerfile: 'from busybox\nenv A=1\nCmd ["x"]\n',
    look: ({ config }) => expect(config.config).toMatchObject({ Cmd: ['x'], Env: [PATH, 'A=1'] }),
  },
  {
    title: 'labels of the command line win over those of the file [07.06]',
    dockerfile: 'FROM busybox\nLABEL a=file b=file\n',
    flags: ['--label', 'a=flag', '--label', 'c=flag'],
    look: ({ config }) => expect(config.config.Labels).toEqual({ a: 'flag', b: 'file', c: 'flag' }),
  },
  {
    title: 'a build argument in the place of a default [07.04]',
    dockerfile: 'FROM busybox\nARG A=default\nARG B\nENV SEEN=$A-$B\n',
    flags: ['--build-arg', 'A=given', '--build-arg', 'B=b', '--build-arg', 'HTTP_PROXY=http://proxy'],
    look: ({ config }) => expect(config.config.Env).toEqual([PATH, 'SEEN=given-b']),
    differs: reworded(1, 2),
  },
])
