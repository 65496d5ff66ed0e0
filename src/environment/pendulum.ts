import type { Environment } from './environment.ts'
import { ending, environmentOfColumns } from './environment.ts'
import { uniform } from './random.ts'
import type { Box } from './space.ts'
import { box } from './space.ts'
import type { LimitOptions } from './timeLimit.ts'
import { limitedTo } from './timeLimit.ts'

const mostTorque = 2
const mostSpeed = 8
const dt = 0.05
const turn = 2 * Math.PI
// Torques are float32 in gymnasium, and so is what is computed of them alone.
const effort = Math.fround(0.001)

/** The angle from -pi to before pi. */
const wrapped = (angle: number): number => {
  const rest = (angle + Math.PI) % turn
  return (rest < 0 ? rest + turn : rest) - Math.PI
}

const untimed = environmentOfColumns({
  name: 'Pendulum-v1',
  observation: box([3], { low: [-1, -1, -mostSpeed], high: [1, 1, mostSpeed] }),
  action: box([1], { low: -mostTorque, high: mostTorque }),
  stateSize: 2,
  outside: 'passed on',
  open: ({ state, action, reward, end, random }) => ({
    reset: (from, to) => {
      for (let i = from; i < to; i++) {
        state[2 * i] = uniform(random[i], -Math.PI, Math.PI)
        state[2 * i + 1] = uniform(random[i], -1, 1)
      }
    },
    step: (from, to) => {
      for (let i = from; i < to; i++) {
        const angle = state[2 * i]
        const speed = state[2 * i + 1]
        const torque = Math.fround(Math.min(Math.max(action[i], -mostTorque), mostTorque))
        const off = wrapped(angle)
        reward[i] = -(off * off + 0.1 * (speed * speed) + Math.fround(effort * Math.fround(torque * torque)))
        const faster = speed + (15 * Math.sin(angle) + Math.fround(3 * torque)) * dt
        const next = Math.min(Math.max(faster, -mostSpeed), mostSpeed)
        state[2 * i] = angle + next * dt
        state[2 * i + 1] = next
        end[i] = ending.none
      }
    },
    observe: (into, from, to) => {
      for (let i = from; i < to; i++) {
        into[3 * i] = Math.cos(state[2 * i])
        into[3 * i + 1] = Math.sin(state[2 * i])
        into[3 * i + 2] = state[2 * i + 1]
      }
    },
  }),
})

/**
 * Pendulum-v1, with gymnasium's dynamics: swing a pendulum up with a torque of at most 2 (beyond, it is clipped), and hold it there.
 * Observed: cosine and sine of the angle from upright, angular speed.
 *
 *     r_t = -(angle^2 + 0.1 speed^2 + 0.001 torque^2)
 *
 * Source: gymnasium 1.3.0, Pendulum-v1; the test compares whole episodes. Torques are rounded to float32, as there.
 *
 * @param options  steps before an episode is cut as Truncated: 200 unless given, Infinity for no limit
 *
 * @example
 * ```ts
 * import { pendulum } from 'estimand/environment'
 * pendulum().action.high // => [2]
 * ```
 */
export const pendulum = (options: LimitOptions = {}): Environment<Box<readonly [3]>, Box<readonly [1]>, never> => limitedTo('pendulum', 200, options)(untimed)
