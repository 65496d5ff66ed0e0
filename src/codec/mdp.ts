import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import { mdp } from '../exact/mdp.ts'
import type { Mdp } from '../exact/mdp.ts'
import { codecOf } from './codec.ts'

/**
 * The codec of finite MDPs: `decode` is `mdp`, what it encodes are the logits that it found or made. Unknown keys are ignored.
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { bandit } from 'estimand/exact'
 * import { mdpCodec } from 'estimand/codecs'
 * const world = bandit([1, 0], [0.5, 0.5])
 * pipe(mdpCodec.decode(JSON.parse(JSON.stringify(mdpCodec.encode(world)))), E.map(({ R }) => R)) // => E.right([[1, 0]])
 * ```
 */
export const mdpCodec: t.Type<Mdp, Mdp, unknown> = codecOf({
  name: 'Mdp',
  root: 'mdp',
  is: (x): x is Mdp => E.isRight(mdp(x)),
  decode: mdp,
  encode: (world) => world,
})
