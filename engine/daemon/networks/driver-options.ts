/** Options of network drivers, in Docker's names, as settings. Pure. */
import type { NetworkCreateRequest } from '../../api/network.ts'
import { EngineError } from '../../errors.ts'
import type { NetworkDefinition } from '../../network/network.ts'

const BRIDGE = 'com.docker.network.bridge.'
const MTU = 'com.docker.network.driver.mtu'
/** IFNAMSIZ without its end. */
const LINK_LENGTH = 15

type LinkSettings = Pick<
  NetworkDefinition,
  'driver' | 'link' | 'mode' | 'ownsLink' | 'mtu' | 'icc' | 'masquerade' | 'hostBinding'
>

/** What of a network its driver and options say. Throws `not-found` for a driver that there is not. */
export function linkOptions(
  request: NetworkCreateRequest,
  id: string,
  linkExists: (name: string) => boolean,
): LinkSettings {
  const driver = request.Driver || 'bridge'
  const options = request.Options ?? {}
  switch (driver) {
    case 'bridge':
      return bridgeOptions(options, id, linkExists)
    case 'macvlan':
    case 'ipvlan':
      return vlanOptions(driver, options, id, linkExists)
    case 'host':
    case 'null':
      throw new EngineError('forbidden', `only one instance of "${driver}" network is allowed`)
    case 'overlay':
      throw new EngineError(
        'unavailable',
        'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
      )
    default:
      throw new EngineError('not-found', `plugin "${driver}" not found`)
  }
}

function bridgeOptions(
  options: Readonly<Record<string, string>>,
  id: string,
  linkExists: (name: string) => boolean,
): LinkSettings {
  const named = options[`${BRIDGE}name`] ?? ''
  if (named.length > LINK_LENGTH || /[\s/:%]/.test(named)) {
    throw new EngineError(
      'invalid',
      `invalid bridge name "${named}": the name of an interface has at most ${LINK_LENGTH} characters and none of / : % or space`,
    )
  }
  const link = named || `br-${id.slice(0, 12)}`
  return {
    driver: 'bridge',
    link,
    mode: '',
    // A bridge that somebody made is used and left.
    ownsLink: !linkExists(link),
    mtu: mtuOf(options, 1500),
    icc: flagOf(options, `${BRIDGE}enable_icc`, true),
    masquerade: flagOf(options, `${BRIDGE}enable_ip_masquerade`, true),
    hostBinding: options[`${BRIDGE}host_binding_ipv4`] || '0.0.0.0',
  }
}

function vlanOptions(
  driver: 'macvlan' | 'ipvlan',
  options: Readonly<Record<string, string>>,
  id: string,
  linkExists: (name: string) => boolean,
): LinkSettings {
  const modes = driver === 'macvlan' ? ['bridge', 'private', 'vepa', 'passthru'] : ['l2', 'l3', 'l3s']
  const mode = options[`${driver}_mode`] || (modes[0] ?? '')
  if (!modes.includes(mode)) {
    throw new EngineError(
      'invalid',
      `requested ${driver} mode '${mode}' is not valid, '${modes[0]}' mode is the ${driver} driver default`,
    )
  }
  const parent = options.parent ?? ''
  if (parent !== '' && !linkExists(parent)) {
    throw new EngineError('invalid', `the parent interface ${parent} of the network is not on this host`)
  }
  return {
    driver,
    // Without a parent the containers have each other, and nothing else.
    link: parent || `dm-${id.slice(0, 12)}`,
    mode,
    ownsLink: parent === '',
    mtu: mtuOf(options, 0),
    icc: true,
    masquerade: false,
    hostBinding: '',
  }
}

function mtuOf(options: Readonly<Record<string, string>>, absent: number): number {
  const text = options[MTU]
  if (text === undefined || text === '') return absent
  const mtu = /^\d+$/.test(text) ? Number(text) : -1
  if (mtu >= 68 && mtu <= 65_535) return mtu
  throw new EngineError(
    'invalid',
    `failed to parse ${MTU} value: ${text} (a number of bytes from 68 to 65535)`,
  )
}

function flagOf(options: Readonly<Record<string, string>>, name: string, absent: boolean): boolean {
  const text = options[name]
  if (text === undefined || text === '') return absent
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false
  throw new EngineError(
    'invalid',
    `failed to parse ${name} value: ${text} (strconv.ParseBool: parsing "${text}": invalid syntax)`,
  )
}
