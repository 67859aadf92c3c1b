import { MillraceError } from '../errors.ts'

/** The clients that follow a topic, up to a bound; all are ended when the API closes. */
export class Followers {
  private readonly most: number
  private readonly onCount: (count: number) => void
  private readonly ends = new Set<() => void>()
  private closed = false

  constructor(most: number, onCount: (count: number) => void) {
    this.most = most
    this.onCount = onCount
  }

  /** Takes a client in; `end` is called once when it is to go. Gives what it calls when it has gone. Throws MILLRACE_API_TOO_MANY_FOLLOWERS, MILLRACE_API_NOT_READY. */
  enter(end: () => void): () => void {
    if (this.closed)
      throw new MillraceError('MILLRACE_API_NOT_READY', 'API', 'it is closing', 'Connect again in a moment')
    if (this.ends.size >= this.most) {
      const wrong = `${this.ends.size} clients follow topics, and no more are allowed`
      throw new MillraceError(
        'MILLRACE_API_TOO_MANY_FOLLOWERS',
        'API',
        wrong,
        'Close some, read pages, or consume the topic itself',
      )
    }
    const mine = () => end()
    this.ends.add(mine)
    this.onCount(this.ends.size)
    return () => {
      if (this.ends.delete(mine)) this.onCount(this.ends.size)
    }
  }

  /** Ends all of them and takes no more in. */
  close(): void {
    this.closed = true
    for (const end of this.ends) end()
  }
}
