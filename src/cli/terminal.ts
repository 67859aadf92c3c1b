import { stripVTControlCharacters, styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]
type Stream = NodeJS.WriteStream

/** Where a command prints: results to standard output, progress and errors to standard error, colours only where somebody sees them. */
export class Terminal {
  readonly output: Stream
  readonly errors: Stream
  private drawn = 0

  constructor(output: Stream = process.stdout, errors: Stream = process.stderr) {
    this.output = output
    this.errors = errors
  }

  line(text = ''): void {
    this.output.write(`${text}\n`)
  }

  json(value: unknown): void {
    this.line(JSON.stringify(value, null, 2))
  }

  /** Something for people beside the result, which may be piped on. */
  note(text: string): void {
    this.errors.write(`${text}\n`)
  }

  style(style: Style, text: string): string {
    return this.coloured(this.output) ? styleText(style, text, { validateStream: false }) : text
  }

  errorStyle(style: Style, text: string): string {
    return this.coloured(this.errors) ? styleText(style, text, { validateStream: false }) : text
  }

  /** Draws lines over those drawn before; only where `errors` is a terminal. */
  draw(lines: readonly string[], stream: Stream = this.errors): void {
    const width = stream.columns || 80
    const clipped = lines.map((line) => clip(line, width - 1))
    const up = this.drawn > 0 ? `\x1b[${this.drawn}A` : ''
    stream.write(`${up}\r\x1b[J${clipped.map((line) => `${line}\n`).join('')}`)
    this.drawn = clipped.length
  }

  /** What was drawn stays; the next drawing is below it. */
  keep(): void {
    this.drawn = 0
  }

  /** Removes what was drawn. */
  erase(stream: Stream = this.errors): void {
    if (this.drawn > 0) stream.write(`\x1b[${this.drawn}A\r\x1b[J`)
    this.drawn = 0
  }

  private coloured(stream: Stream): boolean {
    return stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
  }
}

/** A line cut to a width; one with colours is left as it is where it is short enough without them. */
function clip(line: string, width: number): string {
  const plain = stripVTControlCharacters(line)
  return plain.length <= width ? line : plain.slice(0, width)
}
