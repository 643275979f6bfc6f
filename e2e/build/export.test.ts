/** Where a build's result goes: the store, archives, folders, registries; and what is changed on the way. */
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { expect, inject, test } from 'vitest'
import { bin } from '../fixtures/paths.ts'
import { background, mustRun, run, until } from '../fixtures/processes.ts'
import { readTar } from '../fixtures/read-tar.ts'
import type { Builder } from './harness/builder.ts'
import { buildCases, onEachBuilder } from './harness/cases.ts'
import { readArchive } from './harness/image.ts'

const FILES =
  'FROM busybox AS make\nRUN mkdir -p /out/sub && echo bin > /out/bin && chmod 755 /out/bin && ln -s bin /out/way && ln /out/bin /out/sub/same && echo gone > /out/gone && touch -d @5 /out\nRUN rm /out/gone\nFROM scratch AS binaries\nCOPY --from=make /out /\n'

const registry = inject('registry')

onEachBuilder('outputs', (builder) => {
  test('a folder gets the files of the target and no others [12.01] [12.04] [07.14]', async () => {
    const { code, stderr, context } = await builder.run({
      ...{ dockerfile: FILES, flags: ['--target', 'binaries', '-o', '{beside}/out'] },
    })
    expect({ code }, stderr).toEqual({ code: 0 })
    const at = (name: string) => path.join(context.beside, 'out', name)
    expect(readdirSync(at('')).toSorted()).toEqual(['bin', 'sub', 'way'])
    expect(readFileSync(at('sub/same'), 'utf8')).toBe('bin\n')
    expect(statSync(at('bin')).mode & 0o777).toBe(0o755)
    expect(lstatSync(at('bin')).uid).toBe(process.getuid?.())
    expect(readlinkSync(at('way'))).toBe('bin')
  })

  test('a tar of the files, to a file and to standard output [07.14]', async () => {
    const spec = { dockerfile: FILES, flags: ['--target', 'binaries', '-o', 'type=tar,dest={beside}/x.tar'] }
    const { context, code, stderr } = await builder.run(spec)
    expect({ code }, stderr).toEqual({ code: 0 })
    const names = (bytes: Buffer) => readTar(bytes).map(({ path: name }) => name.replace(/\/$/, ''))
    const all = names(readFileSync(path.join(context.beside, 'x.tar')))
    expect(all.toSorted()).toEqual(['bin', 'sub', 'sub/same', 'way'])
  })

  test('an image is in the store by default, and with a name that another had [12.02] [07.21]', async () => {
    const first = await builder.build({ dockerfile: 'FROM busybox\nLABEL n=1\n', flags: ['-t', 'moves'] })
    const second = await builder.build({ dockerfile: 'FROM busybox\nLABEL n=2\n', flags: ['-t', 'moves'] })
    expect(first.id).not.toBe(second.id)
    expect((await builder.image('moves:latest')).id).toBe(second.id)
  })

  test('a build without an image fails as its target does, and leaves none [12.05]', async () => {
    const dockerfile = 'FROM busybox AS lint\nARG ANSWER\nRUN exit $ANSWER\n'
    const flags = (answer: number) => [
      '--target=lint',
      '--build-arg',
      `ANSWER=${answer}`,
      '-o',
      'type=cacheonly',
    ]
    if (builder.door === 'longshore') {
      expect(await builder.run({ dockerfile, flags: flags(0) })).toMatchObject({ code: 0 })
    }
    expect(await builder.fail({ dockerfile, flags: flags(4).slice(0, 3) })).toMatch(/exit code: 4/)
  })
})

/** What docker 20.10 has no words for. */
function onOurs(title: string, define: (builder: Builder) => void): void {
  const ours = inject('engines').some(({ name }) => name === 'embedded')
  if (!ours) return
  onEachBuilder(title, (builder) => {
    if (builder.name === 'embedded') define(builder)
    else test.skip('(none here: docker 20.10 has no such flags)', () => undefined)
  })
}

onOurs('outputs of our own', (builder) => {
  test('archives that other tools read [07.14]', async () => {
    const { context, code, stderr } = await builder.run({
      dockerfile: 'FROM busybox\nRUN echo x > /x\nLABEL a=b\n',
      flags: [
        '-t',
        'packed:1',
        '-o',
        'type=docker,dest={beside}/d.tar',
        '-o',
        'type=oci,dest={beside}/o.tar',
      ],
    })
    expect({ code }, stderr).toEqual({ code: 0 })
    const image = readArchive(readFileSync(path.join(context.beside, 'd.tar')))
    expect(image.names).toContain('packed:1')
    expect(image.text('/x')).toBe('x\n')
    const skopeo = await run('skopeo', ['inspect', '--raw', `oci-archive:${context.beside}/o.tar:1`])
    expect(skopeo.code, skopeo.stderr).toBe(0)
    expect(JSON.parse(skopeo.stdout).layers).toHaveLength(2)
    expect((await builder.api.get('/images/packed:1/json')).status).toBe(404)
  })

  test('a registry gets the image under its names, the base’s layers as they were [06.10] [12.03] [07.14]', async () => {
    const name = `${registry}/pushed`
    const { code, stderr } = await builder.run({
      dockerfile: 'FROM busybox\nRUN echo x > /x\n',
      flags: ['-o', `type=image,name=${name}:1,push=true`],
    })
    expect({ code }, stderr).toEqual({ code: 0 })
    const manifest = (repository: string, tag: string) =>
      fetch(`http://${registry}/v2/${repository}/manifests/${tag}`, {
        headers: {
          Accept:
            'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json',
        },
      }).then((answer) => answer.json() as Promise<{ layers: { digest: string }[] }>)
    const [pushed, base] = [await manifest('pushed', '1'), await manifest('busybox', 'latest')]
    expect(pushed.layers).toHaveLength(2)
    expect(pushed.layers[0]?.digest).toBe(base.layers[0]?.digest)
  })

  test('annotations in the manifest and the index [07.19] [12.10] [12.11] [12.12] [12.13]', async () => {
    const { context, code, stderr } = await builder.run({
      dockerfile: 'FROM busybox\nLABEL a=b\n',
      flags: [
        ...['--annotation', 'plain=1', '--annotation', 'index,manifest:both=2'],
        ...['--annotation', 'manifest[linux/s390x]:other=3', '-o', 'type=oci,dest={beside}/o.tar'],
      ],
    })
    expect({ code }, stderr).toEqual({ code: 0 })
    const entries = new Map(
      readTar(readFileSync(path.join(context.beside, 'o.tar'))).map((each) => [each.path, each.content]),
    )
    const json = (name: string) => JSON.parse(entries.get(name)?.toString() ?? 'null')
    const blob = (digest: string) => json(`blobs/sha256/${digest.slice('sha256:'.length)}`)
    const index = blob(json('index.json').manifests[0].digest)
    expect(index.annotations).toEqual({ both: '2' })
    expect(blob(index.manifests[0].digest).annotations).toEqual({ plain: '1', both: '2' })
  })

  test('--squash makes one layer on top of the base [07.12]', async () => {
    const dockerfile =
      'FROM layered:1\nRUN echo a > /a; echo b > /b\nRUN rm /a /data/kept; rm -r /replaced; mkdir /replaced; echo n > /replaced/n\nENTRYPOINT []\n'
    const plain = await builder.build({ dockerfile })
    const squashed = await builder.build({ dockerfile, flags: ['--squash'] })
    expect(squashed.layers).toHaveLength(plain.layers.length - 1)
    expect([...squashed.files.keys()].toSorted()).toEqual([...plain.files.keys()].toSorted())
    expect(squashed.layers.at(-1)?.map((entry) => entry.path)).not.toContain('/a')
    expect(squashed.config.history.at(-1)?.comment).toMatch(/^merge sha256:/)
    const seen = await builder.exec(squashed.outcome.name, [
      '/bin/sh',
      '-c',
      'cat /b; ls /replaced; ls /a /data/kept 2> /dev/null | wc -l',
    ])
    expect(seen).toEqual({ code: 0, output: 'b\nn\n0\n' })
  })

  test('no time is younger than SOURCE_DATE_EPOCH, and the image is the same each time [07.14]', async () => {
    const spec = {
      dockerfile: 'FROM busybox\nRUN date > /dev/null; echo x > /x\nCOPY f /\n',
      files: { f: 'f' },
      env: { SOURCE_DATE_EPOCH: '1600000000' },
    }
    const first = await builder.build({ ...spec, flags: ['--no-cache'] })
    const second = await builder.build({ ...spec, flags: ['--no-cache'] })
    expect(second.id).toBe(first.id)
    expect(first.config.created).toBe('2020-09-13T12:26:40.000Z')
    for (const name of ['/x', '/f']) expect(first.files.get(name)?.mtime, name).toBe(1_600_000_000)
  })

  test('what is built is told in a file [07.14]', async () => {
    const outcome = await builder.run({
      dockerfile: 'FROM busybox\n',
      flags: ['--metadata-file', '{beside}/facts'],
    })
    const facts = JSON.parse(readFileSync(path.join(outcome.context.beside, 'facts'), 'utf8'))
    expect(facts['containerimage.config.digest']).toBe((await builder.image(outcome.name)).id)
    expect(facts['image.name']).toBe(outcome.name)
  })

  test('a cache in a folder, a registry and an image makes the next build find everything [07.05]', async () => {
    const dockerfile = (salt: string) =>
      `FROM busybox\nRUN echo ${salt}; cat /proc/sys/kernel/random/uuid > /random\n`
    const places = [
      ['folder', 'type=local,dest={beside}/cache,mode=max', 'type=local,src={beside}/cache'],
      ['registry', `type=registry,ref=${registry}/cache:1`, `type=registry,ref=${registry}/cache:1`],
      ['inline', 'type=inline', `type=registry,ref=${registry}/within:1`],
    ] as const
    for (const [salt, to, from] of places) {
      const named = salt === 'inline' ? `${registry}/within:1` : null
      const push = named === null ? [] : ['-o', `type=image,name=${named},push=true`]
      const first = await builder.run({ dockerfile: dockerfile(salt), flags: ['--cache-to', to, ...push] })
      expect({ code: first.code }, first.stderr).toEqual({ code: 0 })
      const random = (await builder.image(named ?? first.name)).text('/random')
      await builder.api.delete(`/images/${encodeURIComponent(named ?? first.name)}?force=1`)
      await builder.api.post('/build/prune?all=1')
      const flags = ['--cache-from', from]
      const again = await builder.run({ dockerfile: dockerfile(salt), flags }, first.context)
      expect(again.stderr, salt).toMatch(/RUN echo .*\n#\d+ CACHED/)
      // It was not made again: that would be another.
      expect((await builder.image(again.name)).text('/random')).toBe(random)
    }
    expect(existsSync(path.join('/', 'cache'))).toBe(false)
  })

  test('progress for people, for programs and for nobody [07.08] [07.10]', async () => {
    const spec = { dockerfile: 'FROM busybox\nRUN echo heard\n' }
    const plain = await builder.run({ ...spec, flags: ['--progress=plain', '--no-cache'] })
    expect(plain.stderr).toMatch(
      /#\d+ \[2\/2\] RUN echo heard\n(#\d+ ran because.*\n)?#\d+ \d\.\d+ heard\n#\d+ DONE/,
    )
    const raw = await builder.run({ ...spec, flags: ['--progress=rawjson', '--no-cache'] })
    const lines = raw.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const names = lines.flatMap(({ vertexes = [] }) => vertexes.map(({ name }: { name: string }) => name))
    expect(names).toContain('[2/2] RUN echo heard')
    const painted = await builder.run({ ...spec, flags: ['--progress=tty', '--no-cache'] })
    expect(painted.stderr).toContain('FINISHED')
    expect(await builder.run({ ...spec, flags: ['-q'] })).toMatchObject({ stderr: '' })
  })

  test('a step says why it ran, and a failed one shows its lines [07.07]', async () => {
    const context = await builder.context({ f: 'one' })
    const dockerfile = 'FROM busybox\nCOPY f /\nRUN cat /f\n'
    await builder.run({ dockerfile }, context)
    await context.put({ f: 'two' })
    expect((await builder.run({ dockerfile }, context)).stderr).toMatch(
      /COPY f \/\n#\d+ ran because: .*\bf\b/,
    )
    const asked = await builder.run({ dockerfile, flags: ['--no-cache'] }, context)
    expect(asked.stderr).toMatch(/RUN cat \/f\n#\d+ ran because: /)
    const failed = await builder.run({ dockerfile: 'FROM busybox\nRUN true\nRUN false\n' }, context)
    expect(failed.stderr).toContain('   3 | >>> RUN false')
  })

  test('secrets of files and variables, and an agent with a key, reach their commands [07.17] [07.18] [09.07] [09.08] [09.09] [09.10]', async () => {
    const context = await builder.context({})
    const at = (name: string) => path.join(context.beside, name)
    writeFileSync(at('file'), 'of a file')
    await mustRun('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at('key')])
    const mounts = ['A', 'B', 'C'].map((id) => `--mount=type=secret,id=${id}`).join(' ')
    const built = await builder.build(
      {
        dockerfile: `FROM busybox\nRUN ${mounts} cd /run/secrets; echo $(cat A)-$(cat B)-$(cat C) > /seen\nRUN --mount=type=ssh test -S "$SSH_AUTH_SOCK" && echo yes > /agent\n`,
        flags: [
          ...['--secret', 'id=A,src={beside}/file', '--secret', 'id=B,env=OTHER', '--secret', 'id=C'],
          ...['--ssh', 'default={beside}/key'],
        ],
        env: { OTHER: 'of another', C: 'of its own' },
      },
      context,
    )
    expect(built.text('/seen')).toBe('of a file-of another-of its own\n')
    expect(built.text('/agent')).toBe('yes\n')
    const missing = { dockerfile: 'FROM busybox\n', flags: ['--secret', 'id=A,src={beside}/none'] }
    expect(await builder.fail(missing, context)).toMatch(/failed to read the secret A: .*none: no such file/)
  })

  test('an interrupt ends the build, and its code is 130', async () => {
    const context = await builder.context({ Dockerfile: 'FROM busybox\nRUN echo begun; sleep 300\n' })
    const child = background(process.execPath, [bin, 'build', '--progress=plain', context.path], {
      logPath: path.join(context.beside, 'log'),
      env: { LONGSHORE_SOCKET: builder.engine.socket },
    })
    await until('the command to run', () => child.log().includes('begun\n'))
    child.child.kill('SIGINT')
    expect(await child.ended).toBe(130)
    expect(child.log()).toContain('the build was cancelled')
    await until('the engine to have ended it', async () => {
      const list = await builder.api.version('').get('/longshore/v1/builds')
      return list.json<{ state: string }[]>()[0]?.state === 'cancelled'
    })
  })

  test('--check says what could be better, and builds nothing', async () => {
    const files = { Dockerfile: 'FROM busybox AS Stage\nMAINTAINER me\n' }
    const { code, stdout } = await builder.run({ files, flags: ['--check'] })
    expect(code).toBe(1)
    expect(stdout).toMatch(/^Check complete, \d+ warnings? ha(s|ve) been found!/)
    expect(stdout).toContain('   1 | >>> FROM busybox AS Stage')
  })
})

buildCases('what is left out of a build', [
  {
    title: '--no-cache builds the same image again [07.07]',
    dockerfile: 'FROM busybox\nRUN echo x > /x\n',
    flags: ['--no-cache'],
    look: ({ text }) => expect(text('/x')).toBe('x\n'),
  },
])
