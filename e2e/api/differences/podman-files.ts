/** Podman 4.3: containers' files, and images made of containers. */
import { cases } from './cases.ts'
export const PODMAN_FILES: Readonly<Record<string, string>> = {
  ...cases(
    'files of containers',
    'podman’s stat has fields of its own, and its archives name folders without a slash',
    [
      'a path is told of by HEAD, and comes as a tar under its own name',
      'folders, their contents alone, links and the root are named as they are asked for',
      'volumes and binds are read and written where the container sees them',
    ],
  ),
  'files of containers > what is not there is said so in Docker’s words':
    'podman’s errors have more fields than Docker’s',
  'files of containers > a read-only root takes nothing, its volumes do':
    'podman writes to what is marked read-only',
  ...cases('hostile files', 'podman’s errors have more fields than Docker’s', [
    'links lead to the container’s own files, never to the host’s',
    'directories and files replace each other only when that is wanted',
  ]),
  'hostile files > names that climb out of the folder are refused, absolute ones are taken inside it':
    'podman takes them inside the folder',
  'hostile files > an archive that is cut changes nothing': 'podman answers 500, and keeps what came',
  'hostile files > devices that reach the host’s disks or memory are refused': 'podman makes them',
  'hostile files > hard links, pipes, odd and long names and marks of layers come back as they went in':
    'podman’s archives name what is in a folder without ./, and not the folder itself',
  ...cases(
    'changes of containers',
    'podman tells folders whose times alone have changed, and files that were put back',
    [
      'a container that was only made has changed nothing',
      'what is added, changed and removed is told once, with the folders above it',
      'renames, replaced folders, and changes that were taken back',
      'whiteouts of the image’s own layers are no changes, and what they hide is added anew',
      'changes are those of a container that runs, too, and the image stays as it is',
    ],
  ),
  'changes of containers > export is the whole root of a container, running or not, without what is mounted':
    'podman calls the export application/octet',
  ...cases('commit', 'podman’s commit wants a body, and makes a layer, a history and events of its own', [
    'changes become a layer on the image, and its config is the container’s',
    'instructions and a body change the config',
    'what cannot be committed is refused',
    'a container that changed nothing adds no layer',
    'history tells of each commit, with the ids of images that are here',
    'an image that others were made of goes after them, and then by itself',
    'a running container is held still meanwhile, unless that is not wanted',
    'files put into a container that never ran are committed, owners and modes too',
  ]),
  ...cases('image archives', 'podman names loaded images localhost/..., and its lines are its own', [
    'several images and names go through an archive, and shared layers once',
    'archives may be compressed in every way that Docker takes',
    'docker archives of other tools are loaded',
    'an archive compressed with zstd is loaded',
    'OCI layouts of other tools are loaded',
    'an import takes a body or an address, compressed or not',
  ]),
  ...cases('image archives', 'podman’s archives of several images are docker archives alone', [
    'every name in an archive is its digest, and saving again gives the same bytes',
    'other tools read the OCI layout of what is saved',
  ]),
  ...cases('volumes', 'podman’s commit wants a body, and its inspect tells sizes and places otherwise', [
    'a new volume has what the image has there from the creation on, owners and modes too',
    'inspect tells sizes when asked, and where the root is',
  ]),
}
