/** The commands that act on containers which are there. */
import { afterAll, expect, test } from 'vitest'
import { onEachEngine } from '../api/suite.ts'
import { SLEEP, Stack } from './stack.ts'

onEachEngine('longshore compose: containers that are there', (subject) => {
  const stack = new Stack(subject, 'pier')
  afterAll(() => stack.remove())

  const three = `
services:
  web: {image: $IMAGE, command: &sleep ${JSON.stringify(SLEEP)}, depends_on: [db], deploy: {replicas: 2}}
  db: {image: $IMAGE, command: *sleep}
`

  test('start, stop, restart, pause, unpause, kill and rm act on what is meant, in its order [15.01] [16.07]', async () => {
    stack.write(three)
    await stack.do('create')
    expect(await stack.states()).toEqual({ 'db-1': 'created', 'web-1': 'created', 'web-2': 'created' })
    const started = await stack.do('--progress plain start')
    expect(started.stderr.indexOf('Container pier-db-1  Started')).toBeLessThan(
      started.stderr.indexOf('Container pier-web-1  Starting'),
    )
    expect(await stack.states()).toEqual({ 'db-1': 'running', 'web-1': 'running', 'web-2': 'running' })

    await stack.do('pause web')
    expect(await stack.states()).toEqual({ 'db-1': 'running', 'web-1': 'paused', 'web-2': 'paused' })
    await stack.do('unpause')
    const before = await subject.inspect('pier-db-1')
    await stack.do('restart -t 5 db')
    expect((await subject.inspect('pier-db-1')).State.Pid).not.toBe(before.State.Pid)
    await stack.do('kill -s TERM db')
    expect(await subject.exitCode('pier-db-1')).toBe(0)

    const stopped = await stack.do('--progress plain stop')
    expect(stopped.stderr).toContain(' Container pier-web-2  Stopped\n')
    expect((await stack.do('stop')).stderr).toBe('')
    expect((await stack.try('rm', { input: 'n\n' })).stderr).toContain('Going to remove')
    await stack.do('rm -f db')
    expect(await stack.states()).toEqual({ 'web-1': 'exited', 'web-2': 'exited' })
    await stack.do('start web')
    expect((await stack.do('rm -f')).stderr).toContain('No stopped containers')
    await stack.do('rm -f -s -v')
    expect(await stack.states()).toEqual({})
  })

  test('what is not there is told in Docker’s words', async () => {
    stack.write(three)
    await stack.do('up -d db')
    const answers = await Promise.all(
      ['stop nobody', 'start web', 'sail', 'stop --wind'].map((line) => stack.try(line)),
    )
    expect(answers.map(({ code, stderr }) => [code, stderr.trim()])).toEqual([
      [1, 'longshore: no such service: nobody'],
      [1, 'longshore: service "web" has no container to start'],
      [2, 'longshore: "sail" is not a command of compose; see "longshore compose help"'],
      [2, expect.stringContaining('see "longshore compose stop --help"')],
    ])
  })

  test('a project is known by its name alone, from anywhere [15.03]', async () => {
    stack.write(three)
    await stack.do('up -d')
    const elsewhere = { cwd: '/' }
    await stack.do('stop web', elsewhere)
    expect((await stack.do('ps --services', elsewhere)).stdout).toBe('db\n')
    expect((await stack.do(['ps', '-a', '--services', '--filter', 'status=exited'], elsewhere)).stdout).toBe(
      'web\n',
    )
    await stack.do('down -t 1', elsewhere)
    expect(await stack.states()).toEqual({})
  })

  test('down takes what a profile brought up, without being told of it [15.04]', async () => {
    stack.write(`${three}  tool: {image: $IMAGE, command: *sleep, profiles: [tools]}\n`)
    await stack.do('--profile tools up -d')
    expect(Object.keys(await stack.states())).toContain('tool-1')
    await stack.do('down -t 1')
    expect(await stack.states()).toEqual({})
  })

  test('ps says what runs, as a table and as JSON; --dry-run does nothing', async () => {
    stack.write(three)
    await stack.do('up -d')
    const { stdout } = await stack.do('ps')
    expect(stdout.split('\n')[0]).toMatch(/^NAME +IMAGE +COMMAND +SERVICE +CREATED +STATUS +PORTS$/)
    expect(stdout).toMatch(/^pier-db-1 .* "sh -c 'trap .*…" +db +.* ago +Up /m)
    const rows = (await stack.do('ps --format json db')).stdout.trim().split('\n')
    expect(rows.map((row) => JSON.parse(row))).toMatchObject([
      { Name: 'pier-db-1', Service: 'db', State: 'running', Project: 'pier', ExitCode: 0 },
    ])
    expect((await stack.do('--dry-run down')).stdout).toContain('pier-db-1')
    expect(Object.keys(await stack.states())).toHaveLength(3)
  })
})
