/** Routes of containers' files. */
import { Readable } from 'node:stream'
import type { PathStat } from '../../api/container-files.ts'
import { EngineError } from '../../errors.ts'
import type { ContainerFilesBackend } from '../backend.ts'
import { answer, answerEmpty, answerStream, type Call, flag, param } from '../call.ts'
import type { Route } from '../router.ts'

const STAT_HEADER = 'X-Docker-Container-Path-Stat'

/** `/containers/{name}/archive`, `/changes` and `/export`. */
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
