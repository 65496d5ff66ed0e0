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

const wrapped = (angle: number): number => {
  let x = angle
  while (x > Math.PI) x -= turn
  while (x < -Math.PI) x += turn
  return x
}

const clamp = (x: number, most: number): number => Math.min(Math.max(x, -most), most)

/** Angular accelerations of both links, written to acceleration[0] and [1]. */
const accelerate = (acceleration: Float64Array, angle1: number, angle2: number, speed1: number, speed2: number, torque: number): void => {
  const cos2 = Math.cos(angle2)
  const sin2 = Math.sin(angle2)
  const d1 = 0.25 + (1.25 + cos2) + 1 + 1
  const d2 = 0.25 + 0.5 * cos2 + 1
  const phi2 = pull2 * Math.cos(angle1 + angle2 - quarter)
  const phi1 = -0.5 * (speed2 * speed2) * sin2 - speed2 * speed1 * sin2 + pull1 * Math.cos(angle1 - quarter) + phi2
  const second = (torque + (d2 / d1) * phi1 - 0.5 * (speed1 * speed1) * sin2 - phi2) / (0.25 + 1 - (d2 * d2) / d1)
  acceleration[0] = -(d2 * second + phi1) / d1
  acceleration[1] = second
}

const untimed = environmentOfColumns({
  name: 'Acrobot-v1',
  observation: box([6], { low: [-1, -1, -1, -1, -mostSpeed1, -mostSpeed2], high: [1, 1, 1, 1, mostSpeed1, mostSpeed2] }),
  action: discrete(3),
  stateSize: 4,
  open: ({ state, action, reward, end, random }) => {
    const [k1, k2, k3, k4] = [new Float64Array(2), new Float64Array(2), new Float64Array(2), new Float64Array(2)]
    const half = dt / 2
    const sixth = dt / 6
    return {
      reset: (from, to) => {
        // float32, as gymnasium's first states are.
        for (let i = from; i < to; i++) for (let k = 4 * i; k < 4 * i + 4; k++) state[k] = Math.fround(uniform(random[i], -0.1, 0.1))
      },
      // Runge-Kutta of order 4: derivatives of the angles are the speeds at the same stage.
      step: (from, to) => {
        for (let i = from; i < to; i++) {
          const at = 4 * i
          const torque = action[i] - 1
          const [a, b, u, v] = [state[at], state[at + 1], state[at + 2], state[at + 3]]
          accelerate(k1, a, b, u, v, torque)
          const u2 = u + half * k1[0]
          const v2 = v + half * k1[1]
          accelerate(k2, a + half * u, b + half * v, u2, v2, torque)
          const u3 = u + half * k2[0]
          const v3 = v + half * k2[1]
          accelerate(k3, a + half * u2, b + half * v2, u3, v3, torque)
          const u4 = u + dt * k3[0]
          const v4 = v + dt * k3[1]
          accelerate(k4, a + dt * u3, b + dt * v3, u4, v4, torque)
          const angle1 = wrapped(a + sixth * (u + 2 * u2 + 2 * u3 + u4))
          const angle2 = wrapped(b + sixth * (v + 2 * v2 + 2 * v3 + v4))
          state[at] = angle1
          state[at + 1] = angle2
          state[at + 2] = clamp(u + sixth * (k1[0] + 2 * k2[0] + 2 * k3[0] + k4[0]), mostSpeed1)
          state[at + 3] = clamp(v + sixth * (k1[1] + 2 * k2[1] + 2 * k3[1] + k4[1]), mostSpeed2)
          const up = -Math.cos(angle1) - Math.cos(angle2 + angle1) > 1
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
 * Source: Sutton 1996; Sutton and Barto 2018; gymnasium 1.3.0, Acrobot-v1; the test compares whole episodes.
 *
 * @param options  steps before an episode is cut as Truncated: 500 unless given, Infinity for no limit
 *
 * @example
 * ```ts
 * import { acrobot } from 'estimand/environment'
 * acrobot().observation.shape // => [6]
 * ```
 */
export const acrobot = (options: LimitOptions = {}): Environment<Box<readonly [6]>, Discrete<3>> => limitedTo(500, options)(untimed)
