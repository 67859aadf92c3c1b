import type { Timestamp } from 'millrace'
import type { FieldsBySchema } from '../../src/stream/build-graph.ts'
import type { FieldType } from '../../src/stream/field-type.ts'

// Two kinds of events for tests: visits to shops, and what became of them.

declare module 'millrace' {
  interface Schemas {
    'visit.avsc': {
      id: string
      at: Timestamp
      shop: string | null
      amount: number | null
      member: boolean
      kind: string
    }
    'outcome.avsc': {
      id: string
      at: Timestamp
      sold: boolean
      price: number | null
      reason: string | null
    }
  }
}

function field(name: string, type: FieldType['type'], nullable = false): FieldType {
  return { name, type, nullable }
}

export const visitSchemas: FieldsBySchema = {
  'visit.avsc': [
    field('id', 'string'),
    field('at', 'timestamp'),
    field('shop', 'string', true),
    field('amount', 'number', true),
    field('member', 'boolean'),
    field('kind', 'string'),
  ],
  'outcome.avsc': [
    field('id', 'string'),
    field('at', 'timestamp'),
    field('sold', 'boolean'),
    field('price', 'number', true),
    field('reason', 'string', true),
  ],
}

export const visitInputs = {
  visits: { topic: 'visits', schema: 'visit.avsc', key: 'id', time: 'at' },
  outcomes: { topic: 'outcomes', schema: 'outcome.avsc', key: 'id', time: 'at' },
} as const

/** A record of an input, with its arrival. */
export interface Arrived {
  readonly input: 'visits' | 'outcomes'
  readonly record: object
  readonly arrival: number
}

/** A visit that arrives when it happens, unless told otherwise. */
export function visit(id: string, at: number, more: Record<string, unknown> = {}): Arrived {
  const { arrival = at, ...fields } = more
  const record = { id, at, shop: 'a', amount: 1, member: false, kind: 'start', ...fields }
  return { input: 'visits', record, arrival: arrival as number }
}

/** An outcome that arrives when it happens, unless told otherwise. */
export function outcome(id: string, at: number, sold: boolean, more: Record<string, unknown> = {}): Arrived {
  const { arrival = at, ...fields } = more
  const record = { id, at, sold, price: null, reason: null, ...fields }
  return { input: 'outcomes', record, arrival: arrival as number }
}
