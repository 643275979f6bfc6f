/** Looks at a root from outside: what `engine verify` says. */
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { EngineError } from '../errors.ts'
import { assemble, type DaemonOptions } from './assemble.ts'
import { verifyAll } from './recovery/verify.ts'

/** How often, and after how long, what looks wrong with a running engine is looked at again. */
const LOOKS_AGAIN = 6
const LOOK_PAUSE_MS = 500

/** Looks at the root without changing it: a line for each thing that is wrong or leaked. The engine may be dead. */
export async function verifyRoot(
  options: DaemonOptions,
  how: { readonly deep: boolean; readonly live: boolean },
): Promise<readonly string[]> {
  let lines = await lookAgain(options, how)
  // What a running engine is in the middle of looks wrong for a moment; what is wrong stays so.
  for (let again = 0; how.live && lines.length > 0 && again < LOOKS_AGAIN; again++) {
    await delay(LOOK_PAUSE_MS)
    const still = new Set(await lookAgain(options, how))
    lines = lines.filter((line) => still.has(line))
  }
  return lines
}

/** Beside a running engine what was just there may be gone. */
async function lookAgain(options: DaemonOptions, how: { readonly deep: boolean; readonly live: boolean }) {
  try {
    return await look(options, how)
  } catch (error) {
    if (!how.live) throw error
    return [`it could not be looked at: ${(error as Error).message}`]
  }
}

async function look(
  options: DaemonOptions,
  how: { readonly deep: boolean; readonly live: boolean },
): Promise<readonly string[]> {
  const fresh = !existsSync(options.paths.state)
  if (!existsSync(options.paths.database)) {
    throw new EngineError('not-found', `there is no engine's data in ${options.paths.root}: name its --root`)
  }
  const { db, parts, runtime, directories, rebooted } = await assemble(options)
  try {
    return await verifyAll(parts, directories, { ...how, rebooted })
  } finally {
    await runtime.close()
    db.close()
    if (fresh) await rm(options.paths.state, { recursive: true, force: true })
  }
}
