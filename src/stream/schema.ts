declare const unit: unique symbol

/** Milliseconds since 1970, as a number. */
export type Timestamp = number & { readonly [unit]: 'ms' }

/** The events of a project: one line for each `schemas/*.avsc`, merged in by the generated `schemas/schemas.d.ts`. Types only; nothing reads it at run time. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface Schemas {}
