// The programs that do the kernel's work and the tests', and the Debian packages that have them.

import { existsSync } from 'node:fs'
import path from 'node:path'

/**
 * @typedef {object} Part
 * @property {string} name what a person calls it
 * @property {string[]} files any one of these will do: a program's name (looked up in PATH) or an absolute path
 * @property {string} debian the package that has it
 * @property {'engine' | 'test' | 'full'} need engine: Longshore's engine; test: `npm test`; full: test:full and bench
 * @property {string} why what does not work without it
 */

/** @type {readonly Part[]} */
export const PARTS = [
  // runc serves too; crun is what the engine is quick with, so it is installed beside a runc that is there.
  part('crun', ['crun'], 'crun', 'engine', 'containers start by runc, which is slower, or not at all'),
  part(
    'conmon',
    ['conmon', '/usr/libexec/podman/conmon'],
    'conmon',
    'engine',
    'containers cannot be supervised',
  ),
  part('iptables', ['iptables'], 'iptables', 'engine', 'containers cannot reach beyond the host'),
  part('ip', ['ip'], 'iproute2', 'engine', 'network namespaces cannot be set up'),
  part('tar', ['tar'], 'tar', 'engine', 'layers cannot be unpacked'),
  part(
    'busybox',
    ['/bin/busybox', '/usr/bin/busybox'],
    'busybox-static',
    'test',
    'there is nothing to make images of',
  ),
  part(
    'docker-registry',
    ['docker-registry'],
    'docker-registry',
    'test',
    'there is no registry to pull from',
  ),
  part('dockerd', ['dockerd'], 'docker.io', 'test', 'there is no oracle to compare with'),
  part('docker', ['docker'], 'docker.io', 'test', 'the docker CLI cannot be tried'),
  part('Chromium', ['chromium', 'google-chrome'], 'chromium', 'test', 'no journey can be made in a browser'),
  part('docker-compose', ['docker-compose'], 'docker-compose', 'test', 'an older Compose cannot be tried'),
  part('skopeo', ['skopeo'], 'skopeo', 'test', 'no other registry client can be tried'),
  part('newuidmap', ['newuidmap'], 'uidmap', 'test', 'engines without root cannot give containers their ids'),
  part(
    'slirp4netns',
    ['slirp4netns', 'pasta'],
    'slirp4netns',
    'test',
    'containers without root reach no network beyond this host',
  ),
  part('podman', ['podman'], 'podman', 'full', 'podman is not measured beside the others'),
  part('mmdebstrap', ['mmdebstrap'], 'mmdebstrap', 'full', 'there is no Debian image to test with'),
]

/**
 * The parts that are needed for `level` and not here.
 * @param {'engine' | 'test' | 'full'} level
 */
export function missingParts(level) {
  const order = ['engine', 'test', 'full']
  return PARTS.filter(
    (part) => order.indexOf(part.need) <= order.indexOf(level) && !part.files.some((file) => isHere(file)),
  )
}

/**
 * @param {string} file a program's name or an absolute path
 */
export function isHere(file) {
  if (path.isAbsolute(file)) return existsSync(file)
  // As a user, /usr/sbin is often not in PATH, but the engine looks there too.
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin']
  return folders.some((folder) => folder !== '' && existsSync(path.join(folder, file)))
}

/**
 * @param {string} name
 * @param {string[]} files
 * @param {string} debian
 * @param {Part['need']} need
 * @param {string} why
 * @returns {Part}
 */
function part(name, files, debian, need, why) {
  return { name, files, debian, need, why }
}
