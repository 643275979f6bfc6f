import { expect, it } from 'vitest'
import { applyChanges } from './changes.ts'

it.each([
  ['CMD echo $X', { Cmd: ['/bin/sh', '-c', 'echo $X'] }],
  ['CMD ["echo", "a b"]', { Cmd: ['echo', 'a b'] }],
  ['ENTRYPOINT ["/x"]', { Entrypoint: ['/x'] }],
  ['ENV A=1 B="2 3" C=4\\ 5', { Env: ['OLD=1', 'A=1', 'B=2 3', 'C=4 5'] }],
  ['ENV OLD two words', { Env: ['OLD=two words'] }],
  [
    'EXPOSE 80 53/udp 9000-9001',
    { ExposedPorts: { '80/tcp': {}, '53/udp': {}, '9000/tcp': {}, '9001/tcp': {} } },
  ],
  ["LABEL a=b 'c d'='e f'", { Labels: { a: 'b', 'c d': 'e f' } }],
  ['VOLUME ["/a", "/b"]', { Volumes: { '/a': {}, '/b': {} } }],
  ['volume /a /b', { Volumes: { '/a': {}, '/b': {} } }],
  ['WORKDIR sub', { WorkingDir: '/sub' }],
  ['USER app', { User: 'app' }],
  ['STOPSIGNAL SIGQUIT', { StopSignal: 'SIGQUIT' }],
  ['ONBUILD RUN x', { OnBuild: ['RUN x'] }],
  [
    'HEALTHCHECK --interval=1m30s --retries=2 CMD curl x',
    { Healthcheck: { Test: ['CMD-SHELL', 'curl x'], Interval: 90e9, Retries: 2 } },
  ],
  ['HEALTHCHECK NONE', { Healthcheck: { Test: ['NONE'] } }],
])('%s', (change, expected) => {
  expect(applyChanges({ Env: ['OLD=1'] }, [change])).toEqual({ Env: ['OLD=1'], ...expected })
})

it.each([
  ['RUN x', 'run is not a valid change command'],
  ['CMD', 'CMD requires at least one argument'],
  ['ENV A', 'ENV must have two arguments'],
  ['EXPOSE http', 'invalid containerPort: http'],
  ['USER a b', 'USER requires exactly one argument'],
  ['HEALTHCHECK --interval=x CMD a', 'invalid duration'],
  ['HEALTHCHECK --nope=1 CMD a', 'Unknown flag: nope'],
])('refuses %s', (change, words) => {
  expect(() => applyChanges({}, [change])).toThrow(words)
})
