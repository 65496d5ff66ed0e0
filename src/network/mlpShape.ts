import { aSpace } from '../environment/kinds.ts'
import type { Box } from '../environment/space.ts'
import type { Floats } from '../policy/floats.ts'
import type { Engine, Slice } from '../policy/network.ts'
import type { Kind } from '../trajectories/argument.ts'
import { hasParts } from '../trajectories/argument.ts'
import type { Activation } from './activation.ts'

/** What an engine needs to know of a multilayer perceptron. */
export interface MlpShape {
  readonly name: string
  readonly observation: Box<readonly number[]>
  readonly hidden: readonly number[]
  readonly outputs: readonly number[]
  readonly activation: Activation
  readonly precision: 'float32' | 'float64'
  /** Weight and bias of each hidden layer, then of each output: weights are [in, out], row-major. */
  readonly slices: readonly Slice[]
  readonly parameterCount: number
}

/** A shape, as a kind of argument: engines are given one by `mlp`. */
export const anMlpShape: Kind = {
  expected: 'the shape of a multilayer perceptron; give the engine to mlp, as in mlp({ observation, hidden: [64], outputs: [policyOutput(2)], engine })',
  holds: (x) => hasParts(x) && aSpace.holds(x['observation']) && Array.isArray(x['hidden']) && Array.isArray(x['outputs']) && Array.isArray(x['slices']),
}

/** What computes a multilayer perceptron. */
export type MlpEngine = (shape: MlpShape) => Engine

/** Zeros of a precision. */
export const zeros = (precision: 'float32' | 'float64', length: number): Floats =>
  precision === 'float32' ? new Float32Array(length) : new Float64Array(length)
