import type * as t from 'io-ts/lib/index.js'
import type { AnyEstimator } from '../estimator/estimator.ts'
import { pipelineFromJson } from '../registry/pipeline.ts'
import { registry } from '../registry/registry.ts'
import type { Registry } from '../registry/registry.ts'
import type { Json } from '../registry/toJson.ts'
import { toJson } from '../registry/toJson.ts'
import { codecOf } from './codec.ts'

const isEstimator = (x: unknown): x is AnyEstimator => typeof x === 'object' && x !== null && 'estimate' in x && 'composition' in x

/**
 * The codec of pipelines as data: `decode` is `pipelineFromJson`, `encode` is `toJson`.
 *
 *     decode(encode(e)) = e          for every estimator built from known words
 *
 * It refuses what the compiler refuses, with the same sentence, and unknown keys. Law: `jsonIsInverse`.
 *
 * @param words  the words that are known; with words of your own by `withWords`
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { pipelineCodec } from 'estimand/codecs'
 * const codec = pipelineCodec()
 * pipe(codec.decode(['cloning', { reduce: 'meanOverSteps' }]), E.map(codec.encode)) // => E.right(['cloning', { reduce: 'meanOverSteps' }])
 * ```
 */
export const pipelineCodec = (words: Registry = registry): t.Type<AnyEstimator, Json, unknown> =>
  codecOf({ name: 'Pipeline', root: 'pipeline', is: isEstimator, decode: (json) => pipelineFromJson(json, words), encode: toJson })
