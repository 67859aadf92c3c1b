import type { FastifyInstance } from 'fastify'
import { MillraceError } from '../errors.ts'

/** Begins to listen, on this machine only unless `host` says otherwise; port 0 takes a free one. Gives the URL. Throws MILLRACE_API_ADDRESS. */
export async function listenApi(
  app: FastifyInstance,
  { host = '127.0.0.1', port }: { readonly host?: string; readonly port: number },
): Promise<string> {
  try {
    return await app.listen({ host, port })
  } catch (cause) {
    const { code } = cause as { code?: string }
    const place = `API address ${host}:${port}`
    if (code === 'EADDRINUSE') {
      throw new MillraceError(
        'MILLRACE_API_ADDRESS',
        place,
        'another program is listening there',
        'Stop it, or choose another port (MILLRACE_PORT)',
        { cause },
      )
    }
    if (code === 'EACCES') {
      throw new MillraceError(
        'MILLRACE_API_ADDRESS',
        place,
        'this user may not listen there',
        'Choose a port above 1023 (MILLRACE_PORT)',
        { cause },
      )
    }
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
      throw new MillraceError(
        'MILLRACE_API_ADDRESS',
        place,
        'this machine has no such address',
        'Choose one that it has (MILLRACE_HOST): 127.0.0.1 for itself, 0.0.0.0 for all networks',
        { cause },
      )
    }
    throw cause
  }
}
