/** Results that clients fetch by a request of their own while the build waits for them. */
import type { TarReceiver } from '../../../builder/request.ts'
import { EngineError } from '../../../errors.ts'

interface Slot {
  readonly tar: PromiseWithResolvers<AsyncIterable<Uint8Array>>
  readonly read: PromiseWithResolvers<void>
  taken: boolean
}

export class StreamedOutputs {
  readonly #builds = new Map<string, Map<number, Slot>>()

  /** Where output `index` of a build goes: to whoever reads it. The build waits until it was read. */
  receiver(id: string, index: number): TarReceiver {
    const slots = this.#builds.get(id) ?? new Map<number, Slot>()
    this.#builds.set(id, slots)
    const slot: Slot = { tar: Promise.withResolvers(), read: Promise.withResolvers(), taken: false }
    // A build may end without anybody waiting.
    slot.tar.promise.catch(() => {})
    slot.read.promise.catch(() => {})
    slots.set(index, slot)
    return (tar) => {
      slot.tar.resolve(tar)
      return slot.read.promise
    }
  }

  /** The tar, as soon as there is one. Throws `not-found`, or `conflict` when somebody has it already. */
  async read(id: string, index: number): Promise<AsyncIterable<Uint8Array>> {
    const slot = this.#builds.get(id)?.get(index)
    if (!slot) throw new EngineError('not-found', `build ${id} has no output ${index} to be fetched`)
    if (slot.taken) throw new EngineError('conflict', `output ${index} of build ${id} was fetched already`)
    slot.taken = true
    return passOn(await slot.tar.promise, slot)
  }

  /** The build has ended, or is to: nobody waits any longer. */
  close(id: string): void {
    for (const slot of this.#builds.get(id)?.values() ?? []) {
      slot.tar.reject(new EngineError('not-found', `build ${id} ended without this output`))
      slot.read.reject(new EngineError('cancelled', 'nobody fetched the result'))
    }
    this.#builds.delete(id)
  }
}

async function* passOn(tar: AsyncIterable<Uint8Array>, slot: Slot): AsyncGenerator<Uint8Array> {
  try {
    yield* tar
    slot.read.resolve()
  } finally {
    slot.read.reject(new EngineError('cancelled', 'whoever fetched the result went away'))
  }
}
