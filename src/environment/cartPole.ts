import type { Environment } from './environment.ts'
import { ending, environmentOfColumns } from './environment.ts'
import { uniform } from './random.ts'
import { cosSmall, largest, sinSmall } from './smallAngle.ts'
import type { Box, Discrete } from './space.ts'
import { box, discrete } from './space.ts'
import type { LimitOptions } from './timeLimit.ts'
import { limitedTo } from './timeLimit.ts'

const gravity = 9.8
const poleMass = 0.1
const totalMass = poleMass + 1
const halfLength = 0.5
const poleMoment = poleMass * halfLength
const force = 10
const dt = 0.02
const mostAngle = (12 * 2 * Math.PI) / 360
const mostPosition = 2.4

const untimed = environmentOfColumns({
  name: 'CartPole-v1',
  observation: box([4], { low: [-2 * mostPosition, -Infinity, -2 * mostAngle, -Infinity], high: [2 * mostPosition, Infinity, 2 * mostAngle, Infinity] }),
  action: discrete(2),
  stateSize: 4,
  open: ({ state, action, reward, end, random }) => ({
    reset: (from, to) => {
      for (let i = from; i < to; i++) for (let k = 4 * i; k < 4 * i + 4; k++) state[k] = uniform(random[i], -0.05, 0.05)
    },
    step: (from, to) => {
      for (let i = from; i < to; i++) {
        const k = 4 * i
        const speed = state[k + 1]
        const angle = state[k + 2]
        const spin = state[k + 3]
        // Within an episode it always is small.
        const small = angle < largest && angle > -largest
        const cos = small ? cosSmall(angle) : Math.cos(angle)
        const sin = small ? sinSmall(angle) : Math.sin(angle)
        const push = ((action[i] === 1 ? force : -force) + poleMoment * (spin * spin) * sin) / totalMass
        const spinning = (gravity * sin - cos * push) / (halfLength * (4 / 3 - (poleMass * (cos * cos)) / totalMass))
        const position = state[k] + dt * speed
        const turned = angle + dt * spin
        state[k] = position
        state[k + 1] = speed + dt * (push - (poleMoment * spinning * cos) / totalMass)
        state[k + 2] = turned
        state[k + 3] = spin + dt * spinning
        reward[i] = 1
        end[i] = position < -mostPosition || position > mostPosition || turned < -mostAngle || turned > mostAngle ? ending.Terminated : ending.none
      }
    },
    observe: (into, from, to) => {
      for (let k = 4 * from; k < 4 * to; k++) into[k] = state[k]
    },
  }),
})

/**
 * CartPole-v1, with gymnasium's dynamics: push a cart left (0) or right (1) to balance a pole on it; 1 a step, over when the pole leans by
 * more than 12 degrees or the cart is 2.4 away. Observed: position, speed, angle, angular speed.
 *
 * Source: Barto, Sutton, Anderson 1983; gymnasium 1.3.0, CartPole-v1; the test compares whole episodes.
 *
 * @param options  steps before an episode is cut as Truncated: 500 unless given, Infinity for no limit
 *
 * @example
 * ```ts
 * import { cartPole } from 'estimand/environment'
 * cartPole().action // => { _tag: 'Discrete', n: 2 }
 * ```
 */
export const cartPole = (options: LimitOptions = {}): Environment<Box<readonly [4]>, Discrete<2>, never> => limitedTo('cartPole', 500, options)(untimed)
