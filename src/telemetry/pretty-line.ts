/** A JSON line of a log as one line for people: time of day, level, message, then the rest as name=value; what is no JSON stays as it is. */
export function prettyLine(line: string): string {
  let entry: Record<string, unknown>
  try {
    entry = JSON.parse(line) as Record<string, unknown>
  } catch {
    return line
  }
  const { time, level, msg, err, ...rest } = entry
  const words = [String(time).slice(11, 19), String(level).toUpperCase().padEnd(5), String(msg ?? '')]
  for (const [name, value] of Object.entries(rest)) words.push(`${name}=${plain(value)}`)
  if (typeof err === 'object' && err !== null)
    words.push(`error=${plain((err as { message?: unknown }).message ?? err)}`)
  return `${words.filter((word) => word !== '').join(' ')}\n`
}

/** One line, quoted where it has spaces. */
function plain(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return /^[^\s"]+$/.test(text) ? text : JSON.stringify(text)
}
