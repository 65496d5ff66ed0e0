import * as E from 'fp-ts/lib/Either.js'
import { experimentCodec } from '../codec/experiment.ts'
import type { Registry } from '../registry/registry.ts'
import type { Settled } from './experiment.ts'
import { settle, updatesToCome } from './experiment.ts'

type Json = Readonly<Record<string, unknown>>
const fieldsOf = (x: unknown): Json => (typeof x === 'object' && x !== null ? { ...x } : {})

/** A record's experiment with a schedule that is still to be laid over the updates that there will be. */
export interface Loosened {
  readonly json: Json
  /** Over how many updates it was laid; null: it stays as it is recorded. */
  readonly was: number | null
}

/**
 * A record's schedule was laid over as many updates as its steps made, unless somebody chose another number. Where other steps are asked
 * for it is laid over those: what follows is trained as if they had been asked for from the beginning, and not at the rate of the old end.
 */
export const loosened = (recorded: Json, given: Json, words: Registry): Loosened => {
  const asItIs: Loosened = { json: recorded, was: null }
  const steps = fieldsOf(given['stop'])['steps']
  if (given['rate'] !== undefined || steps === undefined || steps === fieldsOf(recorded['stop'])['steps']) return asItIs
  const decoded = experimentCodec(words).decode(recorded)
  if (E.isLeft(decoded)) return asItIs
  const before = settle(decoded.right)
  if (E.isLeft(before) || typeof before.right.rate === 'number') return asItIs
  const { from, to, updates } = before.right.rate.options
  if (updates !== updatesToCome(before.right)) return asItIs
  return { json: { ...recorded, rate: { linear: to === undefined ? { from } : { from, to } } }, was: updates ?? null }
}

/** What is said of a schedule that was laid anew; nothing where it is as it was. */
export const laidAnew = (was: number | null, { rate, stop }: Settled): string => {
  if (was === null || typeof rate === 'number' || rate.options.updates === was) return ''
  const { from, to = 0, updates } = rate.options
  return `estimand: rate: from ${from} to ${to} in ${updates} updates, as ${stop.steps} steps make, in place of ${was}; --rate takes another\n`
}
