/** Podman 4.3 through its Docker-compatible socket: what every engine must do, and networks. */
import { cases } from './cases.ts'

const WORDS = "podman's status codes and words for what is refused are its own"
const SHAPE = 'podman fills fewer fields, or other ones, of what it shows'
const EVENTS = 'podman names its events otherwise, and sends some of them late or not at all'

export const PODMAN_BASICS: Readonly<Record<string, string>> = {
  ...cases('architecture', "podman keeps its runtime's state elsewhere", [
    'a container is one of an OCI runtime, and its parent is no part of the engine',
  ]),
  ...cases('attach', 'podman sends both streams, whichever is asked for', [
    'gives only the streams asked for',
  ]),
  ...cases('attach', 'podman keeps the connection of a refused attach open', [
    'to one that is not there is an error',
  ]),
  ...cases('container create', WORDS, [
    'a name in use is a conflict that names the holder',
    'an image without a command needs one',
    'one that is refused leaves no volume behind',
    'requests that can never work are refused in Docker’s words',
  ]),
  ...cases('container create', SHAPE, [
    'an entrypoint in the request drops the image’s command',
    'answers the id and no warnings, and inspect shows what was asked for',
    'the image gives what the request leaves out',
  ]),
  ...cases('events', EVENTS, [
    'filters choose by container, label, event and type, in both shapes',
    'of a container’s life come in order, with its attributes',
    'of exec, rename, pause and images are named as Docker names them',
    'stream as they happen, with headers before the first',
  ]),
  ...cases('exec', 'podman tells of a detached exec as running for minutes after its end', [
    'detached it runs on its own',
  ]),
  ...cases('exec', WORDS, ['in a container that does not run, or twice, is refused']),
  ...cases('exec', SHAPE, [
    'runs a command beside the container’s, with frames and an exit code',
    'with a terminal is raw, has a first size, and can be resized',
  ]),
  ...cases('image layers', 'podman takes a short name for one of docker.io, and finds no local one by it', [
    'an image of one static program runs, with nothing around it',
  ]),
  ...cases('image layers', 'podman tells of every layer as there already', [
    'what two images share is fetched once and counted once',
  ]),
  ...cases('images', 'podman writes other lines for a pull, and no digest or outcome', [
    'a pull by digest gives that image without a tag',
    'pull reports each layer, the digest and the outcome',
  ]),
  ...cases('images', WORDS, [
    'a registry that is not there is a clear error',
    'an unknown image or tag is an error in the answer, in Docker’s words',
  ]),
  ...cases('images', 'podman removes an image that a container uses when it is forced', [
    'an image in use is not removed',
  ]),
  ...cases('images', SHAPE, [
    'an image is tagged, untagged, and kept while a tag is left',
    'history names each layer',
    'import makes an image of a tar with changes',
    'the list shows tags, digests and sizes, and takes filters',
  ]),
  ...cases('container lifecycle', WORDS, [
    'a command that is not there fails the start with 127 in inspect, one that may not run with 126',
    'a container’s own grace and signal hold when nobody says others',
    'a running container is removed only by force',
    'kill takes a name, a number, and refuses what is no signal',
    'pause holds the process and unpause lets it go on',
    'rename changes the name and nothing else',
    'what a paused container refuses, and what it still does, in Docker’s words',
    'what is so already is 304, what is not there is 404',
  ]),
  ...cases('container lifecycle', "podman holds a container's lock for the whole grace of a stop", [
    'a shorter stop and a rename need not wait for a stop with a long grace',
  ]),
  ...cases('container lifecycle', SHAPE, [
    'created, running, exited: inspect tells each',
    'stop sends the stop signal, then SIGKILL after the grace',
    'top lists the processes',
  ]),
  ...cases('container lifecycle', 'podman waits for the removal and forgets the code', [
    'wait for removal, with AutoRemove, ends with the code when the container is gone',
  ]),
  ...cases('container list', SHAPE, [
    'filters by name, id, label, status, exit code, ancestor, volume, network, before and since',
    'shows running ones, newest first, with the fields that `docker ps` prints',
  ]),
  ...cases('container list', WORDS, ['refuses filters that it does not know']),
  ...cases('logs', WORDS, ['are frames that keep stdout and stderr apart']),
  ...cases('logs', 'podman ends a follow before the last lines', [
    'follow brings new lines and ends with the container',
  ]),
  ...cases('logs', 'podman follows nothing with tail=0', [
    'follow with tail=0 brings only what is new, and a client may go away',
  ]),
  ...cases('logs', 'podman stamps lines by the second', ['tail, since, until and timestamps choose lines']),
  ...cases(
    'namespaces',
    "podman starts it in the host's cgroup namespace on a host with cgroups of version 1",
    ['its cgroups are the top of its own view when that is asked for'],
  ),
  ...cases('kinds of networks', SHAPE, [
    'IPAM options, driver, attachable and the exact name are kept and shown',
  ]),
  ...cases('kinds of networks', 'netavark knows no such option', [
    'a bridge by name, its MTU, and containers that do not reach each other',
    'ports that name no address are published where the network says',
  ]),
  ...cases('kinds of networks', WORDS, [
    'before API 1.44 a container is created with one network at most',
    'what another’s network does not go with is refused',
  ]),
  ...cases('kinds of networks', 'podman has no macvlan of its own without DHCP', [
    'macvlan without a parent: containers have each other',
    'macvlan: containers are on the parent’s wire and find each other by name',
  ]),
  ...cases('kinds of networks', 'API 1.44', [
    'since API 1.44 a container is created with several networks, since 1.48 one is the way out',
  ]),
  ...cases('names of containers', 'podman has no links', [
    'a link calls another by a name of one’s own',
    'a link on the default bridge is a line of the hosts file',
  ]),
  ...cases('names of containers', 'podman answers with names of a domain of its own: c1.dns.podman', [
    'by name, short id, alias and hostname, and not from another network',
    'connected, renamed and disconnected: names follow',
    'one on two networks finds the names of both',
  ]),
  ...cases('names of containers', 'podman writes a hosts file of its own shape', [
    'dns, dns-search, dns-opt and extra hosts are in the files',
    'one that shares another’s network shares its names',
  ]),
  ...cases('networks of one’s own', SHAPE, [
    'a container is on its network alone, with a fixed address and MAC if it asks',
    'a network is made, shown with what was asked, listed by filters and removed',
    'connect and disconnect a running container',
  ]),
  ...cases('networks of one’s own', WORDS, ['what cannot be is refused']),
  ...cases(
    'published ports',
    'under podman a container does not reach ports that the host publishes, and none is had on [::1] alone',
    ['a container reaches itself and others by a published port', 'an IPv6 address alone'],
  ),
  ...cases('published ports', WORDS, [
    'a port that another container has is refused, and free when that is gone',
  ]),
  ...cases('published ports', SHAPE, ['a port that names no address is had on every one of both families']),
  ...cases('published ports', 'podman takes no range of host ports here', ['the first free port of a range']),
  ...cases('networks and their rules', WORDS, [
    'a network that is not there fails the start',
    'what a network cannot give is refused',
  ]),
  ...cases('networks and their rules', EVENTS, ['events tell of networks']),
  ...cases('networks and their rules', SHAPE, ['prune removes what nobody is on, by labels too']),
  ...cases('networks', SHAPE, [
    'a container on the bridge has an address, a route and a resolver',
    'a port in use fails the start, says so, and leaves the container startable',
    'bridge, host and none are there',
  ]),
  ...cases('networks', 'podman calls its default network podman, also where Docker says bridge', [
    'containers reach each other by address',
  ]),
  ...cases('registries', 'podman tells of what it has pulled as "Already exists"', [
    'a guarded one gives its image to those who have an account',
    'one that asks for a token is pulled from',
    'one that has an index of platforms with an attestation is pulled from',
    'one that says 429 is tried again, or its words are passed on',
    'one that sends blobs from another host, which must not see the token is pulled from',
  ]),
  ...cases('registries', 'podman speaks TLS alone when it signs in', [
    'POST /auth says whether an account is right',
  ]),
  ...cases('restart policies', 'podman has removed it before it starts again', [
    'a restart by hand keeps a container that is to be removed at its end',
  ]),
  ...cases('system', SHAPE, [
    '/info counts containers and images',
    '/version says what the CLI prints',
    'GET /_ping carries the headers that clients negotiate by',
    'HEAD /_ping carries the headers that clients negotiate by',
  ]),
  ...cases('system', WORDS, [
    'an unknown path is "page not found"',
    'swarm calls are answered as by an engine outside a swarm',
    'versions that do not fit are refused with what would fit',
  ]),
  ...cases('volumes', WORDS, [
    'are created, inspected, listed and removed',
    'keep their content between containers and cannot go while one uses them',
    'mounts take host paths, tmpfs and the long form',
  ]),
  ...cases('volumes', SHAPE, ['creating twice gives the same one; a bad name or driver is refused']),
  ...cases('attach', 'under podman a client that goes away takes the connection of the other with it', [
    'two clients see the same output, and one going away harms nothing',
  ]),
  ...cases('images', SHAPE, ['a pulled image is inspected as its config says']),
  ...cases(
    'networks and their rules',
    'podman keeps a network as long as it knows a container that was on it',
    ['an internal network has no way out, and its members reach each other'],
  ),
}
