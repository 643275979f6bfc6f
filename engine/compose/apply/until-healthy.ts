/** Waits for health by the engine's events: nothing is asked again and again. */
import { setTimeout as delay } from 'node:timers/promises'
import type { EngineClient } from '../../client/client.ts'
import { EngineError } from '../../errors.ts'

/** Resolves when every named container is healthy. Throws `conflict` when one turns unhealthy, ends, or has no check. */
export async function untilHealthy(
  client: EngineClient,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController()
  const events = await client.events({
    filters: { type: ['container'] },
    signal: AbortSignal.any([signal, over.signal]),
  })
  try {
    // The engine listens by now: what happens after this look is told.
    const waiting = new Set<string>()
    for (const name of names) if (!(await isHealthy(client, name))) waiting.add(name)
    if (waiting.size === 0) return
    for await (const { Type, Action, Actor } of events) {
      const name = Actor.Attributes?.name
      if (Type !== 'container' || name === undefined || !waiting.has(name)) continue
      if (Action === 'health_status: healthy') waiting.delete(name)
      else if (Action === 'health_status: unhealthy') throw unwell(name, 'is unhealthy')
      else if (Action === 'die')
        throw unwell(name, `ended with ${Actor.Attributes?.exitCode ?? 'no code'} before it was healthy`)
      if (waiting.size === 0) return
    }
    throw new EngineError('cancelled', `cancelled while waiting for ${[...waiting].join(', ')}`)
  } finally {
    over.abort()
  }
}

/** Resolves when that time has passed. Throws `conflict` when one of them ends before. */
export async function untilPassed(
  client: EngineClient,
  names: readonly string[],
  seconds: number,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController()
  const either = AbortSignal.any([signal, over.signal])
  const ended = names.map(async (name) => {
    const code = await client.containers.wait(name, either)
    throw unwell(name, `ended with ${code} within ${seconds} s`)
  })
  try {
    await Promise.race([delay(seconds * 1000, undefined, { signal: either }), ...ended])
  } finally {
    over.abort()
    await Promise.allSettled(ended)
  }
}

async function isHealthy(client: EngineClient, name: string): Promise<boolean> {
  const { State } = await client.containers.inspect(name)
  if (!State.Running) throw unwell(name, `is ${State.Status}`)
  if (!State.Health) throw unwell(name, 'has no healthcheck: give it one, or depend on service_started')
  if (State.Health.Status === 'unhealthy') throw unwell(name, 'is unhealthy')
  return State.Health.Status === 'healthy'
}

function unwell(name: string, what: string): EngineError {
  return new EngineError('conflict', `container ${name} ${what}`)
}
