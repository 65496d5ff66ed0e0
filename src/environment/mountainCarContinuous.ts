import type { Environment } from './environment.ts'
import { ending, environmentOfColumns } from './environment.ts'
import { uniform } from './random.ts'
import type { Box } from './space.ts'
import { box } from './space.ts'
import type { LimitOptions } from './timeLimit.ts'
import { limitedTo } from './timeLimit.ts'

// gymnasium keeps this state, unlike its others, in float32: every constant and every intermediate result is rounded.
const round = Math.fround
const leastPosition = round(-1.2)
const mostPosition = round(0.6)
const mostSpeed = round(0.07)
const goal = round(0.45)
const power = round(0.0015)

const untimed = environmentOfColumns({
  name: 'MountainCarContinuous-v0',
  observation: box([2], { low: [leastPosition, -mostSpeed], high: [mostPosition, mostSpeed] }),
  action: box([1], { low: -1, high: 1 }),
  stateSize: 2,
  outside: 'passed on',
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
        const asked = round(action[i])
        // The first position of an episode is float64 there too.
        const slope = 0.0025 * Math.cos(before === round(before) ? round(3 * before) : 3 * before)
        // A push that is clipped becomes the float64 number 1 there, and is rounded with the slope.
        const gained = Math.abs(asked) > 1 ? round(Math.sign(asked) * 0.0015 - slope) : round(round(asked * power) - round(slope))
        const speed = Math.min(Math.max(round(state[2 * i + 1] + gained), -mostSpeed), mostSpeed)
        const position = Math.min(Math.max(round(before + speed), leastPosition), mostPosition)
        const next = position === leastPosition && speed < 0 ? 0 : speed
        const arrived = position >= goal && next >= 0
        state[2 * i] = position
        state[2 * i + 1] = next
        reward[i] = (arrived ? 100 : 0) - asked * asked * 0.1
        end[i] = arrived ? ending.Terminated : ending.none
      }
    },
    observe: (into, from, to) => {
      for (let k = 2 * from; k < 2 * to; k++) into[k] = state[k]
    },
  }),
})

/**
 * MountainCarContinuous-v0, with gymnasium's dynamics: the hill of MountainCar with a push in [-1, 1] (beyond, it is clipped); 100 for the
 * goal, and every step costs 0.1 push^2, unclipped. Observed: position and speed. The state is float32, as there.
 *
 * Source: Moore 1990; gymnasium 1.3.0, MountainCarContinuous-v0; the test compares whole episodes.
 *
 * @param options  steps before an episode is cut as Truncated: 999 unless given, Infinity for no limit
 *
 * @example
 * ```ts
 * import { mountainCarContinuous } from 'estimand/environment'
 * mountainCarContinuous().action.low // => [-1]
 * ```
 */
export const mountainCarContinuous = (options: LimitOptions = {}): Environment<Box<readonly [2]>, Box<readonly [1]>, never> => limitedTo('mountainCarContinuous', 999, options)(untimed)
