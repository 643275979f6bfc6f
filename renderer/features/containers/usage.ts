/** CPU and memory of the rows in sight: one stream for their ids, one small history each; nothing for the rest. */
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { useClient } from '../../rpc/session.tsx'
import { useStream } from '../../rpc/use-stream.ts'
import type { UsageSample } from '../../rpc/views.ts'

/** Samples kept of a container: a minute, at one a second. */
export const HISTORY = 60

class UsageBoard {
  readonly #samples = new Map<string, readonly UsageSample[]>()
  readonly #listeners = new Set<() => void>()
  #version = 0

  readonly version = (): number => this.#version

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  of(id: string): readonly UsageSample[] {
    return this.#samples.get(id) ?? NONE
  }

  take(samples: readonly UsageSample[]): void {
    for (const sample of samples) {
      this.#samples.set(sample.id, [...this.of(sample.id).slice(-(HISTORY - 1)), sample])
    }
    this.#version += 1
    for (const listener of [...this.#listeners]) listener()
  }

  forget(id: string): void {
    this.#samples.delete(id)
  }
}

const NONE: readonly UsageSample[] = []
const boards = new Map<string, UsageBoard>()

function boardOf(engine: string): UsageBoard {
  const board = boards.get(engine) ?? new UsageBoard()
  boards.set(engine, board)
  return board
}

/** Keeps samples coming for `ids` (running containers in sight). Scrolling settles before the stream is changed. */
export function useUsageStream(engine: string, ids: readonly string[]): void {
  const client = useClient()
  const wanted = useMemo(() => [...new Set(ids)].sort().slice(0, 200).join(','), [ids])
  const [settled, setSettled] = useState(wanted)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(wanted), 150)
    return () => clearTimeout(timer)
  }, [wanted])
  useStream(
    settled === '' ? null : `${engine}|${settled}`,
    (signal) => client.containers.usage({ engine, ids: settled.split(',') }, { signal }),
    (samples) => boardOf(engine).take(samples),
  )
}

/** The history of one container, newest last. Forgotten when it stops, so that a new start begins a new line. */
export function useUsage(engine: string, id: string, running: boolean): readonly UsageSample[] {
  const board = boardOf(engine)
  useEffect(() => {
    if (!running) board.forget(id)
  }, [board, id, running])
  const get = useCallback(() => board.of(id), [board, id])
  const samples = useSyncExternalStore(board.subscribe, get)
  return running ? samples : NONE
}

/** CPU and memory of several containers together, as far as they are sampled; null when none is. */
export function useUsageSum(
  engine: string,
  ids: readonly string[],
): { readonly cpuPercent: number; readonly memoryBytes: number } | null {
  const board = boardOf(engine)
  useSyncExternalStore(board.subscribe, board.version)
  const samples = ids.map((id) => board.of(id).at(-1)).filter((sample) => sample !== undefined)
  if (samples.length === 0) return null
  return {
    cpuPercent: samples.reduce((sum, sample) => sum + sample.cpuPercent, 0),
    memoryBytes: samples.reduce((sum, sample) => sum + sample.memoryBytes, 0),
  }
}
