/** Environments under random actions that were drawn beforehand; an episode that ends is followed by the next. */
import { acrobot, cartPole, lockStep, mountainCar, pendulum, sizeOf } from 'estimand/environment'
import type { AnyEnvironment } from 'estimand/environment'
import type { Measure } from '../measure.ts'
import { units } from '../measure.ts'
import { datum } from './data.ts'

const environments: Readonly<Record<string, () => AnyEnvironment>> = {
  'CartPole-v1': cartPole,
  'Pendulum-v1': pendulum,
  'Acrobot-v1': acrobot,
  'MountainCar-v0': mountainCar,
}

/** Names of the environments, as gymnasium has them. */
export const environmentNames: readonly string[] = Object.keys(environments)

const drawn = 256
const inACall = 64

const measureOf = (name: string, copies: number): Measure => ({
  name: `${name}, ${copies} copies`,
  unit: units.stepsPerSecond,
  prepare: () => {
    const environment = environments[name]()
    const { action } = environment
    const run = lockStep(environment, { copies, seed: 1 })
    const width = copies * sizeOf(action)
    const actions = Array.from({ length: drawn }, (_, t) =>
      Float64Array.from({ length: width }, (_entry, k) =>
        action._tag === 'Discrete' ? Math.floor(datum(1, t * width + k, 0, action.n)) : datum(1, t * width + k, action.low[k % sizeOf(action)], action.high[k % sizeOf(action)]),
      ),
    )
    let t = 0
    return () => {
      for (let k = 0; k < inACall; k++) run.step(actions[t++ % drawn])
      return inACall * copies
    }
  },
})

export const measures: readonly Measure[] = [...environmentNames.map((name) => measureOf(name, 8)), measureOf('CartPole-v1', 1024)]
