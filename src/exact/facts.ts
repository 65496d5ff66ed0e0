import type { AllFacts } from '../trajectories/facts.ts'
import { offPolicy } from '../trajectories/facts.ts'
import type { End } from '../trajectories/ends.ts'
import { terminated, timeLimit } from '../trajectories/ends.ts'
import type { Axes, Trajectories } from '../trajectories/trajectories.ts'
import type { Enumerated } from './enumerate.ts'
import type { Model } from './model.ts'

/** A table of state values: by time and state, or by state alone. [T][S], [T + 1][S] or [S] */
export type ValueTable = readonly number[] | readonly (readonly number[])[]
/** A table of action values by time, state and action. [T][S][A] */
export type ActionValueTable = readonly (readonly (readonly number[])[])[]

/** Values of every (t, s) and (t, s, a), flat; null where the batch is not to carry them. */
export interface Values {
  readonly value: Float64Array | null
  readonly actionValue: Float64Array | null
}

const byTime = (table: ValueTable): table is readonly (readonly number[])[] => Array.isArray(table[0])

/** A value table as a flat array. [T S] */
export const flatValues = (table: ValueTable, { S, T }: Model): Float64Array =>
  Float64Array.from({ length: T * S }, (_, k) => {
    const s = k % S
    return byTime(table) ? table[Math.floor(k / S)][s] : table[s]
  })

/** An action-value table as a flat array. [T S A] */
export const flatActionValues = (table: ActionValueTable, { S, A, T }: Model): Float64Array =>
  Float64Array.from({ length: T * S * A }, (_, k) => table[Math.floor(k / (S * A))][Math.floor(k / A) % S][k % A])

/** Axes of the columns that batches of these values have. */
const axesOf = ({ value, actionValue }: Pick<Room, 'value' | 'actionValue'>): Axes => ({
  reward: 'per step',
  logProb: 'per step',
  behaviourLogProb: 'per step',
  ...(value === null ? {} : { value: 'per step', bootstrapValue: 'per trajectory' }),
  ...(actionValue === null ? {} : { actionValue: 'per step' }),
})

/** Room for batches that are filled from enumerated trajectories, overwritten from one batch to the next. */
export interface Room {
  readonly offsets: Int32Array
  readonly state: Int32Array
  readonly action: Int32Array
  readonly reward: Float64Array
  readonly logProb: Float64Array
  readonly behaviourLogProb: Float64Array
  readonly value: Float64Array | null
  readonly actionValue: Float64Array | null
  readonly ends: End[]
}

/** Room for batches of at most so many trajectories. */
export const roomFor = (model: Model, values: Values, count: number): Room => {
  const steps = count * model.T
  return {
    offsets: new Int32Array(count + 1),
    state: new Int32Array(steps),
    action: new Int32Array(steps),
    reward: new Float64Array(steps),
    logProb: new Float64Array(steps),
    behaviourLogProb: new Float64Array(steps),
    value: values.value === null ? null : new Float64Array(steps),
    actionValue: values.actionValue === null ? null : new Float64Array(steps),
    ends: Array.from({ length: count }, () => timeLimit),
  }
}

/** The batch that stands in the room: a view, valid until the room is filled anew. */
export const batchIn = (room: Room, model: Model, onPolicy: boolean, count: number): Trajectories<AllFacts> => {
  const steps = room.offsets[count]
  const batch = {
    count,
    offsets: room.offsets.subarray(0, count + 1),
    startTime: new Int32Array(count),
    ends: room.ends.length === count ? room.ends : room.ends.slice(0, count),
    discount: model.gamma,
    version: 0,
    currentVersion: 0,
    actionSpace: 'discrete',
    axes: axesOf(room),
    provenance: onPolicy ? 'on-policy' : offPolicy,
    episodes: 'complete',
    reward: room.reward.subarray(0, steps),
    logProb: room.logProb.subarray(0, steps),
    behaviourLogProb: room.behaviourLogProb.subarray(0, steps),
    ...(room.value === null ? {} : { value: room.value.subarray(0, steps), bootstrapValue: new Float64Array(count) }),
    ...(room.actionValue === null ? {} : { actionValue: room.actionValue.subarray(0, steps) }),
  }
  // It carries what the setting gives; needs are checked against it before anything is estimated.
  return batch as unknown as Trajectories<AllFacts>
}

/** Copies trajectory `from` of an enumeration to place `i` of the room; the places before it are filled already. */
export const fill = (room: Room, i: number, all: Enumerated, from: number, model: Model, values: Values): void => {
  const { S, A } = model
  const source = all.offsets[from]
  const length = all.offsets[from + 1] - source
  const begin = room.offsets[i]
  for (let t = 0; t < length; t++) {
    const s = all.state[source + t]
    const a = all.action[source + t]
    const k = begin + t
    room.state[k] = s
    room.action[k] = a
    room.reward[k] = all.reward[source + t]
    room.logProb[k] = model.logTarget[s * A + a]
    room.behaviourLogProb[k] = model.logSampler[s * A + a]
    if (room.value !== null && values.value !== null) room.value[k] = values.value[t * S + s]
    if (room.actionValue !== null && values.actionValue !== null) room.actionValue[k] = values.actionValue[(t * S + s) * A + a]
  }
  room.offsets[i + 1] = begin + length
  room.ends[i] = all.terminated[from] === 1 ? terminated : timeLimit
}
