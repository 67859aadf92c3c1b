/** A copy of plain data that shares nothing with it, for code that may change what it is given. */
export function plainCopy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(plainCopy) as T
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plainCopy(part)])) as T
}
