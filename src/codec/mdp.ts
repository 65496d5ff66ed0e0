import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import { mdp } from '../exact/mdp.ts'
import type { Mdp } from '../exact/mdp.ts'
import { mdpNames } from '../exact/names.ts'
import type { Problem } from '../trajectories/problem.ts'
import { codecOf } from './codec.ts'
import { mdpKeys, only, withRefused } from './keys.ts'

const decode = (json: unknown): E.Either<readonly Problem[], Mdp> => {
  const { refused } = mdpKeys(json)
  const read = mdp(only(json, mdpNames))
  return refused.length > 0 ? E.left(withRefused(refused, E.isLeft(read) ? read.left : [])) : read
}

/**
 * The codec of finite MDPs: `decode` is `mdp`, what it encodes are the logits that it found or made. A key is refused that resembles one of
 * ours, or means one in other formats and papers (`terminals`, `rewards`, `horizon`); others are not read, and `unreadInMdp` names them.
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
  decode,
  encode: (world) => world,
})
