import { describe, expect, it } from 'vitest'
import type { ContainerConfig } from '../../api/container.ts'
import { commitConfig } from './commit-config.ts'

const OWN: ContainerConfig = {
  Hostname: 'abc',
  Domainname: '',
  User: 'app',
  AttachStdin: false,
  AttachStdout: true,
  AttachStderr: true,
  Tty: false,
  OpenStdin: false,
  StdinOnce: false,
  Env: ['A=1', 'B=2'],
  Cmd: ['own'],
  Image: 'busybox',
  Volumes: { '/v': {} },
  WorkingDir: '/w',
  Entrypoint: ['/entry'],
  OnBuild: null,
  Labels: { a: 'own', b: 'own' },
}

describe('the config of a committed image', () => {
  it('is the container’s own, without what only containers have', () => {
    expect(commitConfig(OWN, null, [])).toEqual({
      User: 'app',
      Env: ['A=1', 'B=2'],
      Cmd: ['own'],
      Entrypoint: ['/entry'],
      Volumes: { '/v': {} },
      WorkingDir: '/w',
      Labels: { a: 'own', b: 'own' },
    })
  })

  it('has what a body says before it, and both of what can be had together', () => {
    const body = { Cmd: ['new'], Env: ['A=9'], Labels: { a: 'new' }, Volumes: { '/n': {} }, User: 'root' }
    expect(commitConfig(OWN, body, [])).toMatchObject({
      User: 'root',
      Env: ['A=9', 'B=2'],
      Cmd: ['new'],
      Entrypoint: ['/entry'],
      Labels: { a: 'new', b: 'own' },
      Volumes: { '/v': {}, '/n': {} },
    })
  })

  it('drops the command of another entrypoint', () => {
    const made = commitConfig(OWN, { Entrypoint: ['/other'] }, [])
    expect(made.Entrypoint).toEqual(['/other'])
    expect(made).not.toHaveProperty('Cmd')
    expect(commitConfig(OWN, null, ['ENTRYPOINT ["/x"]'])).not.toHaveProperty('Cmd')
    const said = ['CMD ["c"]', 'ENTRYPOINT ["/x"]']
    for (const changes of [said, said.toReversed()]) {
      expect(commitConfig(OWN, null, changes)).toMatchObject({ Entrypoint: ['/x'], Cmd: ['c'] })
    }
  })

  it('takes instructions on top, and refuses others', () => {
    expect(commitConfig(OWN, null, ['ENV A=3', 'WORKDIR sub'])).toMatchObject({
      Env: ['A=3', 'B=2'],
      WorkingDir: '/w/sub',
    })
    expect(() => commitConfig(OWN, null, ['RUN x'])).toThrow('run is not a valid change command')
  })
})
