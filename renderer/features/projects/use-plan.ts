/** What is wrong with the texts as they are written, and what an apply of them would do; asked for when the keys rest. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient } from '../../rpc/session.tsx'
import type { Diagnosis, Failure, Intent, PlanAnswer } from '../../rpc/views.ts'

const DIAGNOSE_MS = 200
const PLAN_MS = 450

/** The value after it has stayed the same for so long. */
export function useRested<T>(value: T, milliseconds: number): T {
  const [rested, setRested] = useState(value)
  const key = JSON.stringify(value)
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for the value
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), milliseconds)
    return () => clearTimeout(timer)
  }, [key, milliseconds])
  return rested
}

type Texts = Readonly<Record<string, string>>

/** `disk` stands for the files as they are: a change there asks again. */
export function useDiagnosis(
  engine: string,
  name: string,
  texts: Texts,
  disk: string,
  enabled: boolean,
): { readonly diagnosis: Diagnosis | undefined; readonly failure: Failure | null } {
  const client = useClient()
  const rested = useRested(texts, DIAGNOSE_MS)
  const { data, error } = useQuery({
    queryKey: ['diagnosis', engine, name, rested, disk],
    queryFn: () => client.projects.diagnose({ engine, name, texts: rested }),
    placeholderData: keepPreviousData,
    enabled,
    gcTime: 10_000,
  })
  return { diagnosis: data, failure: error ? failureOf(error) : null }
}

export interface Planning {
  readonly answer: PlanAnswer | undefined
  /** It is of texts or of an engine that have changed since. */
  readonly old: boolean
  readonly failure: Failure | null
  readonly again: () => void
}

/** `world` stands for the state of the project's containers: a change there makes another plan. */
export function usePlan(
  engine: string,
  name: string,
  texts: Texts,
  intent: Intent,
  world: string,
  enabled: boolean,
): Planning {
  const client = useClient()
  const rested = useRested({ texts, world }, PLAN_MS)
  const { data, error, isPlaceholderData, isFetching, refetch } = useQuery({
    queryKey: ['plan', engine, name, rested, intent],
    queryFn: () => client.projects.plan({ engine, name, texts: rested.texts, intent }),
    placeholderData: keepPreviousData,
    enabled,
    gcTime: 10_000,
    retry: false,
  })
  const behind = JSON.stringify(rested) !== JSON.stringify({ texts, world })
  return {
    answer: data,
    old: behind || isPlaceholderData || isFetching,
    failure: error ? failureOf(error) : null,
    again: () => void refetch(),
  }
}
