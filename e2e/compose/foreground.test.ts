/** `up` in the foreground: logs, ctrl-C, ends that end all. */
import { afterAll, expect, test } from 'vitest'
import { onEachEngine } from '../api/suite.ts'
import { background, until } from '../fixtures/processes.ts'
import { SLEEP, Stack } from './stack.ts'

onEachEngine('longshore compose up in the foreground', (subject) => {
  const stack = new Stack(subject, 'pier')
  afterAll(() => stack.remove())
  const two = `
services:
  web: {image: $IMAGE, command: &sleep ${JSON.stringify(SLEEP)}, depends_on: [db]}
  db: {image: $IMAGE, command: *sleep}
  quiet: {image: $IMAGE, command: *sleep, attach: false}
`

  test('shows what all write, and ctrl-C stops them [15.01]', async () => {
    stack.write(two)
    const up = background(process.execPath, stack.words(['-f', `${stack.folder}/compose.yaml`, 'up']), {
      logPath: `${stack.folder}/up.log`,
      env: stack.env,
    })
    await until(
      'both lines',
      () => up.log().includes('web-1  | ready') && up.log().includes('db-1   | ready'),
    )
    await until('the third', async () => (await stack.states())['quiet-1'] === 'running')
    up.child.kill('SIGINT')
    expect(await up.ended).toBe(130)
    expect(up.log()).toContain('Gracefully stopping... (press Ctrl+C again to force)')
    expect(up.log()).toContain('web-1 exited with code 0')
    expect(up.log()).not.toContain('quiet-1  |')
    expect(await stack.states()).toEqual({ 'db-1': 'exited', 'quiet-1': 'exited', 'web-1': 'exited' })
  })

  test('ends with a container’s end and code when asked to', async () => {
    stack.write(`${two}  job: {image: $IMAGE, command: sh -c "echo done; exit 7"}\n`)
    const exit = await stack.try('up --abort-on-container-exit')
    expect([exit.code, exit.stdout]).toEqual([7, expect.stringContaining('job-1 exited with code 7')])
    // What had not begun when it ended is never started.
    expect(Object.values(await stack.states())).not.toContain('running')
    const from = await stack.try('up --exit-code-from web --no-attach db --no-log-prefix --no-color')
    expect([from.code, from.stdout.includes('db-1  |')]).toEqual([0, false])
    expect((await stack.try('up --abort-on-container-failure job')).code).toBe(7)
  })

  test('ends by itself when nothing runs any more, and tells a plan that failed', async () => {
    stack.write('services: {job: {image: $IMAGE, command: echo all}}')
    const done = await stack.do('up')
    expect(done.stdout).toBe('job-1  | all\njob-1 exited with code 0\n')
    stack.write('services: {job: {image: $IMAGE, command: /no/such}}')
    const failed = await stack.try('up')
    expect([failed.code === 0, failed.stderr]).toEqual([false, expect.stringContaining('/no/such')])
  })
})
