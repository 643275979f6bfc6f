/** Mounts of RUN on real roots. */
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mountsBeneath } from '../../host/mount.ts'
import { canRunContainers } from '../../runtime/scratch-container.ts'
import type { RunMount } from '../plan/step.ts'
import type { Value } from '../solve/value.ts'
import { runOf, type ScratchBuild, scratchBuild } from './scratch-build.ts'

const can = canRunContainers()
if (!can)
  console.warn('mounts of steps are not made: that needs root, crun or runc, conmon and a static busybox')

describe.runIf(can)('mounts of RUN', { timeout: 30_000 }, () => {
  let build: ScratchBuild
  let context: Value
  beforeAll(async () => {
    build = await scratchBuild({
      secret: async (id) => (id === 'token' ? Buffer.from('s3cret') : null),
      ssh: async (id) => (id === 'default' ? join(build.folder, 'agent') : null),
    })
    context = build.context(
      (folder) => {
        mkdirSync(join(folder, 'sub'))
        writeFileSync(join(folder, 'sub/a'), 'of the context')
        writeFileSync(join(folder, 'ignored'), 'x')
        utimesSync(join(folder, 'sub/a'), 1000, 1000)
      },
      ['ignored'],
    )
  })
  afterAll(() => build.close())

  const run = (script: string, mounts: readonly RunMount[], inputs: readonly Value[] = []) =>
    build.perform(runOf(script, { mounts }), [build.base, ...inputs])
  const owner = { mode: 0o400, uid: 0, gid: 0 }

  it('shows files of a context, and nothing of it stays [09.02]', async () => {
    const mount = { type: 'bind', target: '/src', input: 1, source: '/', readOnly: true } as const
    const made = await run('cat /src/sub/a; ls /src; touch /src/x 2>&1 || true', [mount], [context])
    expect(made.said).toBe('of the contextsub\ntouch: /src/x: Read-only file system\n')
    expect(made.value).toEqual(build.base)
  })

  it('shows files of a stage, and forgets what is written to them [09.03]', async () => {
    const stage = await build.layers((root) => {
      mkdirSync(join(root, 'out'))
      writeFileSync(join(root, 'out/f'), 'old')
    })
    const mount = { type: 'bind', target: '/mnt', input: 1, source: '/out', readOnly: false } as const
    const made = await run('cat /mnt/f; echo new > /mnt/f; echo kept > /kept', [mount], [stage])
    expect(made.said).toBe('old')
    expect(await build.changes(made, [build.base])).toEqual(['-rw-r--r-- 0/0 5 kept'])
    expect((await run('cat /mnt/f', [mount], [stage])).said).toBe('old')
    await expect(run('true', [{ ...mount, source: '/none' }], [stage])).rejects.toThrow('"/none": not found')
  })

  it('keeps a cache from step to step [09.01] [11.08]', async () => {
    const cache = { type: 'cache', target: '/root/.cache', id: 'pip', sharing: 'shared', from: null } as const
    const mount = { ...cache, readOnly: false, ...owner, mode: 0o755 }
    const first = await run('echo 1 >> /root/.cache/log; wc -l < /root/.cache/log', [mount])
    const second = await run('echo 1 >> /root/.cache/log; wc -l < /root/.cache/log', [mount])
    expect([first.said, second.said]).toEqual(['1\n', '2\n'])
    expect(first.value).toEqual(build.base)
    const [known] = await build.cacheMounts.list()
    expect(known).toMatchObject({ id: 'pip', sizeBytes: 4, uses: 2, inUse: false })
    await build.cacheMounts.remove(known?.name ?? '')
    expect(await build.cacheMounts.list()).toEqual([])
  })

  it('begins a cache with files of a stage, as its owner wants it', async () => {
    const stage = await build.layers((root) => writeFileSync(join(root, 'seed'), 'seed'))
    const from = { input: 1, source: '/' }
    const cache = {
      type: 'cache',
      target: '/c',
      id: 'seeded',
      sharing: 'private',
      from,
      readOnly: false,
    } as const
    const made = await run(
      'cat /c/seed; stat -c %a:%u:%g /c',
      [{ ...cache, mode: 0o700, uid: 3, gid: 4 }],
      [stage],
    )
    expect(made.said).toBe('seed700:3:4\n')
  })

  it('lets one command at a time have a locked cache, and gives each its own private one', async () => {
    const cache = { type: 'cache', target: '/c', from: null, readOnly: false, ...owner, mode: 0o755 } as const
    const script = 'test ! -e /c/held && touch /c/held && sleep 0.2 && rm /c/held'
    const both = (sharing: 'locked' | 'private') =>
      Promise.all([1, 2].map(() => run(script, [{ ...cache, id: sharing, sharing }])))
    await both('locked')
    await both('private')
    expect((await build.cacheMounts.list()).filter(({ id }) => id.startsWith('private'))).toHaveLength(2)
  })

  it('gives a tmpfs of a size [09.06]', async () => {
    const made = await run('grep " /t " /proc/mounts', [{ type: 'tmpfs', target: '/t', sizeBytes: 65536 }])
    expect(made.said).toMatch(/^tmpfs \/t tmpfs rw,nosuid,[^ ]*size=64k/)
    expect(made.value).toEqual(build.base)
  })

  it('gives a secret as a file and as a variable, which never comes to a disk [09.04]', async () => {
    const secret = {
      type: 'secret',
      id: 'token',
      target: '/run/secrets/token',
      env: 'TOKEN',
      required: true,
    } as const
    const script = 'cat /run/secrets/token; echo " $TOKEN"; stat -c %a:%u /run/secrets/token'
    const made = await run(script, [{ ...secret, ...owner, uid: 5 }])
    expect(made.said).toBe('s3cret s3cret\n400:5\n')
    expect(made.value).toEqual(build.base)
    await expect(run('true', [{ ...secret, ...owner, id: 'other' }])).rejects.toThrow(
      'secret other: not found',
    )
    expect(
      (await run('ls /run 2>&1; true', [{ ...secret, ...owner, id: 'other', required: false }])).said,
    ).toBe('ls: /run: No such file or directory\n')
  })

  it('reaches an agent by a socket [09.05]', async () => {
    const agent = createServer((client) => client.on('data', (bytes) => client.end(`agent got ${bytes}`)))
    await new Promise<void>((resolve) => agent.listen(join(build.folder, 'agent'), resolve))
    try {
      const mount = { type: 'ssh', id: 'default', target: '/run/agent', required: true, ...owner } as const
      const made = await run('stat -c %F "$SSH_AUTH_SOCK"; echo $SSH_AUTH_SOCK', [mount])
      expect(made.said).toBe('socket\n/run/agent\n')
      await expect(run('true', [{ ...mount, id: 'none' }])).rejects.toThrow(
        'no SSH key "none" forwarded from the client',
      )
    } finally {
      agent.close()
    }
  })

  it('leaves nothing mounted, and no root', async () => {
    await expect(
      run('exit 1', [{ type: 'secret', id: 'token', target: '/s', env: null, required: true, ...owner }]),
    ).rejects.toThrow('exit code: 1')
    expect(mountsBeneath(build.folder)).toEqual([])
    expect(readdirSync(join(build.folder, 'store/containers'))).toEqual([])
    expect(existsSync(join(build.folder, 'scratch')) && readdirSync(join(build.folder, 'scratch'))).toEqual(
      [],
    )
  })
})
