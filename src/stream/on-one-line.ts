/** A definition that stays the same when the lines of an arrow are broken elsewhere. */
export function onOneLine(definition: string): string {
  return definition.replace(/\s+/g, ' ')
}
