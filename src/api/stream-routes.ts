import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import { MillraceError } from '../errors.ts'
import type { ApiContext } from './api-context.ts'
import { learningMetricsSchema } from './learning-metrics-schema.ts'
import { failed, refused } from './problem-response.ts'
import { streamStatusSchema } from './stream-status-schema.ts'
import type { StreamView } from './stream-view.ts'

const params = Type.Object({ name: Type.String({ description: 'The stream’s name.', examples: ['flight-delay'] }) })
type Params = Static<typeof params>

const listed = Type.Object(
  {
    streams: Type.Array(
      Type.Object({ name: Type.String(), problem: Type.String(), phase: Type.String(), reason: Type.String() }),
    ),
  },
  {
    description: 'All streams of this process.',
    examples: [{ streams: [{ name: 'flight-delay', problem: 'binary', phase: 'running', reason: '' }] }],
  },
)

/** The streams: which there are, how far each is, and how well its model predicts. */
export const streamRoutes: FastifyPluginAsync<ApiContext> = async (app, context) => {
  app.get(
    '/streams',
    {
      schema: {
        operationId: 'listStreams',
        tags: ['streams'],
        summary: 'The streams of this process',
        response: { 200: listed, '5xx': failed },
      },
    },
    async () => ({ streams: context.streams().map(summaryOf) }),
  )
  app.get<{ Params: Params }>(
    '/streams/:name',
    {
      schema: {
        operationId: 'getStream',
        tags: ['streams'],
        summary: 'How far a stream is: partitions, journal, snapshots, models, counters',
        params,
        response: { 200: streamStatusSchema, '4xx': refused, '5xx': failed },
      },
    },
    async ({ params: { name } }) => statusOf(context.stream(name)),
  )
  app.get<{ Params: Params }>(
    '/streams/:name/metrics',
    {
      schema: {
        operationId: 'getLearningMetrics',
        tags: ['streams'],
        summary: 'How well the model predicts, beside its baselines',
        description:
          'Prequential: every prediction was made before its label could be known. As of a committed transaction; read at most once a second.',
        params,
        response: { 200: learningMetricsSchema, '4xx': refused, '5xx': failed },
      },
    },
    async ({ params: { name } }) => {
      const stream = context.stream(name)
      const figures = stream.figures()
      if (figures !== undefined) {
        const { commit, progress, scores } = figures
        const { cohortDays } = progress
        return { stream: name, problem: stream.problem, transaction: commit.seq, cohortDays, scores }
      }
      const { phase, reason } = stream.phase()
      throw new MillraceError(
        'MILLRACE_API_NOT_READY',
        `stream '${name}'`,
        `it is ${phase} (${reason})`,
        'Try again in a moment',
      )
    },
  )
}

function summaryOf(stream: StreamView) {
  return { name: stream.name, problem: stream.problem, ...stream.phase() }
}

async function statusOf(stream: StreamView): Promise<Static<typeof streamStatusSchema>> {
  const partitions = await stream.partitions()
  const figures = stream.figures()
  const inputs = stream.inputs.map(({ fields, ...input }) => ({
    ...input,
    fields: fields.map(({ name, type, nullable, doc }) => ({
      name,
      type,
      isNullable: nullable,
      description: doc ?? null,
    })),
  }))
  const projection = stream.projection() ?? null
  const common = { ...summaryOf(stream), inputs, partitions: [...partitions], projection }
  if (figures === undefined) return { ...common, task: null }
  const { commit, progress } = figures
  return {
    ...common,
    task: {
      incarnation: commit.incarnation,
      isPaused: progress.isPaused,
      transaction: commit.seq,
      streamTime: progress.streamTimeMs > 0 ? new Date(progress.streamTimeMs).toISOString() : null,
      snapshots: commit.snapshots.map(({ name, seq, bytes }) => ({ name, transaction: seq, manifestBytes: bytes })),
      models: progress.models.map((model) => ({ ...model })),
      pendingLabels: progress.pending,
      counters: { ...progress.counters },
    },
  }
}
