/** A create request and an image -> the definition of a container. Pure, but for the check of bind sources. */
import { hostname } from 'node:os'
import type { ContainerConfig, ContainerCreateRequest, HostConfig } from '../../api/container.ts'
import { EngineError } from '../../errors.ts'
import type { ImageRunConfig } from '../../oci/image-config.ts'
import { signalNumber } from '../../runtime/signals.ts'
import type { ImageRecord } from '../../store/store.ts'
import { checkShared } from '../networks/attachments.ts'
import type { ContainerDefinition } from '../records/container-record.ts'
import { checkHealthConfig, mergeHealth } from './health/health.ts'
import { completeHostConfig, type HostContext } from './host-config.ts'
import { type MountContext, planMounts } from './mounts/plan.ts'
import { parsePort, portWishes } from './ports.ts'

/** Throws `invalid` for what can never work, in Docker's words. */
export function define(
  id: string,
  created: string,
  request: ContainerCreateRequest,
  image: ImageRecord,
  mounts: MountContext,
  context: HostContext,
): { readonly definition: ContainerDefinition; readonly warnings: readonly string[] } {
  const asked = request.HostConfig ?? {}
  const { host, warnings } = completeHostConfig(asked, context)
  checkShared(request, host)
  checkNames(request, host)
  const config = mergeConfig(id, request, image.config.config ?? {}, host.NetworkMode)
  if (config.WorkingDir !== '' && !config.WorkingDir.startsWith('/')) {
    throw new EngineError(
      'invalid',
      `the working directory '${config.WorkingDir}' is invalid, it needs to be an absolute path`,
    )
  }
  for (const spec of Object.keys(config.ExposedPorts ?? {})) parsePort(spec)
  portWishes(config.ExposedPorts, host.PortBindings, host.PublishAllPorts)
  for (const entry of request.Env ?? []) {
    if (entry === '' || entry.startsWith('=')) {
      throw new EngineError('invalid', `invalid environment variable: ${entry}`)
    }
  }
  const definition = {
    id,
    created,
    imageId: image.id,
    diffIds: image.config.rootfs.diff_ids,
    config,
    host,
    mounts: planMounts(host, config.Volumes, mounts),
    networks: Object.fromEntries(
      Object.entries(request.NetworkingConfig?.EndpointsConfig ?? {}).map(([name, settings]) => [
        name,
        settings ?? {},
      ]),
    ),
  }
  return { definition, warnings }
}

/** Throws `invalid` in Docker's words for a name of a host that is not the container's own, and for no signal. */
function checkNames(request: ContainerCreateRequest, host: HostConfig): void {
  if (request.Hostname && host.UTSMode === 'host') {
    throw new EngineError('invalid', 'conflicting options: hostname and the UTS mode')
  }
  for (const [what, name] of [
    ['hostname', request.Hostname],
    ['domainname', request.Domainname],
  ] as const) {
    // HOST_NAME_MAX: the kernel would refuse it at the start.
    if (Buffer.byteLength(name ?? '') > 64) {
      throw new EngineError('invalid', `invalid ${what} "${name}": it is longer than 64 bytes`)
    }
  }
  if (request.StopSignal) signalNumber(request.StopSignal)
}

/** The program and its arguments. */
export function commandOf(config: ContainerConfig): readonly string[] {
  return [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])]
}

function mergeConfig(
  id: string,
  request: ContainerCreateRequest,
  image: ImageRunConfig,
  networkMode: string,
): ContainerConfig {
  const { Entrypoint, Cmd } = mergeCommand(request, image)
  const env = request.Env ?? []
  const named = new Set(env.map((entry) => entry.split('=', 1)[0]))
  const exposed = { ...image.ExposedPorts, ...request.ExposedPorts }
  const bound = request.HostConfig?.PortBindings ?? {}
  for (const spec of Object.keys(bound)) exposed[spec.includes('/') ? spec : `${spec}/tcp`] = {}
  const volumes = { ...image.Volumes, ...request.Volumes }
  const stopSignal = request.StopSignal || image.StopSignal
  if (request.Healthcheck) checkHealthConfig(request.Healthcheck)
  const health = mergeHealth(request.Healthcheck, image.Healthcheck)
  const shell = request.Shell ?? image.Shell
  return {
    Hostname: request.Hostname || (networkMode === 'host' ? hostname() : id.slice(0, 12)),
    Domainname: request.Domainname ?? '',
    ...(request.MacAddress ? { MacAddress: request.MacAddress } : {}),
    User: request.User || image.User || '',
    AttachStdin: request.AttachStdin ?? false,
    AttachStdout: request.AttachStdout ?? false,
    AttachStderr: request.AttachStderr ?? false,
    ...(Object.keys(exposed).length > 0 ? { ExposedPorts: exposed } : {}),
    Tty: request.Tty ?? false,
    OpenStdin: request.OpenStdin ?? false,
    StdinOnce: request.StdinOnce ?? false,
    Env: [...env, ...(image.Env ?? []).filter((entry) => !named.has(entry.split('=', 1)[0]))],
    Cmd,
    ...(health ? { Healthcheck: health } : {}),
    Image: request.Image ?? '',
    Volumes: Object.keys(volumes).length > 0 ? volumes : null,
    WorkingDir: request.WorkingDir || image.WorkingDir || '',
    Entrypoint,
    ...(request.NetworkDisabled ? { NetworkDisabled: true } : {}),
    OnBuild: image.OnBuild ?? null,
    Labels: { ...image.Labels, ...request.Labels },
    ...(stopSignal ? { StopSignal: stopSignal } : {}),
    ...(request.StopTimeout === undefined ? {} : { StopTimeout: request.StopTimeout }),
    ...(shell ? { Shell: shell } : {}),
  }
}

/** An entrypoint in the request drops the image's command; `[""]` drops the image's entrypoint. */
function mergeCommand(
  request: ContainerCreateRequest,
  image: ImageRunConfig,
): { readonly Entrypoint: readonly string[] | null; readonly Cmd: readonly string[] | null } {
  const asked = words(request.Entrypoint)
  const cmd = words(request.Cmd)
  const own = asked !== null && asked.length > 0
  const Entrypoint = own ? (asked.length === 1 && asked[0] === '' ? null : asked) : (image.Entrypoint ?? null)
  const Cmd = cmd && cmd.length > 0 ? cmd : own ? null : (image.Cmd ?? null)
  if ((Entrypoint ?? []).length + (Cmd ?? []).length === 0) {
    throw new EngineError('invalid', 'no command specified')
  }
  return { Entrypoint, Cmd }
}

/** A command may be given as one string. */
function words(value: readonly string[] | string | null | undefined): readonly string[] | null {
  if (value === null || value === undefined) return null
  return typeof value === 'string' ? [value] : value
}
