/** Asking an engine that runs: whether it answers, and to end. By its socket and its pid file alone. */
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { EngineError } from '../errors.ts'

/** Where an engine is. */
export interface EnginePlace {
  readonly socket: string
  readonly pidFile: string
}

/** The version of the engine that answers on `socket`; null when none does. */
export function engineVersion(socket: string): Promise<string | null> {
  return new Promise((resolve) => {
    const asked = request({ socketPath: socket, path: '/version', timeout: 5_000 }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => resolve(versionIn(Buffer.concat(parts).toString())))
    })
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(null))
    asked.end()
  })
}

function versionIn(body: string): string | null {
  try {
    return String((JSON.parse(body) as { Version?: unknown }).Version ?? '')
  } catch {
    return null
  }
}

/** What the engine on `socket` answers as JSON. Throws `not-found` when none answers, else in the engine's words. */
export async function askEngine(
  socket: string,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const { status, text } = await send(socket, method, path, body)
  const value = JSON.parse(text) as unknown
  if (status < 400) return value
  throw new EngineError('invalid', (value as { message?: string }).message ?? `the engine answered ${status}`)
}

function send(socket: string, method: string, path: string, body?: unknown) {
  return new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json' }
    const asked = request({ socketPath: socket, path, method, headers }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }),
      )
    })
    asked.on('error', (cause) =>
      reject(new EngineError('not-found', `no engine answers on ${socket}`, { cause })),
    )
    asked.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/** Sends SIGTERM and waits so many milliseconds until the engine is gone. Throws `not-found` when none runs, `unavailable` when it stays. */
export async function stopEngine({ socket, pidFile }: EnginePlace, patience: number): Promise<void> {
  const pid = readPid(pidFile)
  if (pid === null || (await engineVersion(socket)) === null) {
    throw new EngineError('not-found', `no engine answers on ${socket}`)
  }
  process.kill(pid, 'SIGTERM')
  for (let waited = 0; waited < patience; waited += 50) {
    if (!isAlive(pid)) return
    await pause(50)
  }
  throw new EngineError(
    'unavailable',
    `the engine (process ${pid}) was asked to end and still runs after ${patience / 1000} s`,
  )
}

function readPid(file: string): number | null {
  try {
    const pid = Number(readFileSync(file, 'utf8'))
    return Number.isInteger(pid) && pid > 1 ? pid : null
  } catch {
    return null
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
