import { expect, test } from 'vitest'
import { readTar } from '../fixtures/read-tar.ts'
import { tar } from '../fixtures/tar.ts'
import { expectError, onEachEngine } from './suite.ts'

onEachEngine('changes of containers', (subject) => {
  const { api } = subject
  const changes = async (id: string) => {
    const answer = await api.get(`/containers/${id}/changes`)
    expect(answer.status, answer.text).toBe(200)
    const list = answer.json<{ Path: string; Kind: number }[] | null>()
    return (list ?? []).map(({ Path, Kind }) => `${'CAD'[Kind]} ${Path}`).toSorted()
  }
  const run = async (script: string, more: object = {}) =>
    (await subject.finish({ Cmd: ['sh', '-ec', script], ...more })).id

  test('a container that was only made has changed nothing [04.07]', async () => {
    expect(await changes(await subject.create({ Cmd: ['true'] }))).toEqual([])
    expect(await changes(await run('true'))).toEqual([])
    expectError(await api.get('/containers/nobody/changes'), 404, 'No such container: nobody')
  })

  test('what is added, changed and removed is told once, with the folders above it [04.07]', async () => {
    const id = await run(
      'echo x > /new; mkdir -p /a/b; echo y > /a/b/c; echo more >> /etc/passwd; rm /etc/group; chmod 700 /root; touch /tmp; ln -s x /link; mkfifo /pipe',
    )
    expect(await changes(id)).toEqual(
      [
        'A /new',
        'A /a',
        'A /a/b',
        'A /a/b/c',
        'C /etc',
        'C /etc/passwd',
        'D /etc/group',
        'C /root',
        'A /link',
        'A /pipe',
      ].toSorted(),
    )
  })

  test('renames, replaced folders, and changes that were taken back [04.07]', async () => {
    const id = await run(
      'mv /var/www /var/moved; rm -r /home/app; mkdir /home/app; echo n > /home/app/n; echo x > /gone; rm /gone; cp -p /etc/passwd /p; cp -p /p /etc/passwd; rm /p; rm -r /usr; echo now a file > /usr',
    )
    expect(await changes(id)).toEqual(
      [
        ...['C /var', 'D /var/www', 'A /var/moved', 'A /var/moved/index.html'],
        ...['C /home', 'C /home/app', 'A /home/app/n', 'C /usr'],
      ]
        // The folder itself is as it was, but for what is in it.
        .toSorted(),
    )
  })

  test('whiteouts of the image’s own layers are no changes, and what they hide is added anew [04.07]', async () => {
    const Image = await subject.pull('layered')
    const script = 'echo back > /data/removed; echo old > /replaced/old; rm /replaced/new'
    const { id } = await subject.finish({
      Image,
      Cmd: [script],
      Entrypoint: ['sh', '-ec'],
    })
    const found = await changes(id)
    expect(found).toEqual(
      expect.arrayContaining([
        'C /data',
        'A /data/removed',
        'C /replaced',
        'A /replaced/old',
        'D /replaced/new',
      ]),
    )
  })

  test('changes are those of a container that runs, too, and the image stays as it is [04.07]', async () => {
    const id = await subject.sleeper({
      Cmd: ['sh', '-c', 'echo x > /while; echo ready; trap "exit 0" TERM; while :; do sleep 0.05; done'],
    })
    expect(await changes(id)).toEqual(['A /while'])
    expect(await changes(await run('ls /while || true'))).toEqual([])
  })

  test('export is the whole root of a container, running or not, without what is mounted [02.07]', async () => {
    const id = await subject.create({ Cmd: ['true'], HostConfig: { Binds: ['export-vol:/vol'] } })
    await api.request('PUT', `/containers/${id}/archive?path=/`, {
      body: tar([{ path: 'mine', content: 'm' }]),
    })
    await api.request('PUT', `/containers/${id}/archive?path=/vol`, {
      body: tar([{ path: 'mounted', content: 'm' }]),
    })
    const answer = await api.get(`/containers/${id}/export`)
    expect(answer.headers['content-type']).toBe('application/octet-stream')
    const entries = readTar(answer.body)
    const paths = entries.map(({ path }) => path)
    expect(paths).toEqual(
      expect.arrayContaining([
        ...[
          '.dockerenv',
          'bin/',
          'bin/busybox',
          'dev/',
          'dev/console',
          'dev/pts/',
          'dev/shm/',
          'etc/',
          'etc/hostname',
        ],
        ...['etc/hosts', 'etc/passwd', 'etc/resolv.conf', 'mine', 'proc/', 'sys/', 'tmp/', 'vol/'],
      ]),
    )
    expect(paths).not.toContain('vol/mounted')
    expect(entries.find(({ path }) => path === 'tmp/')?.mode).toBe(0o1777)
    expect(entries.find(({ path }) => path === 'etc/mtab')).toMatchObject({
      type: 'symlink',
      target: '/proc/mounts',
    })
    expectError(await api.get('/containers/nobody/export'), 404, 'No such container: nobody')
  })
})
