import type { Environment } from './environment.ts'
import { ending, environmentOfColumns } from './environment.ts'
import { uniform } from './random.ts'
import type { Box, Discrete } from './space.ts'
import { box, discrete } from './space.ts'
import type { LimitOptions } from './timeLimit.ts'
import { limitedTo } from './timeLimit.ts'

const gravity = 9.8
const dt = 0.2
const mostSpeed1 = 4 * Math.PI
const mostSpeed2 = 9 * Math.PI
const quarter = Math.PI / 2
const turn = 2 * Math.PI
// Both links: length 1, mass 1, centre of mass at 1/2, moment of inertia 1.
const pull1 = 1.5 * gravity
const pull2 = 0.5 * gravity

const clamp = (x: number, most: number): number => Math.min(Math.max(x, -most), most)

/**
 * Angular accelerations of both links in each of the four stages of a Runge-Kutta step: stage j reads (angle, angle, speed, speed) at
 * stages[6 j] and writes the accelerations behind them. Numbers go through an array, as numbers that a call returns are allocated.
 */
const accelerate = (stages: Float64Array, j: number, torque: number): void => {
  const at = 6 * j
  const angle1 = stages[at]
  const angle2 = stages[at + 1]
  const speed1 = stages[at + 2]
  const speed2 = stages[at + 3]
  const cos2 = Math.cos(angle2)
  const sin2 = Math.sin(angle2)
  const d1 = 0.25 + (1.25 + cos2) + 1 + 1
  const d2 = 0.25 + 0.5 * cos2 + 1
  const phi2 = pull2 * Math.cos(angle1 + angle2 - quarter)
  const phi1 = -0.5 * (speed2 * speed2) * sin2 - speed2 * speed1 * sin2 + pull1 * Math.cos(angle1 - quarter) + phi2
  const second = (torque + (d2 / d1) * phi1 - 0.5 * (speed1 * speed1) * sin2 - phi2) / (0.25 + 1 - (d2 * d2) / d1)
  stages[at + 4] = -(d2 * second + phi1) / d1
  stages[at + 5] = second
}

/** Puts stage j so long after stage 0 as is given, along the derivatives of the stage before. */
const advance = (stages: Float64Array, j: number, after: number): void => {
  const [to, from] = [6 * j, 6 * (j - 1)]
  // The derivative of (angle, angle, speed, speed) is what stands two places behind.
  for (let k = 0; k < 4; k++) stages[to + k] = stages[k] + after * stages[from + k + 2]
}

const untimed = environmentOfColumns({
  name: 'Acrobot-v1',
  observation: box([6], { low: [-1, -1, -1, -1, -mostSpeed1, -mostSpeed2], high: [1, 1, 1, 1, mostSpeed1, mostSpeed2] }),
  action: discrete(3),
  stateSize: 4,
  open: ({ state, action, reward, end, random }) => {
    const stages = new Float64Array(24)
    return {
      reset: (from, to) => {
        // float32, as gymnasium's first states are.
        for (let i = from; i < to; i++) for (let k = 4 * i; k < 4 * i + 4; k++) state[k] = Math.fround(uniform(random[i], -0.1, 0.1))
      },
      // Runge-Kutta of order 4.
      step: (from, to) => {
        for (let i = from; i < to; i++) {
          const at = 4 * i
          const torque = action[i] - 1
          for (let k = 0; k < 4; k++) stages[k] = state[at + k]
          accelerate(stages, 0, torque)
          advance(stages, 1, dt / 2)
          accelerate(stages, 1, torque)
          advance(stages, 2, dt / 2)
          accelerate(stages, 2, torque)
          advance(stages, 3, dt)
          accelerate(stages, 3, torque)
          for (let k = 0; k < 4; k++) state[at + k] = stages[k] + (dt / 6) * (stages[k + 2] + 2 * stages[k + 8] + 2 * stages[k + 14] + stages[k + 20])
          for (let k = at; k < at + 2; k++) {
            while (state[k] > Math.PI) state[k] -= turn
            while (state[k] < -Math.PI) state[k] += turn
          }
          state[at + 2] = clamp(state[at + 2], mostSpeed1)
          state[at + 3] = clamp(state[at + 3], mostSpeed2)
          const up = -Math.cos(state[at]) - Math.cos(state[at + 1] + state[at]) > 1
          reward[i] = up ? 0 : -1
          end[i] = up ? ending.Terminated : ending.none
        }
      },
      observe: (into, from, to) => {
        for (let i = from; i < to; i++) {
          into[6 * i] = Math.cos(state[4 * i])
          into[6 * i + 1] = Math.sin(state[4 * i])
          into[6 * i + 2] = Math.cos(state[4 * i + 1])
          into[6 * i + 3] = Math.sin(state[4 * i + 1])
          into[6 * i + 4] = state[4 * i + 2]
          into[6 * i + 5] = state[4 * i + 3]
        }
      },
    }
  },
})

/**
 * Acrobot-v1, with gymnasium's dynamics: two links hang from a pivot; a torque of -1, 0 or 1 on the joint between them must swing the tip
 * one link's length above the pivot; -1 a step until then. Observed: cosine and sine of both angles, both angular speeds.
 *
 * It is chaotic: where sine and cosine of two machines differ in the last bit, episodes part after some hundred steps. Each step is
 * gymnasium's to 1e-12.
 *
 * Source: Sutton 1996; Sutton and Barto 2018; gymnasium 1.3.0, Acrobot-v1; the test compares every step.
 *
 * @param options  steps before an episode is cut as Truncated: 500 unless given, Infinity for no limit
 *
 * @example
 * ```ts
 * import { acrobot } from 'estimand/environment'
 * acrobot().observation.shape // => [6]
 * ```
 */
export const acrobot = (options: LimitOptions = {}): Environment<Box<readonly [6]>, Discrete<3>, never> => limitedTo('acrobot', 500, options)(untimed)
