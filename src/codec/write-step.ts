import type avsc from 'avsc'

/** How a field's value is written. */
export const WriteOp = {
  int: 0,
  long: 1,
  float: 2,
  double: 3,
  boolean: 4,
  text: 5,
  symbol: 6,
  numbers: 7,
  numbersByName: 8,
  bytes: 9,
  /** A type that only whole records are written of. */
  other: 10,
} as const

/** A field of a record to be written. */
export interface WriteStep {
  readonly op: number
  readonly name: string
  /** The union's index of null and of the value, in zigzag; -1 where the field is no union. */
  readonly nullIndex: number
  readonly valueIndex: number
  readonly symbols: ReadonlyMap<string, number>
}

/** The fields of a record, in the order in which they are written. */
export function writeSteps(type: avsc.types.RecordType): readonly WriteStep[] {
  return type.fields.map((field) => {
    if (!field.type.typeName.startsWith('union')) {
      return { op: opOf(field.type), name: field.name, nullIndex: -1, valueIndex: -1, symbols: symbolsOf(field.type) }
    }
    const branches = (field.type as avsc.types.UnwrappedUnionType).types
    const nullAt = branches.findIndex((branch) => branch.typeName === 'null')
    const optional = branches.length === 2 && nullAt >= 0
    const value = branches[1 - nullAt]
    return {
      op: optional ? opOf(value) : WriteOp.other,
      name: field.name,
      nullIndex: optional ? nullAt * 2 : -1,
      valueIndex: optional ? (1 - nullAt) * 2 : -1,
      symbols: optional ? symbolsOf(value) : new Map(),
    }
  })
}

function opOf(type: avsc.Type): number {
  if (type.typeName === 'string') return WriteOp.text
  if (type.typeName === 'bytes') return WriteOp.bytes
  if (type.typeName === 'enum') return WriteOp.symbol
  if (type.typeName === 'array') return doubles((type as avsc.types.ArrayType).itemsType, WriteOp.numbers)
  if (type.typeName === 'map') return doubles((type as avsc.types.MapType).valuesType, WriteOp.numbersByName)
  const { int, long, float, double, boolean } = WriteOp
  return ({ int, long, float, double, boolean } as Record<string, number>)[type.typeName] ?? WriteOp.other
}

function doubles(items: avsc.Type, op: number): number {
  return items.typeName === 'double' ? op : WriteOp.other
}

function symbolsOf(type: avsc.Type): ReadonlyMap<string, number> {
  const symbols = type.typeName === 'enum' ? (type as avsc.types.EnumType).symbols : []
  return new Map(symbols.map((symbol, index) => [symbol, index]))
}
