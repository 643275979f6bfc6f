/** What this host can and cannot do for the embedded engine, each with its remedy. */
import { useQuery } from '@tanstack/react-query'
import { CircleCheck, TriangleAlert } from 'lucide-react'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient } from '../../rpc/session.tsx'
import { ErrorNote } from '../../ui/callout.tsx'
import { groupChecks } from './host-groups.ts'

export function HostChecks() {
  const client = useClient()
  const checks = useQuery({ queryKey: ['host-check'], queryFn: () => client.engines.checkHost() })
  if (checks.error) return <ErrorNote trouble={failureOf(checks.error)} />
  if (!checks.data) return null
  return (
    <ul
      aria-label="What this host can do"
      className="flex flex-col gap-3.5 rounded-panel border border-line bg-raised px-[18px] py-4"
    >
      {groupChecks(checks.data).map((group) => (
        <li key={group.title} className="flex items-start gap-2.5">
          {group.ok ? (
            <CircleCheck role="img" aria-label="works" className="mt-0.5 size-4 shrink-0 text-ok-text" />
          ) : (
            <TriangleAlert
              role="img"
              aria-label="does not work"
              className="mt-0.5 size-4 shrink-0 text-warn-text"
            />
          )}
          <span className="shrink-0 font-medium">{group.title}</span>
          <span className="ml-auto min-w-0 break-words pl-6 text-right text-muted">
            {group.ok
              ? group.by
              : group.wrong.map((check) => (
                  <span key={check.name} className="block">
                    {check.name}: {check.detail}
                    {check.remedy && <span className="block text-soft">{check.remedy}</span>}
                  </span>
                ))}
          </span>
        </li>
      ))}
    </ul>
  )
}
