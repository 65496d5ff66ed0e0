import { acrobot } from './acrobot.ts'
import { cartPole } from './cartPole.ts'
import { cliffWalking } from './cliffWalking.ts'
import type { AnyEnvironment } from './environment.ts'
import { frozenLake } from './frozenLake.ts'
import { mountainCar } from './mountainCar.ts'
import { mountainCarContinuous } from './mountainCarContinuous.ts'
import { pendulum } from './pendulum.ts'

/** The built-in environments by their names in gymnasium, each with its usual time limit. */
export const environments = {
  'CartPole-v1': cartPole(),
  'Pendulum-v1': pendulum(),
  'Acrobot-v1': acrobot(),
  'MountainCar-v0': mountainCar(),
  'MountainCarContinuous-v0': mountainCarContinuous(),
  'FrozenLake-v1': frozenLake(),
  'FrozenLake8x8-v1': frozenLake({ size: '8x8' }),
  'CliffWalking-v1': cliffWalking(),
} as const satisfies Readonly<Record<string, AnyEnvironment>>

/** Name of a built-in environment. */
export type EnvironmentName = keyof typeof environments
