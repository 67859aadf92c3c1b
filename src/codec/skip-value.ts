import type avsc from 'avsc'
import type { ByteReader } from './byte-reader.ts'

const deepest = 64

/**
 * Moves the reader over a value of any Avro type. Unlike avsc's own skipping it ends on any bytes: it never reads
 * beyond the value's end, takes no list item of no size, and no nesting deeper than 64.
 */
export function skipValue(type: avsc.Type, reader: ByteReader, depth = 0): void {
  if (depth > deepest) return reader.fail(`a value is nested deeper than ${deepest} levels`)
  switch (type.typeName) {
    case 'null':
      return
    case 'boolean':
      reader.boolean()
      return
    case 'int':
    case 'long':
      reader.long(true)
      return
    case 'float':
      return reader.skip(4)
    case 'double':
      return reader.skip(8)
    case 'bytes':
    case 'string':
      return reader.skip(reader.length())
    case 'fixed':
      return reader.skip((type as avsc.types.FixedType).size)
    case 'enum':
      return skipEnum((type as avsc.types.EnumType).symbols.length, reader)
    case 'record':
    case 'error':
      return skipFields((type as avsc.types.RecordType).fields, reader, depth)
    case 'array':
      return skipBlocks(undefined, (type as avsc.types.ArrayType).itemsType, reader, depth)
    case 'map':
      return skipBlocks('key', (type as avsc.types.MapType).valuesType, reader, depth)
    default:
      return skipUnion((type as avsc.types.UnwrappedUnionType).types, reader, depth)
  }
}

function skipFields(fields: readonly avsc.types.Field[], reader: ByteReader, depth: number): void {
  for (let i = 0; i < fields.length && reader.wrong === undefined; i++) skipValue(fields[i].type, reader, depth + 1)
}

function skipEnum(symbols: number, reader: ByteReader): void {
  const index = reader.long(false)
  if (index < 0 || index >= symbols) reader.fail('an enum has an index without a symbol')
}

function skipUnion(types: readonly avsc.Type[], reader: ByteReader, depth: number): void {
  const index = reader.long(false)
  if (index < 0 || index >= types.length) reader.fail('a union has an index without a type')
  else skipValue(types[index], reader, depth + 1)
}

function skipBlocks(key: 'key' | undefined, items: avsc.Type, reader: ByteReader, depth: number): void {
  while (reader.wrong === undefined) {
    let count = reader.long(false)
    if (count === 0) return
    if (count < 0) {
      count = -count
      reader.length() // the block's size in bytes, which its items must agree with anyway
    }
    for (; count > 0 && reader.wrong === undefined; count--) {
      const before = reader.position
      if (key !== undefined) reader.skip(reader.length())
      skipValue(items, reader, depth + 1)
      if (reader.position === before && reader.wrong === undefined) reader.fail('a list has items of no size')
    }
  }
}
