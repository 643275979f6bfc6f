/** Routes of containers, but for those that stream (container-streams.ts). */
import type { ContainerCreateRequest, ContainerUpdateRequest, WaitCondition } from '../../api/container.ts'
import { EngineError } from '../../errors.ts'
import type { ContainersBackend } from '../backend.ts'
import { CONTAINER_CREATE, CONTAINER_UPDATE } from '../body-shapes.ts'
import {
  answer,
  answerEmpty,
  answerText,
  type Call,
  filters,
  flag,
  jsonBody,
  number,
  param,
} from '../call.ts'
import { checkEndpoints, inspectWithAliases } from '../network-versions.ts'
import type { Route } from '../router.ts'
import { shaped } from '../shape.ts'

/** `/containers/...` without the streams. */
export function containerRoutes(containers: ContainersBackend): Route[] {
  const name = (call: Call) => param(call, 'name')
  return [
    {
      method: 'GET',
      pattern: '/containers/json',
      handler: async (call) => {
        const { query } = call
        const limit = number(query, 'limit') ?? -1
        const text = await containers.list({
          all: flag(query, 'all'),
          limit: limit > 0 ? limit : 0,
          size: flag(query, 'size'),
          filters: filters(query),
        })
        answerText(call, 200, text)
      },
    },
    {
      method: 'POST',
      pattern: '/containers/create',
      handler: async (call) => {
        const request = shaped(await jsonBody(call), CONTAINER_CREATE) as ContainerCreateRequest
        checkEndpoints(call.version, request)
        const created = await containers.create(
          call.query.get('name') || undefined,
          request,
          call.version >= 41 ? (call.query.get('platform') ?? '') : '',
        )
        answer(call, 201, created)
      },
    },
    {
      method: 'POST',
      pattern: '/containers/prune',
      handler: async (call) => answer(call, 200, await containers.prune(filters(call.query))),
    },
    {
      method: 'GET',
      pattern: '/containers/{name}/json',
      handler: async (call) => {
        const container = await containers.inspect(name(call), { size: flag(call.query, 'size') })
        answer(call, 200, inspectWithAliases(call.version, container))
      },
    },
    {
      method: 'POST',
      pattern: '/containers/{name}/start',
      handler: async (call) => {
        await containers.start(name(call))
        answerEmpty(call, 204)
      },
    },
    {
      method: 'POST',
      pattern: '/containers/{name}/stop',
      handler: async (call) => {
        await containers.stop(name(call), stopOptions(call))
        answerEmpty(call, 204)
      },
    },
    {
      method: 'POST',
      pattern: '/containers/{name}/restart',
      handler: async (call) => {
        await containers.restart(name(call), stopOptions(call))
        answerEmpty(call, 204)
      },
    },
    {
      method: 'POST',
      pattern: '/containers/{name}/kill',
      handler: async (call) => {
        await containers.kill(name(call), call.query.get('signal') || 'SIGKILL')
        answerEmpty(call, 204)
      },
    },
    {
      method: 'POST',
      pattern: '/containers/{name}/update',
      handler: async (call) => {
        const request = shaped(await jsonBody(call), CONTAINER_UPDATE) as ContainerUpdateRequest
        answer(call, 200, await containers.update(name(call), request))
      },
    },
    {
      method: 'POST',
      pattern: '/containers/{name}/pause',
      handler: async (call) => {
        await containers.pause(name(call))
        answerEmpty(call, 204)
      },
    },
    {
      method: 'POST',
      pattern: '/containers/{name}/unpause',
      handler: async (call) => {
        await containers.unpause(name(call))
        answerEmpty(call, 204)
      },
    },
    {
      method: 'POST',
      pattern: '/containers/{name}/rename',
      handler: async (call) => {
        await containers.rename(name(call), call.query.get('name') ?? '')
        answerEmpty(call, 204)
      },
    },
    {
      method: 'POST',
      pattern: '/containers/{name}/resize',
      handler: async (call) => {
        const { rows, cols } = size(call)
        await containers.resize(name(call), rows, cols)
        answerEmpty(call, 200)
      },
    },
    {
      method: 'POST',
      pattern: '/containers/{name}/wait',
      handler: async (call) => {
        const condition = call.query.get('condition') || 'not-running'
        if (!['not-running', 'next-exit', 'removed'].includes(condition)) {
          throw new EngineError('invalid', `invalid condition: "${condition}"`)
        }
        const { result } = containers.wait(name(call), condition as WaitCondition, call.signal)
        // The headers tell the client that the wait is armed; only then does it start the container.
        call.response.writeHead(200, { 'Content-Type': 'application/json' })
        call.response.flushHeaders()
        call.response.end(`${JSON.stringify(await result)}\n`)
      },
    },
    {
      method: 'GET',
      pattern: '/containers/{name}/top',
      handler: async (call) =>
        answer(call, 200, await containers.top(name(call), call.query.get('ps_args') ?? '')),
    },
    {
      method: 'DELETE',
      pattern: '/containers/{name}',
      handler: async (call) => {
        const { query } = call
        await containers.remove(name(call), { force: flag(query, 'force'), volumes: flag(query, 'v') })
        answerEmpty(call, 204)
      },
    },
  ]
}

function stopOptions(call: Call): { readonly timeout?: number; readonly signal?: string } {
  const timeout = number(call.query, 't')
  const signal = call.query.get('signal')
  return { ...(timeout === undefined ? {} : { timeout }), ...(signal ? { signal } : {}) }
}

/** A terminal's size. Throws `invalid`. */
export function size(call: Call): { readonly rows: number; readonly cols: number } {
  const rows = number(call.query, 'h')
  const cols = number(call.query, 'w')
  if (rows === undefined || cols === undefined) {
    throw new EngineError('invalid', 'resize needs the numbers h (rows) and w (columns)')
  }
  return { rows, cols }
}
