/** A matrix or a row that a tensor library holds. */
export interface Tensor {
  readonly dataSync: () => ArrayLike<number>
}

/** The operations of tfjs that a multilayer perceptron takes, each as tfjs documents it. */
interface Operations<T extends Tensor> {
  readonly getBackend: () => string
  readonly setBackend: (name: string) => Promise<boolean>
  readonly tidy: (work: () => void) => void
  readonly scalar: (x: number) => T
  readonly tensor1d: (numbers: Float32Array) => T
  readonly tensor2d: (numbers: Float32Array, shape: [rows: number, columns: number]) => T
  readonly ones: (shape: [rows: number, columns: number]) => T
  readonly matMul: (a: T, b: T, transposeA?: boolean, transposeB?: boolean) => T
  readonly transpose: (a: T) => T
  readonly add: (a: T, b: T) => T
  readonly sub: (a: T, b: T) => T
  readonly mul: (a: T, b: T) => T
  readonly square: (a: T) => T
  readonly tanh: (a: T) => T
  readonly sigmoid: (a: T) => T
  readonly relu: (a: T) => T
  readonly step: (a: T) => T
}

/**
 * A loaded tfjs: `import * as tf from '@tensorflow/tfjs'`, or of tfjs-node.
 *
 * Written down here, so that nobody needs the package for its types.
 *
 * @typeParam T  its tensors
 */
export interface Tfjs<T extends Tensor> extends Operations<NoInfer<T>> {
  /** The class of its tensors, from which the compiler learns T. */
  readonly Tensor: abstract new (...args: never) => T
}
