import type { EventField } from './event-schema.ts'

const kinds: Readonly<Record<EventField['avro'], string>> = {
  int: 'a whole number from -2147483648 to 2147483647',
  long: 'a whole number from -9007199254740991 to 9007199254740991',
  float: 'a number',
  double: 'a number',
  boolean: 'true or false',
  string: 'a string',
  enum: 'a symbol',
  'timestamp-millis': 'milliseconds since 1970, or an ISO 8601 date and time with its zone, from the year 1900 on',
}

/** What a field of a plain record may be: the symbols of an enum, else in words. */
export function allowedValues({ avro, symbols, nullable }: EventField): string | readonly (string | null)[] {
  if (avro === 'enum') return nullable ? [...symbols, null] : symbols
  return nullable ? `${kinds[avro]}, or null` : kinds[avro]
}
