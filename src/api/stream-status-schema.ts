import { Type } from 'typebox'

const nullable = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S) => Type.Union([schema, Type.Null()])

/** How far a stream is. */
export const streamStatusSchema = Type.Object(
  {
    name: Type.String(),
    problem: Type.String(),
    phase: Type.String({
      description:
        'joining, standby (another process of the group has the task), starting, replaying, running, stalled (it waits for what it can’t go on without), paused (by a command), restarting, stopped or failed.',
    }),
    reason: Type.String({ description: 'What it waits for or what ended it; empty while it is running.' }),
    inputs: Type.Array(
      Type.Object({
        name: Type.String(),
        topic: Type.String(),
        format: Type.String(),
        key: Type.String({ description: 'The field that joins events with labels.' }),
        time: Type.String({ description: 'The field with the event’s own time.' }),
        fields: Type.Array(
          Type.Object({
            name: Type.String(),
            type: Type.String(),
            isNullable: Type.Boolean(),
            description: nullable(Type.String()),
          }),
        ),
      }),
    ),
    partitions: Type.Array(
      Type.Object({
        topic: Type.String(),
        partition: Type.Integer(),
        start: Type.Integer({ description: 'The first offset still kept.' }),
        end: Type.Integer({ description: 'The offset after the last record that can be read.' }),
        position: nullable(
          Type.Integer({ description: 'The offset after what is committed; null before the first commit.' }),
        ),
        lag: nullable(Type.Integer({ description: 'Records to be read and committed.' })),
      }),
    ),
    projection: nullable(
      Type.Object(
        {
          state: Type.String({
            description: 'writing: what is committed gets into Redis; waiting: it can’t for now, and is tried again.',
          }),
          reason: Type.String({ description: 'Why it waits; empty while it is written.' }),
          pending: Type.Integer({ description: 'Keys that wait to be written.' }),
          written: Type.Integer({ description: 'Keys written.' }),
          superseded: Type.Integer({ description: 'Keys of which a newer value came before the older was written.' }),
          dropped: Type.Integer({ description: 'Keys given up because too many waited.' }),
        },
        { description: 'Writing to Redis; null where none is named.' },
      ),
    ),
    task: nullable(
      Type.Object({
        incarnation: Type.Integer({ description: 'How often the task has been started.' }),
        isPaused: Type.Boolean({ description: 'Whether a command has paused it: it neither predicts nor learns.' }),
        transaction: Type.Integer({ description: 'Number of the latest committed transaction.' }),
        streamTime: nullable(Type.String({ description: 'The stream’s own clock: arrival of its latest record.' })),
        snapshots: Type.Array(
          Type.Object({ name: Type.String(), transaction: Type.Integer(), manifestBytes: Type.Integer() }),
        ),
        models: Type.Array(
          Type.Object({
            version: Type.String(),
            role: Type.String({
              description:
                'champion; challenger, which the stream names; trial, which was retrained; former, a champion that may come back; benched, which was rolled back.',
            }),
            parent: nullable(Type.String()),
            algorithm: Type.String(),
            born: Type.Integer({ description: 'Rows predicted before it was born.' }),
          }),
        ),
        pendingLabels: Type.Integer({ description: 'Predicted events that wait for their labels.' }),
        counters: Type.Record(Type.String(), Type.Integer(), {
          description: 'What was counted since the state began.',
        }),
      }),
    ),
  },
  {
    description: 'How far a stream is; all of `task` is committed, and null until a task has recovered.',
    examples: [
      {
        name: 'flight-delay',
        problem: 'binary',
        phase: 'running',
        reason: '',
        inputs: [
          {
            name: 'arrivals',
            topic: 'flights.arrivals',
            format: 'avro',
            key: 'flightId',
            time: 'landedAt',
            fields: [
              { name: 'flightId', type: 'string', isNullable: false, description: 'The row’s number in the data set.' },
            ],
          },
        ],
        partitions: [{ topic: 'flights.arrivals', partition: 0, start: 0, end: 5120, position: 5100, lag: 20 }],
        projection: null,
        task: {
          incarnation: 3,
          isPaused: false,
          transaction: 812,
          streamTime: '2001-01-02T13:05:00.000Z',
          snapshots: [{ name: 'flight-delay-0-3-800.manifest', transaction: 800, manifestBytes: 5210 }],
          models: [
            {
              version: 'v0.0',
              role: 'champion',
              parent: null,
              algorithm: 'pipeline(one-hot, standard-scaler, logistic-regression)',
              born: 0,
            },
          ],
          pendingLabels: 2310,
          counters: { predictions: 7410, learned: 5100, deadLetters: 0 },
        },
      },
    ],
  },
)
