/** `longshore build` from a terminal: what it takes, what it writes, and how it ends. On dockerd by the classic API. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { tar } from '../fixtures/tar.ts'
import { onEachBuilder } from './harness/cases.ts'

onEachBuilder('longshore build', (given) => {
  const builder = given.through('longshore')
  const HELLO = { dockerfile: 'FROM busybox\nCOPY hello /\n', files: { hello: 'hi\n' } }

  test('a folder, by its path or as the one that it is run in [07.01] [10.01]', async () => {
    expect((await builder.build(HELLO)).text('/hello')).toBe('hi\n')
    expect((await builder.build({ ...HELLO, path: '{context}' })).text('/hello')).toBe('hi\n')
  })

  test('an archive on standard input, compressed or not [10.03]', async () => {
    const archive = tar([
      { path: 'Dockerfile', content: HELLO.dockerfile },
      { path: 'hello', content: 'packed\n' },
    ])
    expect((await builder.build({ path: '-', stdin: archive })).text('/hello')).toBe('packed\n')
    expect((await builder.build({ path: '-', stdin: gzipSync(archive) })).text('/hello')).toBe('packed\n')
  })

  test('a Dockerfile on standard input, without and with a context [10.02] [10.04] [10.05]', async () => {
    const image = await builder.build({ path: '-', stdin: 'FROM busybox\nLABEL from=stdin\n' })
    expect(image.config.config.Labels).toEqual({ from: 'stdin' })
    const spec = { files: HELLO.files, flags: ['-f-'], stdin: 'FROM busybox\nCOPY hello /there\n' }
    expect((await builder.build(spec)).text('/there')).toBe('hi\n')
    expect(await builder.fail({ path: '-', stdin: HELLO.dockerfile })).toMatch(/hello/)
  })

  test('a Dockerfile of another name, inside and outside of the context [07.03]', async () => {
    const files = { ...HELLO.files, 'sub/Other': 'FROM busybox\nCOPY hello /other\n' }
    expect((await builder.build({ files, flags: ['-f', 'sub/Other'] })).text('/other')).toBe('hi\n')
    const context = await builder.context(HELLO.files)
    writeFileSync(path.join(context.beside, 'Outside'), 'FROM busybox\nCOPY hello /outside\n')
    const image = await builder.build({ flags: ['-f', '{beside}/Outside'] }, context)
    expect(image.text('/outside')).toBe('hi\n')
  })

  test('several names, of which one has no tag [07.02] [07.21]', async () => {
    await builder.build({ ...HELLO, flags: ['-t', 'second', '-t', 'third:3'] })
    expect((await builder.image('second:latest')).id).toBe((await builder.image('third:3')).id)
  })

  test('arguments and labels [07.04] [07.06]', async () => {
    const image = await builder.build({
      dockerfile: 'FROM busybox\nARG A=none\nARG B=none\nARG C=none\nENV ALL=$A-$B-$C\n',
      flags: ['--build-arg', 'A=1', '--build-arg', 'B', '--label', 'x=y z'],
      env: { B: 'of the environment' },
    })
    expect(image.config.config.Env).toContain('ALL=1-of the environment-none')
    expect(image.config.config.Labels).toEqual({ x: 'y z' })
  })

  test('-q says the id and nothing else; files hold it too [07.10]', async () => {
    const outcome = await builder.run({ ...HELLO, flags: ['-q', '--iidfile', '{beside}/iid'] })
    const { id } = await builder.image(outcome.name)
    expect(outcome).toMatchObject({ code: 0, stdout: `${id}\n`, stderr: '' })
    expect(readFileSync(path.join(outcome.context.beside, 'iid'), 'utf8')).toBe(id)
  })

  test('a command that fails ends it with 1, and its code is said [08.04]', async () => {
    const outcome = await builder.run({ dockerfile: 'FROM busybox\nRUN echo heard; exit 7\n' })
    expect(outcome.code).toBe(1)
    expect(outcome.stderr).toMatch(/heard/)
    expect(outcome.stderr).toMatch(/ERROR: failed to build: .*(exit code|non-zero code): 7/)
  })

  test('no container of a build is left behind [07.11]', async () => {
    await builder.run({ dockerfile: 'FROM busybox\nRUN true\nRUN exit 1\n' })
    expect((await builder.api.get('/containers/json?all=1')).json()).toEqual([])
  })

  test('what cannot be understood ends it with 125, and what is not there with 1', async () => {
    expect(await builder.run({ ...HELLO, flags: ['--no-such-flag'] })).toMatchObject({ code: 125 })
    const missing = await builder.run({ path: '{beside}/none' })
    expect(missing).toMatchObject({ code: 1 })
    expect(missing.stderr).toMatch(/unable to prepare context: path ".*none" not found/)
  })
})
