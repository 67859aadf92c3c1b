import { MillraceError } from '../errors.ts'
import type { RejectedInput } from './stream-view.ts'

/** A field of a request that is wrong, and what would be right. */
export interface FieldProblem {
  readonly field: string
  readonly wrong: string
  readonly allowed?: unknown
}

/** An error as RFC 9457 has it, with the code that callers branch on. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly retryable: boolean
  readonly requestId: string
  readonly errors?: readonly (FieldProblem | RejectedInput)[]
}

interface RequestFault {
  readonly code?: string
  readonly message: string
  readonly statusCode?: number
  readonly validation?: readonly Violation[]
  readonly validationContext?: string
}

interface Violation {
  readonly instancePath: string
  readonly keyword: string
  readonly message?: string
  readonly params: Readonly<Record<string, unknown>>
}

/** What is told of an error; of one that nobody meant to throw no more than that it happened. */
export function problemOf(error: unknown, requestId: string): Problem {
  const fault = error as RequestFault
  const errors = telling(fault.validation)?.map((one) => fieldProblem(one, fault.validationContext ?? 'request'))
  const meant = error instanceof MillraceError ? error : requestError(fault, errors)
  const { code, status, retryable, message: detail, cause } = meant
  const records = code === 'MILLRACE_API_RECORDS' ? (cause as readonly RejectedInput[]) : undefined
  const [, area, ...words] = code.split('_')
  const title = `${area}: ${words.join(' ').toLowerCase()}`
  return {
    type: `urn:millrace:error:${code}`,
    title,
    status,
    detail,
    code,
    retryable,
    requestId,
    errors: errors ?? records,
  }
}

/**
 * Violations that tell something: not 'none of these', for what is wrong for each of them is there too; and of what may
 * be of several types either what is wrong inside of it, or one violation that names them all.
 */
function telling(all: readonly Violation[] | undefined): readonly Violation[] | undefined {
  const unions = new Set(all?.filter(({ keyword }) => keyword === 'anyOf').map(({ instancePath }) => instancePath))
  if (all === undefined || unions.size === 0) return all
  const some = all.filter(({ keyword }) => keyword !== 'anyOf')
  const inner = some.filter(({ keyword, instancePath }) => keyword !== 'type' || !unions.has(instancePath))
  if (inner.length > 0 || some.length === 0) return inner.length > 0 ? inner : all
  const type = some.map(({ params }) => params.type).join(' or ')
  return [{ instancePath: some[0].instancePath, keyword: 'type', message: `must be ${type}`, params: { type } }]
}

/** An error of the HTTP layer in Millrace's own words. */
function requestError(fault: RequestFault, errors: readonly FieldProblem[] | undefined): MillraceError {
  const place = 'request'
  if (errors !== undefined) {
    const wrong = errors.map(({ field, wrong: what }) => `${field} ${what}`).join('; ')
    return new MillraceError('MILLRACE_API_REQUEST', place, wrong, 'Correct the fields that are listed', {
      cause: fault,
    })
  }
  const { statusCode = 500, message } = fault
  if (statusCode === 413) {
    return new MillraceError('MILLRACE_API_TOO_LARGE', place, 'its body is too large', 'Send fewer records at once', {
      cause: fault,
    })
  }
  if (statusCode === 415) {
    return new MillraceError(
      'MILLRACE_API_MEDIA_TYPE',
      place,
      'its body is not declared as JSON',
      "Set the header 'Content-Type: application/json'",
      { cause: fault },
    )
  }
  if (statusCode >= 400 && statusCode < 500) {
    const wrong = message.replace(/\.$/, '').slice(0, 300)
    return new MillraceError('MILLRACE_API_REQUEST', place, wrong, 'Look the route up at /docs', { cause: fault })
  }
  return new MillraceError(
    'MILLRACE_API_INTERNAL',
    place,
    'something went wrong inside of Millrace',
    'Look for its id in the log',
    { cause: fault },
  )
}

function fieldProblem(
  { instancePath, keyword, message = 'is wrong', params }: Violation,
  context: string,
): FieldProblem {
  const inner = params.missingProperty ?? params.additionalProperty
  const path = instancePath.split('/').slice(1)
  const field = [context, ...path, ...(inner === undefined ? [] : [String(inner)])].join('.')
  if (keyword === 'required') return { field, wrong: 'is missing' }
  if (keyword === 'additionalProperties') return { field, wrong: 'is not known here' }
  if (keyword === 'pattern') return { field, wrong: 'is not of the form that /docs shows', allowed: params.pattern }
  const allowed = params.allowedValues ?? params.allowedValue ?? params.limit ?? params.pattern ?? params.type
  const shown = Array.isArray(allowed) ? `: ${allowed.join(', ')}` : ''
  return { field, wrong: `${message}${shown}`, ...(allowed === undefined ? {} : { allowed }) }
}
