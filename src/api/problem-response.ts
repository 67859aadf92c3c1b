import { Type } from 'typebox'
import { type errors, MillraceError } from '../errors.ts'
import { type FieldProblem, problemOf } from './problem.ts'
import { problemSchema } from './problem-schema.ts'
import type { RejectedInput } from './stream-view.ts'

/** What an error looks like in the reference of the API. */
export interface ProblemExample {
  readonly code: keyof typeof errors
  readonly place: string
  readonly wrong: string
  readonly remedy: string
  readonly errors?: readonly (FieldProblem | RejectedInput)[]
}

/** How a route declares that it answers with a problem, as application/problem+json. */
export function problemResponse(description: string, { code, place, wrong, remedy, errors }: ProblemExample) {
  const problem = problemOf(new MillraceError(code, place, wrong, remedy), '4f5c0b0e-6f5f-4d7a-9a58-0c6f4f1f2a11')
  const example = errors === undefined ? problem : { ...problem, errors }
  const schema = Type.Object(problemSchema.properties, { examples: [JSON.parse(JSON.stringify(example))] })
  return { description, content: { 'application/problem+json': { schema } } }
}

/** The request can't be carried out. */
export const refused = problemResponse('The request is wrong, or what it names is not there.', {
  code: 'MILLRACE_API_UNKNOWN_STREAM',
  place: 'API',
  wrong: "there is no stream 'flight-dely'",
  remedy: "Did you mean 'flight-delay'? The names are: flight-delay",
})

/** The service can't answer now, or failed. */
export const failed = problemResponse('The service can’t answer: at once (`retryable`), or at all.', {
  code: 'MILLRACE_API_NOT_READY',
  place: "stream 'flight-delay'",
  wrong: 'it is replaying (transaction 3 of 20 is replayed)',
  remedy: 'Try again in a moment',
})
