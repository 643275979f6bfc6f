/** Names of containers: the rule for them, and names for those who give none. */
import { randomInt } from 'node:crypto'
import { EngineError } from '../../errors.ts'

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/

/** Without a leading slash. Throws `invalid` in Docker's words. */
export function checkName(name: string): string {
  const bare = name.replace(/^\//, '')
  if (!NAME.test(bare)) {
    throw new EngineError(
      'invalid',
      `Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`,
    )
  }
  return bare
}

/** A name as `calm_lighthouse` that `taken` does not know; with a digit once those run out. */
export function generateName(taken: (name: string) => boolean): string {
  for (let attempt = 0; ; attempt++) {
    const name = `${pick(MANNERS)}_${pick(HARBOUR)}${attempt < 6 ? '' : randomInt(10)}`
    if (!taken(name)) return name
    if (attempt > 1000) throw new EngineError('conflict', 'no free name was found: give one')
  }
}

function pick(words: readonly string[]): string {
  return words[randomInt(words.length)] ?? words[0] ?? ''
}

const MANNERS: readonly string[] = (
  'able agile airy amber ample apt balmy blithe bold brave breezy bright brisk calm candid careful cheery civil ' +
  'clear clever coastal cosy crisp curious daring deft dewy eager early easy even fair faithful famous fleet fond ' +
  'free fresh gallant gentle glad golden graceful grand handy happy hardy hearty honest humble jolly jovial keen ' +
  'kind lively loyal lucid lucky mellow merry mild modest neat nimble noble novel open patient placid plucky polite ' +
  'prompt proud quick quiet ready robust rosy royal salty sandy serene sharp shiny silver sincere sleek smart snug ' +
  'sober solid spry stable steady still stout sturdy sunny swift tender thrifty tidy tranquil trim trusty upbeat ' +
  'valiant vivid warm wary willing windy wise witty young zesty'
).split(' ')

const HARBOUR: readonly string[] = (
  'anchor anchovy atoll ballast barge barnacle bay beacon bollard bosun bow breaker breeze brig buoy cabin canal ' +
  'cape captain capstan cargo channel chart clam clipper coast cod compass coral cove crab crane crew current cutter ' +
  'deck dinghy dock dolphin dory drifter dune ebb eel estuary fathom ferry fjord fleet flounder foam frigate galley ' +
  'gangway gannet gull gulf gunwale haddock halyard harbour hawser heron herring hull inlet island jetty keel kelp ' +
  'ketch lagoon lantern ledger lighthouse limpet lobster lugger mackerel mariner marlin mast mooring mussel narwhal ' +
  'oar octopus orca otter oyster paddle pelican pier pilot plover port puffin quay raft reef rigging rudder sail ' +
  'salmon schooner seal shanty shoal shore skiff skipper sloop sound spinnaker squall starfish stern strait surf ' +
  'tern tide tiller trawler tug turtle vessel voyage walrus wave whale wharf winch yacht yawl'
).split(' ')
