/** Podman 4.3 through its Docker-compatible socket. */
import { PODMAN_FILES } from './podman-files.ts'
import { PODMAN_LIFE } from './podman-life.ts'

const all = (suite: string, why: string, cases: readonly string[]) =>
  Object.fromEntries(cases.map((each) => [`${suite} > ${each}`, why]))

export const PODMAN: Readonly<Record<string, string>> = {
  ...PODMAN_FILES,
  ...PODMAN_LIFE,
  'disk usage > images, containers and volumes with their bytes':
    'podman tells no size of all layers together',
  'disk usage > layers that images share are counted once': 'podman tells no size of all layers together',
  'disk usage > of chosen types alone, since API 1.42': 'API 1.42',
  'disk usage > a builder without a cache has nothing to prune': 'podman has no such call',
  'api versions > 1.42 to 1.51 are spoken, with what changed in them': 'API 1.42',
  'api versions > /v1.99 is refused': 'podman takes any version',
  'api versions > /v2.0 is refused': 'podman has an API of its own there',
  'api versions > /v0.9 is refused': 'podman takes any version',
  'system > /info says what the host can hold': 'podman names its runtime otherwise',
  ...all('push', "podman's push has lines and errors of its own, and keeps no digest of what was pushed", [
    'a pulled image is pushed with the lines of each layer and the digest at the end',
    'what was pulled goes out byte for byte, whatever its media types',
    'a blob that another repository of the registry has is mounted from there',
    'without a tag, every tag of the repository goes',
    'an imported image is pushed compressed, the same each time, and comes back the same',
    'a push that is cut goes on, and the registry has every byte',
    'a loaded image is pushed compressed',
    'a push that fails leaves nothing behind',
    'a registry that wants an account says so in Docker’s words',
    'an image that is not there is an error in the lines',
    'a push is told as an event',
    'since API 1.46 a platform may be asked for, and must be the image’s',
  ]),
  ...all('distribution', 'podman has no such call', [
    'an index is described with its platforms, without a pull',
    'a single image is described with the platform of its config',
    'what is not there or not for everybody is an error',
  ]),
  ...all('registries with certificates', "podman's push has lines of its own, and no digest at the end", [
    'on this machine any certificate will do',
    'elsewhere an unknown authority is refused, and a known one taken',
    'a client’s certificate is shown to who asks for one',
  ]),
  ...all('platforms', "podman's pull ends without a status, and it keeps one platform of an image", [
    'one that the image is not made for is refused, saying for which it is',
    'another than this machine’s is pulled when asked for',
    'a single image for another platform comes with a warning',
    'a container is made of the platform asked for, or refused',
    'several stand under one name, and the one that runs here is meant by it',
    'since API 1.47 a list tells what each name stands for',
    'since API 1.48 an image that was here with other layers is counted as well',
    'since API 1.48 inspect and history take a platform',
    'since API 1.50 one platform is removed and the name stays',
    'removing the name removes every platform',
    'a name goes out whole when all of it is here, and else what is here',
  ]),
  ...all(
    'removing images',
    "podman's pull ends without a status, and it words conflicts and lists what it removed otherwise",
    [
      'the last name takes the image along, with its digest',
      'by id, one with names in two repositories must be forced',
      'by id, several tags in one repository',
      'a stopped container stands against it, unless forced',
      'a running container stands against it always, and its name can still be taken',
      'one that is not there is 404 in Docker’s words',
      'a name is moved by tagging, and what loses its last one is dangling',
      'wrong names of a tag are refused',
      'prune takes what has no name; asked for all, what no container uses',
    ],
  ),
  ...all('what images tell', 'podman has other fields, patterns and events of images', [
    'inspect has each field that clients of API 1.41 read',
    'what has no name is called <none> before API 1.43, and nothing after',
    'lists take patterns, labels, times and other images as bounds',
    'each thing that happens to an image is told',
    'since API 1.42 shared sizes are counted when asked for',
  ]),
  ...all('pulls', "podman's pull ends without a status", [
    'a layer that is cut is read on from there',
    'two pulls of the same image download it once',
    'the old format is refused, saying what it is',
    'a foreign layer is taken from a registry that has it, else said to be one',
    'removing an image while containers are made of it leaves whole containers or none',
  ]),
  'event filters > by type, of every kind that an engine has': 'podman 4.3 tells no events of networks',
  'event filters > by object, label, scope and several at once': 'podman 4.3 tells no events of networks',
  'event filters > what is no filter is refused': 'podman passes over a filter that it does not know',
}
