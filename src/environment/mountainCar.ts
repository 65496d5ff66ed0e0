import type { Environment } from './environment.ts'
import { ending, environmentOfColumns } from './environment.ts'
import { uniform } from './random.ts'
import type { Box, Discrete } from './space.ts'
import { box, discrete } from './space.ts'
import type { LimitOptions } from './timeLimit.ts'
import { limitedTo } from './timeLimit.ts'

const leastPosition = -1.2
const mostPosition = 0.6
const mostSpeed = 0.07
const goal = 0.5

const untimed = environmentOfColumns({
  name: 'MountainCar-v0',
  observation: box([2], { low: [leastPosition, -mostSpeed], high: [mostPosition, mostSpeed] }),
  action: discrete(3),
  stateSize: 2,
  open: ({ state, action, reward, end, random }) => ({
    reset: (from, to) => {
      for (let i = from; i < to; i++) {
        state[2 * i] = uniform(random[i], -0.6, -0.4)
        state[2 * i + 1] = 0
      }
    },
    step: (from, to) => {
      for (let i = from; i < to; i++) {
        const before = state[2 * i]
        const faster = state[2 * i + 1] + ((action[i] - 1) * 0.001 + Math.cos(3 * before) * -0.0025)
        const speed = Math.min(Math.max(faster, -mostSpeed), mostSpeed)
        const position = Math.min(Math.max(before + speed, leastPosition), mostPosition)
        const next = position === leastPosition && speed < 0 ? 0 : speed
        state[2 * i] = position
        state[2 * i + 1] = next
        reward[i] = -1
        end[i] = position >= goal && next >= 0 ? ending.Terminated : ending.none
      }
    },
    observe: (into, from, to) => {
      for (let k = 2 * from; k < 2 * to; k++) into[k] = state[k]
    },
  }),
})

/**
 * MountainCar-v0, with gymnasium's dynamics: a car too weak for the hill must swing to get over it: push left (0), not at all (1) or right
 * (2); -1 a step until the goal. Observed: position and speed.
 *
 * Source: Moore 1990; gymnasium 1.3.0, MountainCar-v0; the test compares whole episodes.
 *
 * @param options  steps before an episode is cut as Truncated: 200 unless given, Infinity for no limit
 *
 * @example
 * ```ts
 * import { mountainCar } from 'estimand/environment'
 * mountainCar().action.n // => 3
 * ```
 */
export const mountainCar = (options: LimitOptions = {}): Environment<Box<readonly [2]>, Discrete<3>, never> => limitedTo('mountainCar', 200, options)(untimed)
