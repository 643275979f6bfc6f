/** The systemd units of an engine, as text (systemd.service(5), systemd.socket(5)). Pure. */

/** What units are made for. */
export interface UnitFacts {
  /** Of the system, or of one user's manager. */
  readonly scope: 'system' | 'user'
  /** The program and its arguments, as they are to be called. */
  readonly command: readonly string[]
  /** Where the socket unit listens; only the system's has one. */
  readonly socket: string
  /** Group that may use the socket; null is the owner alone. */
  readonly group: string | null
  /** How long containers may take to stop, in seconds. */
  readonly stopSeconds: number
}

/** A unit by its file's name. */
export interface Unit {
  readonly name: string
  readonly text: string
}

export const SERVICE = 'longshore-engine.service'
export const SOCKET = 'longshore-engine.socket'

/** The service, and for the system the socket that starts it at the first call. */
export function unitsOf(facts: UnitFacts): readonly Unit[] {
  const service = { name: SERVICE, text: serviceText(facts) }
  // A user's engine changes into namespaces of its own as it starts, and would lose what was handed to it.
  return facts.scope === 'user' ? [service] : [service, { name: SOCKET, text: socketText(facts) }]
}

function serviceText({ scope, command, stopSeconds }: UnitFacts): string {
  const system = scope === 'system'
  return section('Unit', [
    'Description=Longshore container engine',
    ...(system
      ? [
          'Wants=network-online.target',
          `After=network-online.target firewalld.service ${SOCKET}`,
          `Requires=${SOCKET}`,
        ]
      : []),
  ])
    .concat(
      section('Service', [
        'Type=exec',
        `ExecStart=${command.map(quoted).join(' ')}`,
        'ExecReload=/bin/kill -HUP $MAINPID',
        'Restart=on-failure',
        'RestartSec=2',
        '# Containers are not the service: they run on when it ends, unless live-restore is off.',
        'KillMode=process',
        'Delegate=yes',
        `TimeoutStopSec=${stopSeconds + 30}`,
        'LimitNOFILE=1048576',
        ...(system
          ? ['LimitNPROC=infinity', 'LimitCORE=infinity', 'TasksMax=infinity', 'OOMScoreAdjust=-500']
          : []),
      ]),
    )
    .concat(section('Install', [`WantedBy=${system ? 'multi-user.target' : 'default.target'}`]))
    .trimStart()
}

function socketText({ socket, group }: UnitFacts): string {
  return section('Unit', ['Description=Longshore container engine, the socket of its API'])
    .concat(
      section('Socket', [
        `ListenStream=${escaped(socket)}`,
        `SocketMode=${group === null ? '0600' : '0660'}`,
        ...(group === null ? [] : [`SocketGroup=${escaped(group)}`]),
        'DirectoryMode=0755',
      ]),
    )
    .concat(section('Install', ['WantedBy=sockets.target']))
    .trimStart()
}

function section(name: string, lines: readonly string[]): string {
  return `\n[${name}]\n${lines.join('\n')}\n`
}

/** One word of a command line: spaces, quotes, `$` and `%` mean themselves. */
function quoted(word: string): string {
  const text = escaped(word).replaceAll('$', '$$$$').replaceAll('\\', '\\\\').replaceAll('"', '\\"')
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `"${text}"`
}

function escaped(text: string): string {
  return text.replaceAll('%', '%%')
}
