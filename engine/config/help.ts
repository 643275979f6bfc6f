/** What `longshore engine help` prints; the settings come from the table of keys. */
import { ALL_KEYS, flagsOf } from './keys.ts'

const TOP = `Usage: longshore engine [command] [flags]

Commands (without one, the engine runs in the foreground):
  stop      ask the engine to end; its containers run on, unless live-restore is off
  status    say whether it answers
  check     say what this host can do
  verify    say whether its data is right and whether anything is leaked
  prune     say what nothing needs (--plan), or remove it (--yes); --images none|dangling|unused,
            --volumes none|anonymous|all, --filter label=NAME, --filter until=24h
  install   make it a service of systemd, started with the machine or at the first call; --user for your own
            manager, --print to see the units first. Other flags become the service's
  uninstall take that back; containers run on
  config    say which settings the flags and the file come to, or what is wrong with them

Flags:
  --root DIR                      where everything is kept (LONGSHORE_ROOT; /var/lib/longshore as root)
  --socket PATH                   a socket to answer on (LONGSHORE_SOCKET; /run/longshore/engine.sock as root)
  --pid-file PATH                 where to write the engine's process id (engine.pid in the root)
  --config-file PATH              settings in JSON (/etc/longshore/daemon.json as root, else in $XDG_CONFIG_HOME)
  --insecure-tcp                  allow TCP without client certificates on addresses of this machine
  --json                          of check, verify and prune: answer JSON
  --deep                          of verify: read every byte

Settings, in the file by their flag's name unless another stands behind it. SIGHUP reads the file again and applies
those marked with *.
`

export function helpText(): string {
  const lines = ALL_KEYS.map(([name, { kind, short, reloadable, help }]) => {
    const flag = flagsOf(name)[0] ?? name
    const way = `  --${flag}${short ? `, -${short}` : ''} ${kind.placeholder}`
    const inFile = flag === name ? '' : ` (${name})`
    return `${way.padEnd(33)} ${help}${inFile}${reloadable ? ' *' : ''}`
  })
  return `${TOP}${lines.join('\n')}\n`
}
