import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'

// A wheel in a stream.
const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><g fill="none" stroke="#0072b2" stroke-width="3"><circle cx="16" cy="13" r="9"/><path d="M16 4v18M7 13h18M2 28q5-4 9 0t9 0 10 0"/></g></svg>'

const style = `.swagger-ui .topbar { display: none }
body { margin: 0 }`

/** The OpenAPI document of all routes that are made after it, at /docs/json, and a page to read it and try it out, at /docs. */
export async function describeApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Millrace',
        version,
        description:
          'Streams that learn from every event: append records, follow predictions, watch models, send commands.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      tags: [
        { name: 'streams', description: 'How far streams are and how well they predict' },
        { name: 'records', description: 'What streams read: append to an input' },
        { name: 'topics', description: 'What streams publish: as pages, or followed' },
        { name: 'commands', description: 'What may be asked of a stream' },
        { name: 'health', description: 'Whether the process is at work, and its metrics' },
      ],
    },
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { deepLinking: true, defaultModelsExpandDepth: -1 },
    theme: {
      title: 'Millrace API',
      css: [{ filename: 'millrace.css', content: style }],
      favicon: [{ filename: 'icon.svg', rel: 'icon', type: 'image/svg+xml', sizes: 'any', content: icon }],
    },
  })
}
