/**
 * What a field of an event can be: Avro's int, long, float and double are 'number', timestamp-millis is 'timestamp'
 * (milliseconds since 1970), string and enum are 'string'. Any of them may be null when `nullable`.
 */
export interface FieldType {
  readonly name: string
  readonly type: 'number' | 'timestamp' | 'boolean' | 'string'
  readonly nullable: boolean
}
