/** What the Dockerfile of a folder says now, read when the page is shown and when it is come back to. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useClient } from '../../rpc/session.tsx'
import type { BuildInput } from '../../rpc/views.ts'

export interface DiskText {
  readonly loaded: boolean
  /** Null: there is no such file. */
  readonly text: string | null
  /** It was written from here. */
  written(text: string): void
}

export function useDiskText(input: BuildInput | null): DiskText {
  const client = useClient()
  const queries = useQueryClient()
  const folder = input?.source.kind === 'folder' ? input.source.path : null
  const dockerfile = input?.dockerfile.path ?? ''
  const key = ['dockerfile', folder, dockerfile]
  const { data } = useQuery({
    queryKey: key,
    queryFn: async () => (await client.builds.openFolder({ path: folder ?? '', dockerfile })).text,
    enabled: folder !== null,
    staleTime: 0,
    retry: false,
  })
  return {
    loaded: data !== undefined,
    text: data ?? null,
    written: (text) => queries.setQueryData(key, text),
  }
}
