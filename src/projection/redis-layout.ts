/** Names of the keys in Redis, which docs/redis.md tells: `<application>:<stream>:...`. */
export class RedisLayout {
  /** Which process may write: a number that only grows. */
  readonly writer: string
  readonly status: string
  private readonly prefix: string

  constructor(application: string, stream: string, task = 0) {
    this.prefix = `${application}:${stream}`
    this.writer = `${this.prefix}:writer:${task}`
    this.status = `${this.prefix}:status:${task}`
  }

  /** A hash. */
  prediction(id: string): string {
    return `${this.prefix}:prediction:${id}`
  }

  /** A text: a number, or a category. */
  feature(name: string, key: string): string {
    return `${this.prefix}:feature:${name}:${key}`
  }
}
