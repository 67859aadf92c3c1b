import { zstdDecompressSync } from 'node:zlib'
import type { AsyncBuffer, ColumnMetaData, SchemaElement } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import { convert, DEFAULT_PARSERS } from 'hyparquet/src/convert.js'
import { decompressPage } from 'hyparquet/src/datapage.js'
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js'
import { readPlain } from 'hyparquet/src/plain.js'

/** What a Parquet file may hold, as it is read. */
export type ParquetValue = bigint | number | boolean | string | Date | null | undefined

const compressors = { ZSTD: (page: Uint8Array) => zstdDecompressSync(page) }

/**
 * Reads a Parquet column of the most usual kind: flat, without nulls, its pages codes of a dictionary, uncompressed or by
 * Zstandard. A value costs a look into the dictionary and nothing more: several times less than what reads every kind.
 * False for a column of another kind; some values may have been written then.
 */
export async function readDictionaryColumn<T>(
  file: AsyncBuffer,
  column: ColumnMetaData,
  element: SchemaElement,
  rows: number,
  into: { [row: number]: T },
  valueOf: (value: ParquetValue) => T,
): Promise<boolean> {
  const { type, codec, statistics, dictionary_page_offset, data_page_offset, total_compressed_size } = column
  if (statistics?.null_count !== 0n || !(codec === 'ZSTD' || codec === 'UNCOMPRESSED')) return false
  const begin = Number(dictionary_page_offset ?? data_page_offset)
  const buffer = await file.slice(begin, begin + Number(total_compressed_size))
  const reader = { view: new DataView(buffer), offset: 0 }
  const codes = new Int32Array(rows)
  let dictionary: T[] = []
  for (let row = 0; row < rows; ) {
    const { compressed_page_size, uncompressed_page_size, ...header } = parquetHeader(reader)
    const { dictionary_page_header: ofDictionary, data_page_header: ofValues } = header
    const bytes = new Uint8Array(buffer, reader.offset, compressed_page_size)
    reader.offset += compressed_page_size
    const page = decompressPage(bytes, uncompressed_page_size, codec, compressors)
    const at = { view: new DataView(page.buffer, page.byteOffset, page.byteLength), offset: 0 }
    if (ofDictionary !== undefined) {
      const values = readPlain(at, type, ofDictionary.num_values, element.type_length)
      dictionary = Array.from(convert(values, { element, parsers: DEFAULT_PARSERS } as never), valueOf)
    } else if (ofValues !== undefined && ofValues.encoding.endsWith('_DICTIONARY')) {
      const { num_values: count } = ofValues
      if (element.repetition_type !== 'REQUIRED') at.offset += 4 + at.view.getUint32(0, true) // which are null: none
      const width = at.view.getUint8(at.offset++)
      codes.fill(0, 0, count)
      if (width > 0) readRleBitPackedHybrid(at, width, codes.subarray(0, count) as never, page.length - at.offset)
      for (let i = 0; i < count; i++) into[row + i] = dictionary[codes[i]]
      row += count
    } else return false
  }
  return true
}
