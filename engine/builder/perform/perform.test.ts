/** Steps on real roots. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canRunContainers } from '../../runtime/scratch-container.ts'
import { copyOf, runOf, type ScratchBuild, scratchBuild } from './scratch-build.ts'

const can = canRunContainers()
if (!can) console.warn('steps are not performed: that needs root, crun or runc, conmon and a static busybox')

describe.runIf(can)('steps', { timeout: 30_000 }, () => {
  let build: ScratchBuild
  beforeAll(async () => {
    build = await scratchBuild()
  })
  afterAll(() => build.close())

  describe('RUN', () => {
    it('makes a layer of what a command changes, and of nothing that is mounted for it [08.04]', async () => {
      const made = await build.perform(runOf('echo hello; echo text > /made; cat /etc/resolv.conf'), [
        build.base,
      ])
      expect(made.said).toBe('hello\nnameserver 10.0.0.1\n')
      expect(await build.changes(made, [build.base])).toEqual(['-rw-r--r-- 0/0 5 made'])
      expect(made.addedBytes).toBe(5)
    })

    it('adds no layer when it changes nothing', async () => {
      const made = await build.perform(runOf('true'), [build.base])
      expect(made.value).toEqual(build.base)
    })

    it('makes its working folder', async () => {
      const made = await build.perform(runOf('pwd > f', { cwd: '/a/b' }), [build.base])
      expect(await build.changes(made, [build.base])).toEqual([
        'drwxr-xr-x 0/0 0 a/',
        'drwxr-xr-x 0/0 0 a/b/',
        '-rw-r--r-- 0/0 5 a/b/f',
      ])
    })

    it('says with which code its command ended, and leaves nothing', async () => {
      const failing = build.perform(runOf('echo no >&2; exit 3'), [build.base])
      await expect(failing).rejects.toMatchObject({
        exitCode: 3,
        message: 'process "/bin/sh -c echo no >&2; exit 3" did not complete successfully: exit code: 3',
      })
      expect(await build.runtime.list()).toEqual([])
    })

    it('has all rights where it is told so, and as few as a container else', async () => {
      const script = "grep -E 'CapEff|Seccomp:' /proc/self/status"
      const rights = async (security: 'sandbox' | 'insecure') =>
        (await build.perform(runOf(script, { security }), [build.base])).said
      expect(await rights('sandbox')).toBe('CapEff:\t00000000a80425fb\nSeccomp:\t2\n')
      expect(await rights('insecure')).toMatch(/^CapEff:\t0000[0-9a-f]*ff[0-9a-f]*\nSeccomp:\t0\n$/)
    })

    it('runs as a user of the image', async () => {
      const made = await build.perform(runOf('id -u; id -g', { user: 'app' }), [build.base])
      expect(made.said).toBe('1000\n1001\n')
    })
  })

  it('holds a command to the limits that were asked for [08.04]', async () => {
    const run = {
      ...{ memoryBytes: 0, memorySwapBytes: 0, cpuShares: 0, cpuQuota: 0, cpuPeriod: 0 },
      ...{ cpusetCpus: '', cpusetMems: '', cgroupParent: '' },
      shmBytes: 1024 * 1024,
      ulimits: [{ name: 'nofile', soft: 100, hard: 200 }],
    }
    const limited = await scratchBuild({ run })
    try {
      const made = await limited.perform(runOf('ulimit -n; grep /dev/shm /proc/mounts'), [limited.base])
      expect(made.said).toMatch(/^100\nshm \/dev\/shm tmpfs [^ ]*size=1024k/)
    } finally {
      await limited.close()
    }
  })

  describe('WORKDIR', () => {
    const mkdir = (path: string, user = '') => ({ kind: 'mkdir', root: 0, path, user }) as const

    it('makes what is missing [08.03]', async () => {
      const made = await build.perform(mkdir('/srv/app'), [build.base])
      expect(await build.changes(made, [build.base])).toEqual([
        'drwxr-xr-x 0/0 0 srv/',
        'drwxr-xr-x 0/0 0 srv/app/',
      ])
    })

    it('gives it to the user, and adds nothing where it is', async () => {
      const made = await build.perform(mkdir('/srv', 'app'), [build.base])
      expect(await build.changes(made, [build.base])).toEqual(['drwxr-xr-x 1000/1001 0 srv/'])
      expect((await build.perform(mkdir('/srv'), [made.value])).value).toEqual(made.value)
    })
  })

  describe('COPY', () => {
    async function copied(...[path, destination, more]: Parameters<typeof copyOf>) {
      const source = build.context((folder) => {
        mkdirSync(join(folder, 'src/deep'), { recursive: true })
        writeFileSync(join(folder, 'src/a.txt'), 'a')
        writeFileSync(join(folder, 'src/b.md'), 'bb', { mode: 0o600 })
        writeFileSync(join(folder, 'src/deep/run.sh'), 'ccc')
        chmodSync(join(folder, 'src/deep/run.sh'), 0o755)
        symlinkSync('a.txt', join(folder, 'src/link'))
        symlinkSync('src/deep', join(folder, 'to-deep'))
        for (const name of ['src/a.txt', 'src/b.md', 'src/deep/run.sh'])
          utimesSync(join(folder, name), 1000, 1000)
      })
      return copiedFrom(source, path, destination, more)
    }
    async function copiedFrom(
      source: Awaited<ReturnType<typeof build.layers>>,
      ...rest: Parameters<typeof copyOf>
    ) {
      const made = await build.perform(copyOf(...rest), [build.base, source])
      return build.changes(made, [build.base])
    }

    it('puts a file under another name, or into a folder', async () => {
      expect(await copied('src/a.txt', '/b')).toEqual(['-rw-r--r-- 0/0 1 b'])
      expect(await copied('src/a.txt', '/tmp')).toEqual([
        'drwxr-xr-x 0/0 0 tmp/',
        '-rw-r--r-- 0/0 1 tmp/a.txt',
      ])
      expect(await copied('src/a.txt', '/new/')).toEqual([
        'drwxr-xr-x 0/0 0 new/',
        '-rw-r--r-- 0/0 1 new/a.txt',
      ])
      expect(await copied('src/a.txt', '/x/y')).toEqual(['drwxr-xr-x 0/0 0 x/', '-rw-r--r-- 0/0 1 x/y'])
    })

    it('copies what is in a folder [08.16]', async () => {
      expect(await copied('src', '/d')).toEqual([
        'drwxr-xr-x 0/0 0 d/',
        '-rw-r--r-- 0/0 1 d/a.txt',
        '-rw------- 0/0 2 d/b.md',
        'drwxr-xr-x 0/0 0 d/deep/',
        '-rwxr-xr-x 0/0 3 d/deep/run.sh',
        'lrwxrwxrwx 0/0 0 d/link -> a.txt',
      ])
    })

    it('follows a link that is named, and keeps the others', async () => {
      expect(await copied('to-deep', '/d')).toEqual(['drwxr-xr-x 0/0 0 d/', '-rwxr-xr-x 0/0 3 d/run.sh'])
      expect(await copied('src/link', '/d/')).toEqual(['drwxr-xr-x 0/0 0 d/', '-rw-r--r-- 0/0 1 d/link'])
    })

    it('takes what a pattern matches', async () => {
      expect(await copied('src/*.txt', '/d/')).toEqual(['drwxr-xr-x 0/0 0 d/', '-rw-r--r-- 0/0 1 d/a.txt'])
      expect(await copied('nothing*', '/d/')).toEqual([])
      await expect(copied('nothing', '/d/')).rejects.toThrow('"/nothing": not found')
    })

    it('gives owners and modes [08.13]', async () => {
      expect(await copied('src/a.txt', '/n/b', { chown: 'app:extra', chmod: '0751' })).toEqual([
        'drwxr-xr-x 1000/2000 0 n/',
        '-rwxr-x--x 1000/2000 1 n/b',
      ])
      expect(await copied('src/deep', '/d', { chmod: 'go-x,u+s' })).toEqual([
        'drwxr-xr-x 0/0 0 d/',
        '-rwsr--r-- 0/0 3 d/run.sh',
      ])
      expect(await copied('src/a.txt', '/b', { chown: '7' })).toEqual(['-rw-r--r-- 7/7 1 b'])
    })

    it('leaves out what is excluded [08.15]', async () => {
      expect(await copied('src', '/d', { exclude: ['*.md', 'deep'] })).toEqual([
        'drwxr-xr-x 0/0 0 d/',
        '-rw-r--r-- 0/0 1 d/a.txt',
        'lrwxrwxrwx 0/0 0 d/link -> a.txt',
      ])
    })

    it('makes the folders of its sources again, from the pivot on', async () => {
      expect(await copied('src/deep/run.sh', '/d', { parents: true })).toEqual([
        'drwxr-xr-x 0/0 0 d/',
        'drwxr-xr-x 0/0 0 d/src/',
        'drwxr-xr-x 0/0 0 d/src/deep/',
        '-rwxr-xr-x 0/0 3 d/src/deep/run.sh',
      ])
      expect(await copied('src/./deep/*.sh', '/d', { parents: true })).toEqual([
        'drwxr-xr-x 0/0 0 d/',
        'drwxr-xr-x 0/0 0 d/deep/',
        '-rwxr-xr-x 0/0 3 d/deep/run.sh',
      ])
    })

    it('keeps the times of files', async () => {
      const source = build.context((folder) => {
        writeFileSync(join(folder, 'a'), 'a')
        utimesSync(join(folder, 'a'), 1000, 1234)
      })
      const made = await build.perform(copyOf('a', '/a'), [build.base, source])
      expect(lstatSync(join(build.top(made.value), 'a')).mtimeMs).toBe(1234_000)
    })

    it('takes what ignore rules leave', async () => {
      const source = build.context(
        (folder) => {
          mkdirSync(join(folder, 'x/y'), { recursive: true })
          for (const name of ['a', 'x/b', 'x/y/c']) writeFileSync(join(folder, name), name)
        },
        ['x', '!x/y/c'],
      )
      expect(await copiedFrom(source, '.', '/d')).toEqual([
        'drwxr-xr-x 0/0 0 d/',
        '-rw-r--r-- 0/0 1 d/a',
        'drwxr-xr-x 0/0 0 d/x/',
        'drwxr-xr-x 0/0 0 d/x/y/',
        '-rw-r--r-- 0/0 5 d/x/y/c',
      ])
      await expect(copiedFrom(source, 'x/b', '/d')).rejects.toThrow('"/x/b": not found')
    })

    it('never leaves the root by a hostile link', async () => {
      const hostile = await build.layers((root) => {
        symlinkSync('/etc', join(root, 'out'))
        symlinkSync('../../../../../../tmp', join(root, 'up'))
        mkdirSync(join(root, 'etc'))
      })
      const source = build.context((folder) => {
        writeFileSync(join(folder, 'longshore-escaped'), 'x')
        symlinkSync('/etc/hostname', join(folder, 'outside'))
      })
      const made = await build.perform(copyOf('longshore-escaped', '/out/'), [hostile, source])
      expect(await build.changes(made, [hostile])).toEqual([
        'drwxr-xr-x 0/0 0 etc/',
        '-rw-r--r-- 0/0 1 etc/longshore-escaped',
      ])
      const up = await build.perform(copyOf('longshore-escaped', '/up/'), [hostile, source])
      expect(await build.changes(up, [hostile])).toEqual([
        'drwxr-xr-x 0/0 0 tmp/',
        '-rw-r--r-- 0/0 1 tmp/longshore-escaped',
      ])
      expect(existsSync('/etc/longshore-escaped') || existsSync('/tmp/longshore-escaped')).toBe(false)
      await expect(build.perform(copyOf('outside', '/x'), [hostile, source])).rejects.toThrow('not found')
    })

    it('refuses to put a folder in the place of a file, and a file in that of a folder', async () => {
      const source = build.context((folder) => {
        mkdirSync(join(folder, 'tmp'))
        mkdirSync(join(folder, 'one/etc/passwd'), { recursive: true })
        mkdirSync(join(folder, 'two'))
        writeFileSync(join(folder, 'two/tmp'), '')
      })
      const at = (path: string, destination: string) =>
        build.perform(copyOf(path, destination), [build.base, source])
      await expect(at('tmp', '/etc/passwd')).rejects.toThrow('cannot copy to non-directory: /etc/passwd')
      await expect(at('one', '/')).rejects.toThrow('cannot copy to non-directory: /etc/passwd')
      await expect(at('two', '/')).rejects.toThrow('cannot replace to directory /tmp with file')
    })

    it('copies of a stage, whole or by a pattern, with its owners [08.17]', async () => {
      const stage = (
        await build.perform(
          runOf(
            'mkdir /out && cd /out && echo 1 > one && ln one two && chown 5:6 one && mkdir d && ln -s / d/root',
          ),
          [build.base],
        )
      ).value
      const from = (path: string, destination: string, more = {}) =>
        copiedFrom(stage, path, destination, more)
      expect(await from('/out', '/o')).toEqual([
        'drwxr-xr-x 0/0 0 o/',
        'drwxr-xr-x 0/0 0 o/d/',
        'lrwxrwxrwx 0/0 0 o/d/root -> /',
        '-rw-r--r-- 5/6 2 o/one',
        'hrw-r--r-- 5/6 0 o/two link to o/one',
      ])
      expect(await from('/out/t*', '/o/')).toEqual(['drwxr-xr-x 0/0 0 o/', '-rw-r--r-- 5/6 2 o/two'])
      expect(await from('/out', '/o', { exclude: ['d', 'two'] })).toEqual([
        'drwxr-xr-x 0/0 0 o/',
        '-rw-r--r-- 5/6 2 o/one',
      ])
      expect(await from('/out/d/root/out/one', '/o')).toEqual(['-rw-r--r-- 5/6 2 o'])
      await expect(from('/none', '/o')).rejects.toThrow('"/none": not found')
    })

    it('writes files inline [08.19]', async () => {
      const operation = copyOf('', '/d/', {
        sources: [{ kind: 'inline', name: 'f', content: 'text\n', mode: 0o644 }],
        chown: '3:4',
      })
      const made = await build.perform(operation, [build.base])
      expect(await build.changes(made, [build.base])).toEqual(['drwxr-xr-x 3/4 0 d/', '-rw-r--r-- 3/4 5 d/f'])
    })

    it('is known by the bytes that it takes [11.03]', async () => {
      const write = (folder: string) => {
        mkdirSync(join(folder, 'src'))
        writeFileSync(join(folder, 'src/a'), 'a')
      }
      const [one, two] = [build.context(write), build.context(write)]
      expect(await build.facts(copyOf('src', '/'), [build.base, one])).toEqual(
        await build.facts(copyOf('src', '/'), [build.base, two]),
      )
      const stage = async (script: string) => (await build.perform(runOf(script), [build.base])).value
      const facts = async (script: string) =>
        build.facts(copyOf('/out', '/'), [build.base, await stage(script)])
      expect(await facts('mkdir /out; echo 1 > /out/f')).toEqual(
        await facts('mkdir /out; echo 2 > /g; echo 1 > /out/f'),
      )
      expect(await facts('mkdir /out; echo 1 > /out/f')).not.toEqual(
        await facts('mkdir /out; echo 2 > /out/f'),
      )
    })

    it('puts layers on layers', async () => {
      const [a, b] = [await build.layers((at) => writeFileSync(join(at, 'a'), '')), build.base]
      expect((await build.perform({ kind: 'merge' }, [b, a])).value).toEqual({
        kind: 'layers',
        diffIds: [...(b.kind === 'layers' ? b.diffIds : []), ...(a.kind === 'layers' ? a.diffIds : [])],
      })
    })

    it('unpacks an archive that is added [08.08]', async () => {
      const { execFileSync } = await import('node:child_process')
      const source = build.context((folder) => {
        mkdirSync(join(folder, 'in'))
        writeFileSync(join(folder, 'in/f'), 'x')
        execFileSync('tar', [
          '-C',
          join(folder, 'in'),
          '--owner=7',
          '--group=8',
          '-cJf',
          join(folder, 'a.tar.xz'),
          'f',
        ])
        writeFileSync(join(folder, 'b.tar'), 'no archive')
      })
      const unpack = 'local-archives' as const
      expect(await copiedFrom(source, 'a.tar.xz', '/d', { unpack })).toEqual([
        'drwxr-xr-x 0/0 0 d/',
        '-rw-r--r-- 7/8 1 d/f',
      ])
      expect(await copiedFrom(source, 'b.tar', '/b', { unpack })).toEqual(['-rw-r--r-- 0/0 10 b'])
      expect(readFileSync(join(build.folder, 'store/layers/base/etc/hosts'), 'utf8')).toBe('')
    })
  })
})
