/** The ports of the run form, each checked while it is typed: who holds it, and a free one near it. */
import { X } from 'lucide-react'
import { useEffect, useEffectEvent, useState } from 'react'
import { useClient } from '../../../rpc/session.tsx'
import type { PortAnswer } from '../../../rpc/views.ts'
import { IconButton } from '../../../ui/button.tsx'
import { TextInput } from '../../../ui/field.tsx'
import { Select } from '../../../ui/select.tsx'
import { nextKey, type PortField } from './run-form.ts'
import { AddLine } from './section.tsx'

export function PortFields(props: {
  readonly engine: string
  readonly ports: readonly PortField[]
  readonly onChange: (ports: readonly PortField[]) => void
  readonly onTaken: (key: number, taken: string | null) => void
}) {
  const { ports, onChange } = props
  const put = (port: PortField) => onChange(ports.map((each) => (each.key === port.key ? port : each)))
  return (
    <>
      {ports.map((port) => (
        <PortLine
          key={port.key}
          engine={props.engine}
          port={port}
          doubled={ports.some(
            (each) =>
              each.key !== port.key &&
              each.hostPort !== '' &&
              each.hostPort === port.hostPort &&
              each.protocol === port.protocol &&
              each.hostIp === port.hostIp,
          )}
          onChange={put}
          onTaken={(taken) => props.onTaken(port.key, taken)}
          onRemove={() => {
            props.onTaken(port.key, null)
            onChange(ports.filter((each) => each.key !== port.key))
          }}
        />
      ))}
      <AddLine
        onAdd={() =>
          onChange([
            ...ports,
            { key: nextKey(), hostIp: '127.0.0.1', hostPort: '', containerPort: '', protocol: 'tcp' },
          ])
        }
      >
        Add port
      </AddLine>
    </>
  )
}

function PortLine(props: {
  readonly engine: string
  readonly port: PortField
  readonly doubled: boolean
  readonly onChange: (port: PortField) => void
  readonly onTaken: (taken: string | null) => void
  readonly onRemove: () => void
}) {
  const { port, doubled } = props
  const client = useClient()
  const [answer, setAnswer] = useState<PortAnswer>({ free: true })
  const hostPort = Number(port.hostPort)
  const checkable = Number.isInteger(hostPort) && hostPort >= 1 && hostPort <= 65535
  const tell = useEffectEvent((next: PortAnswer) => {
    setAnswer(next)
    props.onTaken(next.free ? null : `Port ${port.hostPort} is taken`)
  })
  useEffect(() => {
    if (!checkable) {
      tell({ free: true })
      return
    }
    if (doubled) {
      tell({ free: false, holder: 'another line of this form', suggestion: null })
      return
    }
    const abort = new AbortController()
    const timer = setTimeout(() => {
      client.containers
        .checkPort(
          { engine: props.engine, hostIp: port.hostIp.trim(), hostPort, protocol: port.protocol },
          { signal: abort.signal },
        )
        // Without an answer the engine's own at the start must do.
        .then(tell, () => {})
    }, 200)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [client, props.engine, port.hostIp, port.protocol, hostPort, checkable, doubled])
  const suggestion = answer.free ? null : answer.suggestion
  const name = port.containerPort === '' ? 'new port' : `port ${port.containerPort}`
  return (
    <div className="flex flex-wrap items-center gap-2">
      <TextInput
        mono
        aria-label={`Address of ${name}`}
        placeholder="0.0.0.0"
        value={port.hostIp}
        onChange={(event) => props.onChange({ ...port, hostIp: event.target.value })}
        className="w-32"
      />
      <span className="text-muted">:</span>
      <TextInput
        mono
        inputMode="numeric"
        aria-label={`Port on this machine for ${name}`}
        aria-invalid={!answer.free}
        placeholder="any free"
        value={port.hostPort}
        onChange={(event) => props.onChange({ ...port, hostPort: event.target.value })}
        className="figures w-24"
      />
      <span className="text-muted">to</span>
      <TextInput
        mono
        inputMode="numeric"
        aria-label={`Port of the container, ${name}`}
        placeholder="80"
        value={port.containerPort}
        onChange={(event) => props.onChange({ ...port, containerPort: event.target.value })}
        className="figures w-20"
      />
      <Select
        label={`Protocol of ${name}`}
        value={port.protocol}
        choices={[
          { value: 'tcp', label: 'tcp' },
          { value: 'udp', label: 'udp' },
        ]}
        onChange={(protocol) => props.onChange({ ...port, protocol })}
        className="w-[68px]"
      />
      <IconButton label={`Leave out ${name}`} size="small" onClick={props.onRemove}>
        <X />
      </IconButton>
      {!answer.free && (
        <span role="alert" className="min-w-0 wrap-anywhere text-12 text-bad-text">
          held by {answer.holder}.{' '}
          {suggestion !== null && (
            <button
              type="button"
              onClick={() => props.onChange({ ...port, hostPort: String(suggestion) })}
              className="rounded font-medium text-link hover:underline"
            >
              Use {suggestion}
            </button>
          )}
        </span>
      )}
    </div>
  )
}
