/** What instructions leave in an image's settings and history. */
import { behaviour, refused } from './harness/behaviour.ts'
import { buildCases } from './harness/cases.ts'
import { reworded } from './harness/differences.ts'

const SH = ['/bin/sh', '-c']
const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const SECOND = 1_000_000_000

buildCases('settings, one at a time', [
  behaviour('CMD in JSON form [08.05]', ['FROM busybox', 'CMD ["echo", "a b"]'], {
    config: { Cmd: ['echo', 'a b'] },
  }),
  behaviour('CMD for the shell [08.05]', ['FROM busybox', 'CMD echo "a  b" $x'], {
    config: { Cmd: [...SH, 'echo "a  b" $x'] },
  }),
  behaviour('of two CMD the last [08.05]', ['FROM busybox', 'CMD ["a"]', 'CMD ["b"]'], {
    config: { Cmd: ['b'] },
  }),
  behaviour('CMD that is no JSON is for the shell [08.05]', ['FROM busybox', "CMD ['a', 'b']"], {
    config: { Cmd: [...SH, "['a', 'b']"] },
  }),
  behaviour('CMD with an escape of JSON [08.05]', ['FROM busybox', 'CMD ["a\\tb", "\\u00e9"]'], {
    config: { Cmd: ['a\tb', 'é'] },
  }),
  behaviour('CMD of nothing takes that of the base away [08.05]', ['FROM busybox', 'CMD []'], { config: {} }),
  behaviour(
    'ENTRYPOINT in JSON form, and CMD as its arguments [08.22]',
    ['FROM busybox', 'ENTRYPOINT ["/e"]', 'CMD ["a"]'],
    { config: { Entrypoint: ['/e'], Cmd: ['a'] } },
  ),
  behaviour('ENTRYPOINT for the shell [08.22]', ['FROM busybox', 'ENTRYPOINT exec top'], {
    config: { Entrypoint: [...SH, 'exec top'] },
  }),
  behaviour('ENTRYPOINT of nothing [08.22]', ['FROM layered:1', 'ENTRYPOINT []'], { config: {} }),
  behaviour(
    'SHELL runs what comes after it [08.34]',
    ['FROM busybox', 'CMD a', 'SHELL ["/bin/ash", "-e", "-c"]', 'ENTRYPOINT b'],
    { config: { Entrypoint: ['/bin/ash', '-e', '-c', 'b'], Shell: ['/bin/ash', '-e', '-c'] } },
  ),
  behaviour(
    'SHELL runs RUN [08.34]',
    ['FROM busybox', 'SHELL ["/bin/touch"]', 'RUN /by-touch', 'SHELL ["/bin/sh", "-c"]', 'RUN echo $0 > /x'],
    { contents: { '/x': '/bin/sh\n', '/by-touch': '' } },
  ),
  behaviour(
    'EXPOSE of several ports and protocols [08.06]',
    ['FROM busybox', 'EXPOSE 80 53/udp 9/sctp'],
    {
      config: { ExposedPorts: { '80/tcp': {}, '53/udp': {}, '9/sctp': {} } },
    },
    { differs: reworded(1) },
  ),
  behaviour(
    'EXPOSE of a range [08.06]',
    ['FROM busybox', 'EXPOSE 7000-7002'],
    {
      config: { ExposedPorts: { '7000/tcp': {}, '7001/tcp': {}, '7002/tcp': {} } },
    },
    { differs: reworded(1) },
  ),
  behaviour(
    'EXPOSE adds to that of the base [08.06]',
    ['FROM layered:1', 'EXPOSE 81'],
    {
      config: { ExposedPorts: { '80/tcp': {}, '53/udp': {}, '81/tcp': {} } },
    },
    { differs: reworded(4) },
  ),
  behaviour('VOLUME in words and in JSON form [08.23]', ['FROM busybox', 'VOLUME /a /b', 'VOLUME ["/c d"]'], {
    config: { Volumes: { '/a': {}, '/b': {}, '/c d': {} } },
  }),
  behaviour(
    'LABEL of several, quoted, and continued [08.33]',
    ['FROM busybox', 'LABEL a=1 "b c"="d e" \\', "  f='g h'"],
    { config: { Labels: { a: '1', 'b c': 'd e', f: 'g h' } } },
  ),
  behaviour('LABEL again changes it [08.33]', ['FROM busybox', 'LABEL a=1 b=1', 'LABEL a=2'], {
    config: { Labels: { a: '2', b: '1' } },
  }),
  behaviour('LABEL with an equals sign in it [08.33]', ['FROM busybox', 'LABEL a=b=c'], {
    config: { Labels: { a: 'b=c' } },
  }),
  behaviour('LABEL in the old form [08.33]', ['FROM busybox', 'LABEL a b c'], {
    config: { Labels: { a: 'b c' } },
  }),
  behaviour('ENV in the old form takes the rest of the line [08.07]', ['FROM busybox', 'ENV a b c=d'], {
    config: { Env: [PATH, 'a=b c=d'] },
  }),
  behaviour('ENV with blanks, quoted and escaped [08.07]', ['FROM busybox', 'ENV a="b c" d=e\\ f'], {
    config: { Env: [PATH, 'a=b c', 'd=e f'] },
  }),
  behaviour(
    'ENV again changes it where it stands [08.07]',
    ['FROM busybox', 'ENV a=1', 'ENV b=1', 'ENV a=2'],
    { config: { Env: [PATH, 'a=2', 'b=1'] } },
  ),
  behaviour(
    'USER of a name, a number, and with a group [08.24]',
    ['FROM busybox', 'USER app', 'RUN id -u > /tmp/u', 'USER 12:34', 'RUN id -g > /tmp/g'],
    { config: { User: '12:34' }, contents: { '/tmp/u': '1000\n', '/tmp/g': '34\n' } },
  ),
  behaviour(
    'WORKDIR that is relative is below the last [08.03]',
    ['FROM busybox', 'WORKDIR /a', 'WORKDIR b', 'WORKDIR ../c'],
    {
      config: { WorkingDir: '/a/c' },
      entries: { '/a/b': { type: 'folder', mode: 0o755 }, '/a/c': { type: 'folder' } },
    },
  ),
  behaviour('WORKDIR is where RUN runs [08.03]', ['FROM busybox', 'WORKDIR /a', 'RUN pwd > here'], {
    contents: { '/a/here': '/a\n' },
  }),
  behaviour('WORKDIR with blanks in it [08.03]', ['FROM busybox', 'WORKDIR /a b', 'RUN pwd > here'], {
    config: { WorkingDir: '/a b' },
    contents: { '/a b/here': '/a b\n' },
  }),
  behaviour(
    'WORKDIR with a slash behind, and dots [08.03]',
    ['FROM busybox', 'WORKDIR /a/./b/../c/'],
    {
      config: { WorkingDir: '/a/c' },
    },
    { notOnDockerd: 'BuildKit 0.8 keeps the path as it is written' },
  ),
  behaviour(
    'STOPSIGNAL by name and by number [08.32]',
    ['FROM busybox', 'STOPSIGNAL SIGINT', 'STOPSIGNAL 9'],
    { config: { StopSignal: '9' } },
  ),
  behaviour(
    'HEALTHCHECK for the shell, with its times [08.25]',
    ['FROM busybox', 'HEALTHCHECK --interval=5s --timeout=1m30s --start-period=2s --retries=4 CMD a && b'],
    {
      config: {
        Healthcheck: {
          Test: ['CMD-SHELL', 'a && b'],
          Interval: 5 * SECOND,
          Timeout: 90 * SECOND,
          StartPeriod: 2 * SECOND,
          Retries: 4,
        },
      },
    },
    { differs: reworded(1) },
  ),
  behaviour(
    'HEALTHCHECK in JSON form [08.25]',
    ['FROM busybox', 'HEALTHCHECK CMD ["a", "b"]'],
    {
      config: { Healthcheck: { Test: ['CMD', 'a', 'b'] } },
    },
    { differs: reworded(1) },
  ),
  behaviour(
    'HEALTHCHECK NONE [08.26]',
    ['FROM busybox', 'HEALTHCHECK NONE'],
    {
      config: { Healthcheck: { Test: ['NONE'] } },
    },
    { differs: reworded(1) },
  ),
  behaviour(
    'HEALTHCHECK with the newer time [08.25]',
    ['FROM busybox', 'HEALTHCHECK --start-interval=3s CMD a'],
    { config: { Healthcheck: { Test: ['CMD-SHELL', 'a'], StartInterval: 3 * SECOND } } },
    { notOnDockerd: '--start-interval is of API 1.44' },
  ),
  behaviour(
    'ONBUILD keeps what it is given [08.31]',
    ['FROM busybox', 'ONBUILD RUN echo  a', 'ONBUILD copy . /x'],
    { config: { OnBuild: ['RUN echo  a', 'copy . /x'] } },
  ),
  behaviour('settings of the base stay [08.01]', ['FROM layered:1', 'LABEL a=b'], {
    config: {
      Cmd: ['default'],
      Entrypoint: ['/bin/echo', 'entry'],
      WorkingDir: '/data',
      StopSignal: 'SIGINT',
      Labels: { a: 'b', 'org.example.kind': 'layered' },
    },
  }),
  behaviour(
    'an instruction that changes no file makes no layer [05.01]',
    ['FROM busybox', 'ENV a=1', 'LABEL b=1', 'EXPOSE 1', 'CMD ["x"]'],
    { layers: 0, history: [/^ENV a=1/, /^LABEL b=1/, /^EXPOSE /, /^CMD \["x"\]/] },
    { differs: reworded(3) },
  ),
  behaviour(
    'history tells commands and copies [05.03]',
    ['FROM busybox', 'RUN touch /x && \\', '  true', 'COPY a /b'],
    { history: [/^RUN \/bin\/sh -c touch \/x &&\s+true # buildkit$/, /^COPY a \/b # buildkit$/], layers: 2 },
    { files: { a: 'x' } },
  ),
  refused(
    'a signal that there is not [08.32]',
    ['FROM busybox', 'STOPSIGNAL SIGNONE'],
    /[Ii]nvalid signal: SIGNONE/,
  ),
  refused('a port that is none [08.06]', ['FROM busybox', 'EXPOSE http'], /[Ii]nvalid containerPort: http/),
  refused(
    'a shell without brackets [08.34]',
    ['FROM busybox', 'SHELL sh -c'],
    /SHELL requires the arguments to be in JSON form/,
  ),
  refused('an ONBUILD of ONBUILD [08.31]', ['FROM busybox', 'ONBUILD ONBUILD RUN a'], /Chaining ONBUILD/),
  refused(
    'an ONBUILD of FROM [08.31]',
    ['FROM busybox', 'ONBUILD FROM a'],
    /FROM isn't allowed as an ONBUILD trigger/,
  ),
])
