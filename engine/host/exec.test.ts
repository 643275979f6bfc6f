import { describe, expect, it } from 'vitest'
import { ExecError, run } from './exec.ts'

async function failure(promise: Promise<unknown>): Promise<ExecError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ExecError)
  return error as ExecError
}

describe('run', () => {
  it('answers output and code', async () => {
    const result = await run('sh', ['-c', 'cat; echo oops >&2'], { input: 'hello' })
    expect(result).toEqual({ code: 0, stdout: 'hello', stderr: 'oops\n' })
  })

  it('throws what was not declared, with all that is known', async () => {
    const error = await failure(run('sh', ['-c', 'echo why >&2; exit 3']))
    expect(error).toMatchObject({ kind: 'internal', program: 'sh', code: 3, stderr: 'why\n' })
    expect(error.message).toBe('sh -c echo why >&2; exit 3 failed with exit code 3: why')
  })

  it('answers a declared exit code', async () => {
    expect((await run('sh', ['-c', 'exit 3'], { expectExit: [0, 3] })).code).toBe(3)
  })

  it('says that a program is missing', async () => {
    const error = await failure(run('longshore-no-such-program', []))
    expect(error.kind).toBe('unavailable')
    expect(error.message).toContain('not installed')
  })

  it('is cancelled by its signal', async () => {
    const controller = new AbortController()
    const running = failure(run('sleep', ['1000'], { signal: controller.signal }))
    controller.abort()
    expect((await running).kind).toBe('cancelled')
  })

  it('is killed when its time is over', async () => {
    expect((await failure(run('sleep', ['1000'], { timeoutMs: 20 }))).kind).toBe('unavailable')
  })

  it('survives a program that does not read its input', async () => {
    expect((await run('true', [], { input: 'x'.repeat(1_000_000) })).code).toBe(0)
  })

  it('tells a death by signal', async () => {
    const error = await failure(run('sh', ['-c', 'kill -9 $$']))
    expect(error).toMatchObject({ kind: 'internal', code: null })
    expect(error.message).toContain('SIGKILL')
  })
})
