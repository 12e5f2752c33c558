import { sendProblem } from '../answering.ts'
import { documented, type Scope } from '../api.ts'
import { notFound } from '../errors.ts'
import { idParams } from '../wire/calls.ts'

/** `/recordings`: nothing records calls yet, so there is none, whoever asks; no `recording_url` leads here either. */
export function recordingRoutes(scope: Scope): void {
  for (const kind of ['call', 'transfer'] as const) {
    const schema = {
      tags: ['Recordings'],
      summary: `The recording of a ${kind}`,
      params: idParams,
      security: [],
      response: documented({}),
    }
    scope.get(`/${kind}/:id`, { schema }, (_request, reply) => sendProblem(reply, notFound('Recording')))
  }
}
