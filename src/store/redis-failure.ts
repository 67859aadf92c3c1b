import { MillraceError } from '../errors.ts'

/** What went wrong with Redis, by the first word of what the server answered; all that is none of its answers is the connection. */
export function redisFailure(place: string, cause: unknown): MillraceError {
  if (cause instanceof MillraceError) return cause
  const said = cause instanceof Error ? cause.message : String(cause)
  // Of what a script may not do, servers say so each in its own words.
  const mayNot = /^ERR (The user executing the script can't|ACL failure in script)/.test(said)
  switch (mayNot ? 'NOPERM' : /^(?:ERR Error running script.* -)?([A-Z]+)/.exec(said)?.[1]) {
    case 'OOM': {
      const remedy = 'Give it more memory (maxmemory), or a policy that lets old keys go (maxmemory-policy allkeys-lru)'
      return new MillraceError('MILLRACE_STORE_DISK_FULL', place, `its memory is full (${said})`, remedy, { cause })
    }
    case 'MISCONF': {
      const wrong = `it can't write to its disk (${said})`
      return new MillraceError('MILLRACE_STORE_DISK_FULL', place, wrong, 'Look at its disk and its log', { cause })
    }
    case 'READONLY': {
      const remedy = 'Name the primary in MILLRACE_REDIS'
      return new MillraceError('MILLRACE_STORE_NOT_WRITABLE', place, `it is a replica (${said})`, remedy, { cause })
    }
    case 'NOAUTH':
    case 'WRONGPASS':
    case 'NOPERM': {
      const remedy = 'Name a user who may in MILLRACE_REDIS, and give its password in MILLRACE_REDIS_PASSWORD'
      return new MillraceError('MILLRACE_STORE_DENIED', place, `it refuses this user (${said})`, remedy, { cause })
    }
    default: {
      const remedy = 'See that it runs and can be reached from here, and that MILLRACE_REDIS names it'
      return new MillraceError('MILLRACE_STORE_UNAVAILABLE', place, `it can't be used (${said})`, remedy, { cause })
    }
  }
}
