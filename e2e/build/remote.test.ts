/** Contexts, Dockerfiles and bases that are somewhere else. */
import { gzipSync } from 'node:zlib'
import { afterAll, expect, inject, test } from 'vitest'
import { makeImage, pushImage } from '../fixtures/oci.ts'
import { tar } from '../fixtures/tar.ts'
import { onEachBuilder } from './harness/cases.ts'
import { startWeb, TOKEN } from './harness/web.ts'

const web = await startWeb()
afterAll(() => web.stop())
const registry = inject('registry')
const repository = `${web.origin}/repo.git`

onEachBuilder('contexts of elsewhere', (builder) => {
  const text = async (path: string, file: string) => (await builder.build({ path })).text(file)

  test('a repository: its default branch, a branch, a tag, a pull request [10.06] [10.07] [10.08]', async () => {
    expect(await text(repository, '/where')).toBe('main\n')
    expect(await text(`${repository}#other`, '/where')).toBe('other\n')
    expect(await text(`${repository}#v1`, '/where')).toBe('first\n')
    expect(await text(`${repository}#refs/pull/7/head`, '/where')).toBe('pull 7\n')
  })

  test('a folder of a repository, of any branch [10.09]', async () => {
    if (builder.name === 'dockerd') {
      expect(await builder.fail({ path: `${repository}#:sub` })).toContain('subdir not supported yet')
      return
    }
    expect(await text(`${repository}#:sub`, '/in')).toBe('sub\n')
    expect(await text(`${repository}#v1:sub`, '/in')).toBe('sub\n')
  })

  test('what a repository has not is said [10.07]', async () => {
    expect(await builder.fail({ path: `${repository}#nowhere` })).toMatch(/nowhere/)
  })

  test('a repository with a Dockerfile of one’s own [10.12]', async () => {
    const spec = { path: `${repository}#other`, flags: ['-f-'], stdin: 'FROM scratch\nCOPY where /mine\n' }
    // docker 20.10 looks for a file named `-` in the repository.
    if (builder.name === 'dockerd') expect(await builder.fail(spec)).toMatch(/open .*\/-: no such file/)
    else expect((await builder.build(spec)).text('/mine')).toBe('other\n')
  })

  test('an archive, and a Dockerfile alone [10.13] [10.14]', async () => {
    const archive = tar([
      { path: 'Dockerfile', content: 'FROM scratch\nCOPY f /\n' },
      { path: 'f', content: 'packed\n' },
    ])
    web.put('context.tar.gz', gzipSync(archive))
    web.put('plain', 'FROM busybox\nLABEL from=web\n')
    expect(await text(`${web.origin}/context.tar.gz`, '/f')).toBe('packed\n')
    const image = await builder.build({ path: `${web.origin}/plain` })
    expect(image.config.config.Labels).toEqual({ from: 'web' })
  })

  test('a private repository by a token that is nowhere in the image [10.11]', async () => {
    const path = `${web.origin}/private.git`
    // docker 20.10 has no secrets for what the daemon fetches of itself.
    if (builder.name === 'dockerd')
      return expect(await builder.fail({ path })).toMatch(/terminal prompts|Authentication/i)
    const flags = ['--secret', 'id=GIT_AUTH_TOKEN']
    const built = await builder.build({ path, flags, env: { GIT_AUTH_TOKEN: TOKEN } })
    expect(built.text('/where')).toBe('main\n')
    expect(JSON.stringify(built.config) + built.outcome.stderr).not.toContain(TOKEN)
    await builder.fail({ path })
  })

  test('ADD of an address keeps its time and has its checksum looked at [08.09] [08.12]', async () => {
    web.put('added', 'added\n')
    const built = await builder.build({ dockerfile: `FROM scratch\nADD ${web.origin}/added /x\n` })
    expect(built.text('/x')).toBe('added\n')
    expect(built.files.get('/x')).toMatchObject({ mode: 0o600, mtime: 1_700_000_000 })
    if (builder.name === 'dockerd') return
    const wrong = `FROM scratch\nADD --checksum=sha256:${'0'.repeat(64)} ${web.origin}/added /x\n`
    expect(await builder.fail({ dockerfile: wrong })).toMatch(/digest mismatch|checksum/i)
  })

  test('a base that is here is taken as it is, and with --pull as it is there now [07.09]', async () => {
    const name = `moving-${builder.name}`
    const base = `${registry}/${name}:1`
    const push = (says: string) =>
      pushImage(registry, name, '1', makeImage([tar([{ path: 'says', content: says }])], {}))
    const spec = { dockerfile: `FROM ${base}\nCOPY f /\n`, files: { f: 'f' } }
    await push('old')
    await builder.api.post(`/images/create?fromImage=${registry}/${name}&tag=1`)
    await push('new')
    expect((await builder.build(spec)).text('/says')).toBe('old')
    expect((await builder.build({ ...spec, flags: ['--pull'] })).text('/says')).toBe('new')
  })

  test('files for another platform, where nothing has to run [07.15]', async () => {
    const spec = {
      dockerfile: 'FROM scratch\nARG TARGETARCH\nCOPY f-$TARGETARCH /f\n',
      files: { 'f-s390x': 'big\n' },
    }
    const built = await builder.build({ ...spec, flags: ['--platform', 'linux/s390x'] })
    expect(built.config).toMatchObject({ os: 'linux', architecture: 's390x' })
    expect(built.text('/f')).toBe('big\n')
  })

  test('triggers of a base run in whoever builds on it [08.31]', async () => {
    const base = await builder.build({
      dockerfile: 'FROM busybox\nONBUILD COPY f /got\nONBUILD RUN echo ran > /ran\n',
      flags: ['-t', `triggers-${builder.name}`],
    })
    expect(base.config.config.OnBuild).toEqual(['COPY f /got', 'RUN echo ran > /ran'])
    const child = await builder.build({
      dockerfile: `FROM triggers-${builder.name}\nLABEL c=d\n`,
      files: { f: 'mine\n' },
    })
    expect(child.text('/got') + child.text('/ran')).toBe('mine\nran\n')
    expect(child.config.config.OnBuild ?? null).toBeNull()
  })
})
