import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import { MillraceError } from '../errors.ts'
import type { ApiContext } from './api-context.ts'
import { failed, refused } from './problem-response.ts'

const params = Type.Object({ name: Type.String({ description: 'The stream’s name.', examples: ['flight-delay'] }) })

const body = Type.Object(
  {
    command: Type.Enum(['promote', 'roll_back', 'retrain', 'pause', 'resume'], {
      description:
        'promote: let modelVersion serve. roll_back: let the version before serve again. retrain: train a challenger now. pause, resume: stop predicting and learning, and go on.',
    }),
    modelVersion: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'The version to promote.' })),
    task: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 100_000,
        description: 'The task it is for; left out: all tasks of the stream.',
      }),
    ),
    id: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: 'A command whose id was seen before is not carried out again. Left out: one is made up.',
      }),
    ),
    sender: Type.Optional(Type.String({ maxLength: 200, description: 'Who asks, for people.' })),
    reason: Type.Optional(Type.String({ maxLength: 1000, description: 'Why, for people.' })),
  },
  {
    additionalProperties: false,
    examples: [
      { command: 'promote', modelVersion: 'v0.0-c1', sender: 'ann', reason: 'it has been better for a week' },
      { command: 'retrain' },
    ],
  },
)

const accepted = Type.Object(
  { id: Type.String() },
  {
    description:
      'The command is durable in the stream’s control topic; the stream carries it out at a journaled position.',
    examples: [{ id: '0b7f8a52-6c1c-4a53-9d8b-0a4b2c1f6a77' }],
  },
)

/** Commands to a stream. */
export const commandRoutes: FastifyPluginAsync<ApiContext> = async (app, context) => {
  app.post<{ Params: Static<typeof params>; Body: Static<typeof body> }>(
    '/streams/:name/commands',
    {
      schema: {
        operationId: 'sendCommand',
        tags: ['commands'],
        summary: 'Promote, roll back, retrain, pause or resume',
        params,
        body,
        response: { 202: accepted, '4xx': refused, '5xx': failed },
      },
    },
    async ({ params: { name }, body: command }, reply) => {
      if ((command.command === 'promote') !== (command.modelVersion !== undefined)) {
        const wrong =
          command.modelVersion === undefined
            ? 'promote needs a modelVersion'
            : `${command.command} takes no modelVersion`
        throw new MillraceError(
          'MILLRACE_API_REQUEST',
          'body.modelVersion',
          wrong,
          'Name the version to promote, and nothing for other commands',
        )
      }
      const id = await context.stream(name).command(command)
      return reply.code(202).send({ id })
    },
  )
}
