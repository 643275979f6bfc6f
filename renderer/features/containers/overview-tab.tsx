/** What a container is and how it does, at a glance. */
import { formatMemory, formatPercent } from '../../lib/bytes.ts'
import { joinWords } from '../../lib/words.ts'
import { distinctPorts, portAddress } from '../../panels/containers/ports.tsx'
import type { ContainerDetail, ContainerRow } from '../../rpc/views.ts'
import { Age } from '../../ui/age.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Scroll } from '../../ui/scroll.tsx'
import { Sparkline } from '../../ui/sparkline.tsx'
import { useUsage } from './usage.ts'

export function OverviewTab(props: {
  readonly engine: string
  readonly row: ContainerRow
  readonly detail: ContainerDetail | undefined
}) {
  const { row, detail } = props
  const running = row.state.kind === 'running'
  const samples = useUsage(props.engine, row.id, running)
  const last = samples.at(-1)
  const command = [...(detail?.entrypoint ?? []), ...(detail?.command ?? [])]
  const ports = distinctPorts(row.ports)
  return (
    <Scroll label="Overview" className="px-5 py-4">
      {running && (
        <div className="mb-4 grid grid-cols-2 gap-2.5">
          <Card
            title="CPU"
            figure={last ? formatPercent(last.cpuPercent) : '–'}
            values={samples.map((sample) => sample.cpuPercent)}
            color="var(--accent)"
            max={5}
          />
          <Card
            title={
              last && last.memoryLimitBytes > 0
                ? `Memory of ${formatMemory(last.memoryLimitBytes)}`
                : 'Memory'
            }
            figure={last ? formatMemory(last.memoryBytes) : '–'}
            values={samples.map((sample) => sample.memoryBytes)}
            color="var(--ok)"
            max={(last?.memoryBytes ?? 1) * 1.25}
          />
        </div>
      )}
      <Facts>
        {ports.length > 0 && (
          <Fact name="Ports">
            {ports.map((port) => (
              <div key={`${port.hostPort}/${port.protocol}`}>
                {port.protocol === 'tcp' ? (
                  <a
                    href={portAddress(port)}
                    target="_blank"
                    rel="noopener noreferrer"
                    className="rounded font-mono text-12 text-link hover:underline"
                  >
                    {port.hostIp || '0.0.0.0'}:{port.hostPort}
                  </a>
                ) : (
                  <span className="font-mono text-12">
                    {port.hostIp || '0.0.0.0'}:{port.hostPort}
                  </span>
                )}{' '}
                <span className="text-muted">
                  to {port.containerPort}/{port.protocol}
                </span>
              </div>
            ))}
          </Fact>
        )}
        {command.length > 0 && (
          <Fact name="Command">
            <code className="line-clamp-4 wrap-anywhere font-mono text-12" title={joinWords(command)}>
              {joinWords(command)}
            </code>
          </Fact>
        )}
        {detail?.mounts.map((mount) => (
          <Fact
            key={mount.destination}
            name={mount.kind === 'volume' ? 'Volume' : mount.kind === 'bind' ? 'Folder' : 'Memory disk'}
          >
            <code className="break-all font-mono text-12" title={mount.source}>
              {volumeName(mount.source)}
            </code>{' '}
            <span className="text-muted">
              {isUnnamed(mount.source) && 'without a name, '}at {mount.destination}
              {mount.readOnly && ', read only'}
            </span>
          </Fact>
        ))}
        {detail?.networks.map((network) => (
          <Fact key={network.name} name="Network">
            <code className="font-mono text-12">{network.name}</code>{' '}
            <span className="text-muted">
              {[network.address, network.aliases.length > 0 ? `as ${network.aliases.join(', ')}` : '']
                .filter(Boolean)
                .join(', ')}
            </span>
          </Fact>
        ))}
        {detail && (
          <>
            <Fact name="Restart">{restartWords(detail.restartPolicy)}</Fact>
            {detail.user && <Fact name="User">{detail.user}</Fact>}
            {detail.workingDirectory && (
              <Fact name="Works in">
                <code className="font-mono text-12">{detail.workingDirectory}</code>
              </Fact>
            )}
            <Fact name="Host name">
              <code className="font-mono text-12">{detail.hostname}</code>
            </Fact>
          </>
        )}
        <Fact name="Created">
          <Age iso={row.createdAt} ago />
        </Fact>
        {detail && detail.environment.length > 0 && (
          <Fact name="Environment">
            <details>
              <summary className="w-fit rounded text-soft">
                {detail.environment.length === 1 ? '1 variable' : `${detail.environment.length} variables`}
              </summary>
              <ul className="mt-1 font-mono text-12">
                {detail.environment.map((line) => (
                  <li key={line} className="break-all">
                    {line}
                  </li>
                ))}
              </ul>
            </details>
          </Fact>
        )}
      </Facts>
    </Scroll>
  )
}

function Card(props: {
  readonly title: string
  readonly figure: string
  readonly values: readonly number[]
  readonly color: string
  readonly max: number
}) {
  return (
    <div className="rounded-lg border border-line px-3 pb-2 pt-2.5">
      <div className="flex justify-between text-11 text-muted">
        <span>{props.title}</span>
        <span>1 min</span>
      </div>
      <p className="figures text-18 font-semibold">{props.figure}</p>
      <Sparkline
        values={props.values}
        max={props.max}
        color={props.color}
        label={`${props.title} in the last minute`}
        className="h-8"
      />
    </div>
  )
}

function restartWords(policy: string): string {
  const words: Readonly<Record<string, string>> = {
    '': 'never',
    no: 'never',
    always: 'always',
    'on-failure': 'when it fails',
    'unless-stopped': 'unless it was stopped',
  }
  return words[policy] ?? policy
}

/** A volume that the engine named has 64 digits; twelve are enough to know it by. */
function volumeName(source: string): string {
  if (source === '') return 'in memory'
  return isUnnamed(source) ? source.slice(0, 12) : source
}

function isUnnamed(source: string): boolean {
  return /^[0-9a-f]{64}$/.test(source)
}
