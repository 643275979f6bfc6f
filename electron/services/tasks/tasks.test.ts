import { expect, test } from 'vitest'
import { EngineError } from '../../../engine/errors.ts'
import type { TaskView } from '../../contract/tasks.ts'
import { ServiceError } from '../failure.ts'
import { type TaskHandle, Tasks } from './tasks.ts'

const spec = { engine: 'e', title: 'Pull x', command: 'docker pull x', detail: { kind: 'plain' } } as const

async function now(tasks: Tasks): Promise<readonly TaskView[]> {
  for await (const views of tasks.watch(undefined)) return views
  return []
}

test('a task tells its progress and its result, and can be dismissed when it has ended', async () => {
  const tasks = new Tasks()
  const work = Promise.withResolvers<string>()
  let handle: TaskHandle | undefined
  const { id, done } = tasks.start(spec, (given) => {
    handle = given
    return work.promise
  })
  handle?.progress({ kind: 'plain' }, { fraction: 0.5, bytesPerSecond: 10, secondsLeft: 1 })
  expect((await now(tasks))[0]?.state).toEqual({
    kind: 'running',
    fraction: 0.5,
    bytesPerSecond: 10,
    secondsLeft: 1,
  })
  expect(() => tasks.dismiss(id)).toThrow('still runs')
  work.resolve('fine')
  await done
  handle?.progress({ kind: 'plain' }, { fraction: 1, bytesPerSecond: null, secondsLeft: null })
  expect((await now(tasks))[0]?.state).toMatchObject({ kind: 'done', result: 'fine' })
  tasks.dismiss(id)
  expect(await now(tasks)).toEqual([])
  expect(() => tasks.cancel(id)).toThrow('not known')
})

test('a cancelled task is cancelled, whatever its work throws', async () => {
  const tasks = new Tasks()
  const { id, done } = tasks.start(spec, ({ signal }) => {
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('odd'))))
  })
  tasks.cancel(id)
  await expect(done).rejects.toThrow('odd')
  expect((await now(tasks))[0]?.state.kind).toBe('cancelled')
})

test('a failure keeps its words, its cause and its next step', async () => {
  const tasks = new Tasks()
  const failure = new ServiceError('unavailable', 'Cannot pull x', {
    cause: new EngineError('internal', 'refused'),
    remedy: 'Try later.',
  })
  await expect(tasks.start(spec, () => Promise.reject(failure)).done).rejects.toBe(failure)
  expect((await now(tasks))[0]?.state).toMatchObject({
    kind: 'failed',
    failure: { message: 'Cannot pull x', cause: 'refused', remedy: 'Try later.' },
  })
})
