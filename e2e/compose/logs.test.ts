/** `logs`: merged, in order, with times, followed through restarts. */
import { afterAll, expect, test } from 'vitest'
import { onEachEngine } from '../api/suite.ts'
import { background, until } from '../fixtures/processes.ts'
import { SLEEP, Stack } from './stack.ts'

onEachEngine('longshore compose logs', (subject) => {
  const stack = new Stack(subject, 'pier')
  afterAll(() => stack.remove())

  test('of several containers come merged by time, each line with its container’s name', async () => {
    stack.write(`
services:
  one:
    image: $IMAGE
    volumes: ["turn:/turn"]
    command: sh -c 'echo first; touch /turn/1; until [ -e /turn/2 ]; do sleep 0.05; done; echo third; sleep 0.05; echo bad >&2'
  two:
    image: $IMAGE
    volumes: ["turn:/turn"]
    command: sh -c 'until [ -e /turn/1 ]; do sleep 0.05; done; echo second; touch /turn/2; sleep 1; printf last'
  three-long: {image: $IMAGE, command: "true"}
volumes: {turn: {}}
`)
    await stack.do('up -d')
    await subject.exitCode('pier-one-1')
    await subject.exitCode('pier-two-1')
    const { stdout } = await stack.do('logs')
    expect(stdout.split('\n').filter((line) => !line.includes('last'))).toEqual([
      'one-1         | first',
      'two-1         | second',
      'one-1         | third',
      'one-1         | bad',
      '',
    ])
    expect(stdout).toContain('two-1         | last\n')
    expect((await stack.do('logs --no-log-prefix --tail 1 one')).stdout).toBe('bad\n')
    const timed = (await stack.do('--ansi always logs -t one')).stdout.split('\n')[0] ?? ''
    expect(timed).toMatch(/\d{4}-\d\d-\d\dT[\d:.]+Z first$/)
    expect(timed.startsWith('\u001B[36mone-1  | \u001B[0m')).toBe(true)
    expect((await stack.do('--ansi always logs --no-color one')).stdout).toContain('one-1  | first\n')
    expect((await stack.do('logs --since 2000s --until 1000s')).stdout).toBe('')
    expect((await stack.try('logs --since soon')).stderr).toContain('"soon" is no moment')
  })

  test('are followed through a restart, until nothing runs', async () => {
    stack.write(
      `services: {web: {image: $IMAGE, command: &sleep ${JSON.stringify(SLEEP)}}, keeper: {image: $IMAGE, command: *sleep}}`,
    )
    await stack.do('up -d')
    const following = background(
      process.execPath,
      stack.words(['-f', `${stack.folder}/compose.yaml`, 'logs', '-f']),
      {
        logPath: `${stack.folder}/follow.log`,
        env: stack.env,
      },
    )
    await until('the first line', () => following.log().split('ready').length === 3)
    await stack.do('restart web')
    await until('the second run', () => following.log().split('ready').length === 4)
    await stack.do('stop')
    expect(await following.ended).toBe(0)
    expect(
      following
        .log()
        .split('\n')
        .filter((line) => line.startsWith('web-1')),
    ).toEqual([
      'web-1     | ready',
      'web-1 exited with code 0',
      'web-1     | ready',
      'web-1 exited with code 0',
    ])
  })
})
