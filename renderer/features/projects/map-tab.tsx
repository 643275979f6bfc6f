/** How a project hangs together: who waits for whom, who shares which network and which volume. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient } from '../../rpc/session.tsx'
import type { ProjectRow, ProjectState } from '../../rpc/views.ts'
import { ErrorNote } from '../../ui/callout.tsx'
import { cx } from '../../ui/cx.ts'
import { Scroll } from '../../ui/scroll.tsx'
import { BOX, layoutMap, type PlacedLine } from './map-layout.ts'

const COLOURS = [2, 4, 5, 3, 6].map((index) => `var(--series-${index})`)

export function MapTab(props: { readonly engine: string; readonly row: ProjectRow; readonly disk: string }) {
  const { engine, row } = props
  const client = useClient()
  const [over, setOver] = useState<string | null>(null)
  const { data, error } = useQuery({
    queryKey: ['map', engine, row.name, props.disk, row.services.map(({ name }) => name).join()],
    queryFn: () => client.projects.map({ engine, name: row.name }),
    placeholderData: keepPreviousData,
  })
  const layout = useMemo(() => (data ? layoutMap(data) : null), [data])
  if (error) return <ErrorNote trouble={failureOf(error)} className="m-5" />
  if (!layout) return null
  if (layout.services.length === 0) return <p className="p-5 text-muted">It has no services yet.</p>
  const states = new Map(row.services.map(({ name, state }) => [name, state]))
  const faint = (...names: readonly string[]) => over !== null && !names.includes(over)
  return (
    <Scroll label="Map" className="overflow-x-auto p-5">
      <svg
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        // It shrinks to fit, but never so far that it cannot be read.
        style={{ width: '100%', minWidth: layout.width * 0.75, maxWidth: layout.width }}
        role="img"
        aria-label={`Map of ${row.name}: ${wordsOf(data)}`}
        className="block text-12"
      >
        {layout.lines.map((line, index) => (
          <Line
            key={`${line.kind} ${line.name}`}
            line={line}
            colour={COLOURS[index % COLOURS.length] ?? ''}
            faint={faint(...line.taps.map(({ service }) => service))}
            services={layout.services[0]?.y ?? 0}
          />
        ))}
        {layout.arcs.map((arc) => (
          <g key={`${arc.from} ${arc.to}`} opacity={faint(arc.from, arc.to) ? 0.2 : 1}>
            <title>{`${arc.from} waits for ${arc.to}`}</title>
            <path d={arc.path} fill="none" stroke="var(--text-muted)" strokeWidth="1.3" />
            <path d={`M${arc.end.x} ${arc.end.y} l-4 7 h8 z`} fill="var(--text-muted)" />
          </g>
        ))}
        {layout.services.map((service) => (
          <g
            key={service.name}
            transform={`translate(${service.x} ${service.y})`}
            opacity={faint(service.name) ? 0.55 : 1}
            onPointerEnter={() => setOver(service.name)}
            onPointerLeave={() => setOver(null)}
          >
            <rect
              width={BOX.width}
              height={BOX.height}
              rx="8"
              fill="var(--raised)"
              stroke={strokeOf(states.get(service.name))}
              strokeWidth="1.5"
            />
            <text x="12" y="21" fill="var(--text)" fontWeight="600">
              {cut(service.name, 17)}
            </text>
            <text x="12" y="39" fill="var(--text-muted)" fontSize="11">
              {cut(imageWords(service.image), 20)}
            </text>
            <title>{`${service.name}: ${service.image}, ${states.get(service.name) ?? 'not there'}`}</title>
          </g>
        ))}
      </svg>
    </Scroll>
  )
}

function Line(props: {
  readonly line: PlacedLine
  readonly colour: string
  readonly faint: boolean
  readonly services: number
}) {
  const { line, colour, services } = props
  const end = line.kind === 'network' ? services : services + BOX.height
  return (
    <g opacity={props.faint ? 0.2 : 1} className={cx('transition-opacity duration-[120ms]')}>
      <text x="0" y={line.y + 4} fill="var(--text-soft)">
        {cut(line.name, 14)}
      </text>
      <text x="0" y={line.y + 18} fill="var(--text-muted)" fontSize="11">
        {line.external ? `${line.kind}, external` : line.kind}
      </text>
      <path
        d={`M${line.from} ${line.y} H${line.to}`}
        stroke={colour}
        strokeWidth="2"
        strokeDasharray={line.kind === 'volume' ? '5 4' : undefined}
      />
      {line.taps.map((tap) => (
        <g key={tap.service}>
          <path d={`M${tap.x} ${line.y} V${end}`} stroke={colour} strokeWidth="1.3" />
          <circle cx={tap.x} cy={line.y} r="3.5" fill={colour} />
        </g>
      ))}
    </g>
  )
}

function strokeOf(state: ProjectState | undefined): string {
  switch (state) {
    case 'running':
      return 'var(--ok)'
    case 'failed':
      return 'var(--bad)'
    case 'unhealthy':
    case 'partial':
    case 'restarting':
    case 'paused':
      return 'var(--warn)'
    case 'starting':
      return 'var(--accent)'
    default:
      return 'var(--line-strong)'
  }
}

function wordsOf(
  map:
    | {
        readonly services: readonly {
          readonly name: string
          readonly dependsOn: readonly string[]
          readonly networks: readonly string[]
          readonly volumes: readonly string[]
        }[]
      }
    | undefined,
): string {
  return (map?.services ?? [])
    .map((service) => {
      const parts = [
        service.dependsOn.length > 0 ? `waits for ${service.dependsOn.join(' and ')}` : '',
        service.networks.length > 0 ? `is on ${service.networks.join(' and ')}` : '',
        service.volumes.length > 0 ? `has ${service.volumes.join(' and ')}` : '',
      ].filter((part) => part !== '')
      return `${service.name} ${parts.join(', ')}`
    })
    .join('; ')
}

function imageWords(image: string): string {
  return image.split('/').at(-1) ?? image
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text
}
