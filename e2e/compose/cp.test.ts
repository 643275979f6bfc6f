/** `cp` between here and containers. */
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { onEachEngine } from '../api/suite.ts'
import { SLEEP, Stack } from './stack.ts'

onEachEngine('longshore compose cp', (subject) => {
  const stack = new Stack(subject, 'pier')
  afterAll(() => stack.remove())

  test('copies files and folders both ways, by what stands at the target', async () => {
    stack.write(`services: {web: {image: $IMAGE, command: ${JSON.stringify(SLEEP)}, scale: 2}}`)
    stack.write('one\n', 'from/one')
    stack.write('two\n', 'from/deep/two')
    await stack.do('up -d')
    await stack.do('cp from/one web:/tmp')
    await stack.do('cp from/one web:/tmp/renamed')
    await stack.do('cp from web:/made')
    await stack.do('cp --index 2 from/. web:/tmp')
    const inside = async (index: number, script: string) =>
      (await stack.do(['exec', '-T', '--index', String(index), 'web', 'sh', '-c', script])).stdout
    expect(await inside(1, 'cat /tmp/one /tmp/renamed /made/deep/two; ls /tmp')).toBe(
      'one\none\ntwo\none\nrenamed\n',
    )
    expect(await inside(2, 'cat /made/one; ls /tmp')).toBe('one\ndeep\none\nrenamed\n')

    const here = (name: string) => `${stack.folder}/${name}`
    mkdirSync(here('to'))
    await stack.do(['cp', 'web:/made', here('to')])
    await stack.do(['cp', 'web:/made/one', here('to/again')])
    await stack.do(['cp', 'web:/made/.', here('flat')])
    await stack.do(['cp', 'web:/bin/busybox', here('to/')])
    expect([readFileSync(here('to/made/deep/two'), 'utf8'), readFileSync(here('to/again'), 'utf8')]).toEqual([
      'two\n',
      'one\n',
    ])
    expect([readFileSync(here('flat/one'), 'utf8'), existsSync(here('flat/made'))]).toEqual(['one\n', false])
    expect(statSync(here('to/busybox')).mode & 0o777).toBe(0o755)

    const tar = await stack.do('cp web:/made/one -')
    expect(tar.stdout).toContain('one\n')
    expect((await stack.try('cp web:/none .')).code).not.toBe(0)
    expect((await stack.try('cp none web:/tmp')).stderr).toBe('longshore: none is not there\n')
    expect((await stack.try('cp one two')).stderr).toContain('must be SERVICE:PATH')
  })
})
