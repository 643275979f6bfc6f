/** Published ports as links. */
import type { PublishedPort } from '../../rpc/views.ts'

/** Where a port answers from this machine: an unspecified address is reached over loopback. */
export function portAddress(port: PublishedPort): string {
  const everywhere = port.hostIp === '' || port.hostIp === '0.0.0.0' || port.hostIp === '::'
  const host = everywhere ? '127.0.0.1' : port.hostIp.includes(':') ? `[${port.hostIp}]` : port.hostIp
  return `http://${host}:${port.hostPort}/`
}

/** One entry for a port that is published on IPv4 and IPv6 alike. */
export function distinctPorts(ports: readonly PublishedPort[]): readonly PublishedPort[] {
  const seen = new Set<string>()
  return ports.filter((port) => {
    const key = `${port.hostPort}>${port.containerPort}/${port.protocol}`
    return port.hostPort > 0 && !seen.has(key) && seen.add(key)
  })
}

export function PortLinks(props: { readonly ports: readonly PublishedPort[] }) {
  return distinctPorts(props.ports).map((port) =>
    port.protocol === 'tcp' ? (
      <a
        key={`${port.hostPort}${port.containerPort}`}
        href={portAddress(port)}
        target="_blank"
        rel="noopener noreferrer"
        tabIndex={-1}
        title={`${port.hostIp || '0.0.0.0'}:${port.hostPort} to ${port.containerPort}/tcp`}
        onClick={(event) => event.stopPropagation()}
        className="mr-2 rounded font-mono text-12 text-link hover:underline"
      >
        {port.hostPort}
      </a>
    ) : (
      <span key={`${port.hostPort}${port.containerPort}u`} className="mr-2 font-mono text-12 text-soft">
        {port.hostPort}/udp
      </span>
    ),
  )
}
