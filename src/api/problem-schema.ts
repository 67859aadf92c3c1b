import { Type } from 'typebox'

/** What every error is answered with, as application/problem+json (RFC 9457). */
export const problemSchema = Type.Object({
  type: Type.String({ description: 'A URN made of the code.' }),
  title: Type.String({ description: 'The code in words: the area and what is wrong.' }),
  status: Type.Integer({ minimum: 400, maximum: 599 }),
  detail: Type.String({ description: 'What is wrong and what to do, for people.' }),
  code: Type.String({ description: 'What programs branch on: docs/errors.md has all of them.' }),
  retryable: Type.Boolean({
    description: 'Whether the same request can succeed later without anybody changing anything.',
  }),
  requestId: Type.String({ description: 'Also in the header X-Request-Id and in the log.' }),
  errors: Type.Optional(
    Type.Array(
      Type.Object({
        index: Type.Optional(Type.Integer({ description: 'Index of the record in the request.' })),
        field: Type.Union([Type.String(), Type.Null()], {
          description: 'The field that is wrong; null: the record as a whole.',
        }),
        wrong: Type.String(),
        value: Type.Optional(
          Type.Unknown({
            description: 'What was given, where it is no object or array; of a long text the beginning.',
          }),
        ),
        allowed: Type.Optional(Type.Unknown({ description: 'What would be right.' })),
      }),
    ),
  ),
})
