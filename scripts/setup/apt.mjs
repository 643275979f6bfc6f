// Installs Debian packages without letting any of them start a service: Debian's docker.io would start a system
// dockerd, whose bridge and rules no one asked for.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

const POLICY = '/usr/sbin/policy-rc.d'

/** True on Debian, Ubuntu and what is made of them. */
export function hasApt() {
  return existsSync('/usr/bin/apt-get') && existsSync('/etc/debian_version')
}

/**
 * The one command that a person would run for these packages.
 * @param {readonly string[]} packages
 */
export function aptCommand(packages) {
  return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`
}

/**
 * Updates the lists and installs. Gives the error text of apt-get when it fails.
 * @param {readonly string[]} packages
 * @returns {string | undefined}
 */
export function aptInstall(packages) {
  // Exit code 101 means "action forbidden by policy" to invoke-rc.d and deb-systemd-invoke (policy-rc.d(8)).
  const mine = !existsSync(POLICY)
  if (mine) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    return (
      apt(['update']) ??
      apt(['install', '-y', '--no-install-recommends', '-o', 'Dpkg::Use-Pty=0', ...packages])
    )
  } finally {
    if (mine && readFileSync(POLICY, 'utf8').includes('exit 101')) rmSync(POLICY)
  }
}

/**
 * @param {string[]} args
 * @returns {string | undefined}
 */
function apt(args) {
  const result = spawnSync('apt-get', ['-q', ...args], {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (result.status === 0) return undefined
  const said = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim().split('\n').slice(-15).join('\n')
  return `apt-get ${args[0]} ended with ${result.status ?? result.signal}:\n${said}`
}
