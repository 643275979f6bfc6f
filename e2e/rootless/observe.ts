/** Short reads of a container's state and words. */
import { streamText } from '../fixtures/frames.ts'
import type { Client } from '../fixtures/http.ts'

/** The part of inspect's State that the tests here read. */
export interface State {
  readonly Running: boolean
  readonly Pid: number
  readonly ExitCode: number
}

export async function stateOf(api: Client, id: string): Promise<State> {
  return (await api.get(`/containers/${id}/json`)).json<{ State: State }>().State
}

/** What it wrote to stdout so far. */
export async function logOf(api: Client, id: string): Promise<string> {
  return streamText((await api.get(`/containers/${id}/logs?stdout=1`)).body, 1)
}
