/** Routes of exec, but for its start (container-streams.ts). */
import type { ExecCreateRequest, ExecStartRequest } from '../../api/exec.ts'
import type { ExecsBackend } from '../backend.ts'
import { EXEC_CREATE } from '../body-shapes.ts'
import { answer, answerEmpty, jsonBody, param, parseBody } from '../call.ts'
import type { Route } from '../router.ts'
import { shaped } from '../shape.ts'
import { size } from './containers.ts'

export function execRoutes(execs: ExecsBackend): Route[] {
  return [
    {
      method: 'POST',
      pattern: '/containers/{name}/exec',
      handler: async (call) => {
        const request = shaped(await jsonBody(call), EXEC_CREATE) as ExecCreateRequest
        answer(call, 201, await execs.create(param(call, 'name'), request))
      },
    },
    {
      method: 'POST',
      pattern: '/exec/{id}/resize',
      handler: async (call) => {
        const { rows, cols } = size(call)
        await execs.resize(param(call, 'id'), rows, cols)
        answerEmpty(call, 200)
      },
    },
    {
      method: 'GET',
      pattern: '/exec/{id}/json',
      handler: (call) => answer(call, 200, execs.inspect(param(call, 'id'))),
    },
  ]
}

/** The body of an exec's start; an empty one asks for nothing special. Throws `invalid`. */
export function parseExecStart(body: string): ExecStartRequest {
  return body.trim() === '' ? {} : parseBody<ExecStartRequest>(body)
}
