import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import type { ApiContext } from './api-context.ts'
import { failed } from './problem-response.ts'

const text = Type.String({
  examples: [
    '# HELP millrace_predictions_total Predictions published\n# TYPE millrace_predictions_total counter\nmillrace_predictions_total{stream="flight-delay"} 7410\n',
  ],
})

/** All metrics for Prometheus. */
export const metricsRoutes: FastifyPluginAsync<ApiContext> = async (app, { metrics }) => {
  app.get(
    '/metrics',
    {
      schema: {
        operationId: 'getMetrics',
        tags: ['health'],
        summary: 'All metrics in the text format of Prometheus',
        response: {
          200: { description: 'All metrics.', content: { 'text/plain': { schema: text } } },
          '5xx': failed,
        },
      },
    },
    async (_, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  )
}
