import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { MillraceError } from '../errors.ts'
import { AllowedMethods } from './allowed-methods.ts'
import { problemOf } from './problem.ts'

/** Answers every error as a problem; of a path that is there, another method is told which it takes. Call before the routes are made. */
export function answerErrors(app: FastifyInstance): void {
  const allowed = new AllowedMethods(app)
  app.setErrorHandler(sendProblem)
  app.setNotFoundHandler(({ method, url }, reply) => {
    const path = url.split('?')[0]
    const methods = allowed.of(path)
    const wrong = `there is no ${method} ${path.slice(0, 200)}`
    if (methods.length === 0)
      throw new MillraceError('MILLRACE_API_UNKNOWN_ROUTE', 'API', wrong, 'Look the routes up at /docs')
    void reply.header('allow', methods.join(', '))
    throw new MillraceError('MILLRACE_API_METHOD', 'API', wrong, `Use ${methods.join(' or ')}`)
  })
}

/** Answers a request with what went wrong. */
export function sendProblem(error: FastifyError | Error | unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = problemOf(error, request.id)
  if (problem.status >= 500 && !problem.retryable)
    request.log.error({ err: error, requestId: request.id }, problem.detail)
  void reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem))
}
