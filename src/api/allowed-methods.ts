import type { FastifyInstance } from 'fastify'

/** The methods that each path of an API answers to; made before the routes are. */
export class AllowedMethods {
  private readonly routes = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>()

  constructor(app: FastifyInstance) {
    app.addHook('onRoute', ({ url, method }) => {
      const known = this.routes.get(url)
      const { methods } = known ?? { methods: new Set<string>() }
      for (const one of Array.isArray(method) ? method : [method]) methods.add(one)
      if (known === undefined) this.routes.set(url, { pattern: patternOf(url), methods })
    })
  }

  /** Of a path without its query, in order; none where there is no such path. */
  of(path: string): string[] {
    const methods = [...this.routes.values()].filter(({ pattern }) => pattern.test(path)).map((one) => [...one.methods])
    return [...new Set(methods.flat())].sort()
  }
}

/** `/streams/:name` as an expression; what stands for a part of a path is never empty. */
function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => {
    if (part.startsWith(':')) return '[^/]+'
    return part === '*' ? '.*' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
  })
  return new RegExp(`^${parts.join('/')}$`)
}
