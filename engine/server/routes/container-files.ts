/** Routes of containers' files. */
import { Readable } from 'node:stream'
import type { ContainerConfig } from '../../api/container.ts'
import type { PathStat } from '../../api/container-files.ts'
import { EngineError } from '../../errors.ts'
import type { ContainerFilesBackend } from '../backend.ts'
import { CONTAINER_CONFIG } from '../body-shapes.ts'
import { answer, answerEmpty, answerStream, type Call, flag, jsonBodyOrNull, param } from '../call.ts'
import type { Route } from '../router.ts'
import { shaped } from '../shape.ts'

const STAT_HEADER = 'X-Docker-Container-Path-Stat'

/** `/containers/{name}/archive`, `/changes` and `/export`, and `/commit`. */
export function containerFileRoutes(files: ContainerFilesBackend): Route[] {
  const name = (call: Call) => param(call, 'name')
  return [
    {
      method: 'HEAD',
      pattern: '/containers/{name}/archive',
      handler: async (call) => {
        const stat = await files.stat(name(call), path(call))
        call.response.setHeader(STAT_HEADER, encoded(stat))
        answerEmpty(call, 200)
      },
    },
    {
      method: 'GET',
      pattern: '/containers/{name}/archive',
      handler: async (call) => {
        const { stat, tar } = await files.read(name(call), path(call))
        call.response.setHeader(STAT_HEADER, encoded(stat))
        await answerStream(call, 'application/x-tar', Readable.from(tar, { objectMode: false }))
      },
    },
    {
      method: 'PUT',
      pattern: '/containers/{name}/archive',
      handler: async (call) => {
        const { query, request } = call
        const options = {
          noOverwriteDirNonDir: flag(query, 'noOverwriteDirNonDir'),
          copyUidGid: flag(query, 'copyUIDGID'),
        }
        await files.write(name(call), path(call), options, request)
        answerEmpty(call, 200)
      },
    },
    {
      method: 'GET',
      pattern: '/containers/{name}/changes',
      handler: async (call) => answer(call, 200, await files.changes(name(call))),
    },
    {
      method: 'POST',
      pattern: '/commit',
      handler: async (call) => {
        const { query } = call
        const text = (name: string) => query.get(name) ?? ''
        const body = await jsonBodyOrNull(call)
        const container = text('container')
        if (container === '') throw new EngineError('invalid', 'invalid name or ID supplied: ""')
        const made = await files.commit({
          container,
          repo: text('repo'),
          tag: text('tag'),
          comment: text('comment'),
          author: text('author'),
          pause: flag(query, 'pause', true),
          changes: query.getAll('changes'),
          config: body && (shaped(body, CONTAINER_CONFIG) as Partial<ContainerConfig>),
        })
        answer(call, 201, made)
      },
    },
    {
      method: 'GET',
      pattern: '/containers/{name}/export',
      handler: async (call) => {
        const tar = await files.export(name(call))
        await answerStream(call, 'application/octet-stream', Readable.from(tar, { objectMode: false }))
      },
    },
  ]
}

function path({ query }: Call): string {
  const value = query.get('path') ?? ''
  // dockerd's words; the missing blank is theirs.
  if (value === '') throw new EngineError('invalid', 'bad parameter: pathcannot be empty')
  return value
}

function encoded(stat: PathStat): string {
  return Buffer.from(JSON.stringify(stat)).toString('base64')
}
