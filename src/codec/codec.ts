import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts/lib/index.js'
import { keysOf, pathOf, shapeProblem } from '../exact/shape.ts'
import type { Kind } from '../trajectories/argument.ts'
import { hasParts, kinds, refuseArgument } from '../trajectories/argument.ts'
import { nearest } from '../trajectories/nearest.ts'
import type { Problem } from '../trajectories/problem.ts'
import { shown } from '../trajectories/problem.ts'
import { isRecord } from '../trajectories/keys.ts'

/** A validation error of our codecs: it carries the problem, its path counted from the value that the codec was given. */
interface ProblemError extends t.ValidationError {
  readonly problem: Problem
}

const isProblemError = (error: t.ValidationError): error is ProblemError => 'problem' in error

const someErrors: Kind = {
  expected: 'the errors of a codec, such as stand in the Left of codec.decode(json)',
  holds: (x) => Array.isArray(x) && x.every((one) => hasParts(one) && (hasParts(one['problem']) || Array.isArray(one['context']))),
}

/**
 * What io-ts reports as problems: path, expected, got, one for each error.
 *
 * @param root  what the input is called, at the beginning of every path. Default: nothing
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { describeProblems } from 'estimand'
 * import { pipelineCodec, problemsOf } from 'estimand/codecs'
 * pipe(pipelineCodec().decode(['totalReturn', 'causality', 'causality']), E.mapLeft((errors) => describeProblems(problemsOf('pipeline')(errors))))
 * // => E.left('pipeline[2]: expected causality: already applied; remove the second one, got "causality"')
 * ```
 */
export const problemsOf = (root = '') => {
  refuseArgument('problemsOf', root, kinds.text)
  return (errors: t.Errors): readonly Problem[] => {
    refuseArgument('problemsOf', errors, someErrors)
    return errors.map((error) => {
      const { path, expected, got } = isProblemError(error) ? error.problem : shapeProblem(error, '')
      const before = isProblemError(error) ? pathOf([root, ...keysOf(error.context)].filter((key) => key !== '')) : root
      const between = before === '' || path === '' || path.startsWith('[') ? '' : '.'
      return { path: `${before}${between}${path}` || 'input', expected, got }
    })
  }
}

/** Takes the name of the whole off a path: codecs count from the value that they are given. */
const counted =
  (root: string) =>
  ({ path, expected, got }: Problem): Problem => ({
    path: path === root ? '' : path.startsWith(`${root}[`) || path.startsWith(`${root}.`) ? path.slice(root.length).replace(/^\./, '') : path,
    expected,
    got,
  })

/** What a codec is made of: a function that lists problems, whose paths may begin with the name of the whole. */
export interface CodecParts<A, O> {
  readonly name: string
  readonly root: string
  readonly is: (x: unknown) => x is A
  readonly decode: (x: unknown) => E.Either<readonly Problem[], A>
  readonly encode: (a: A) => O
}

/** A codec from a function that lists problems. */
export const codecOf = <A, O>({ name, root, is, decode, encode }: CodecParts<A, O>): t.Type<A, O, unknown> =>
  new t.Type<A, O, unknown>(
    name,
    is,
    (x, context) => {
      const decoded = decode(x)
      if (E.isRight(decoded)) return t.success(decoded.right)
      return E.left(decoded.left.map(counted(root)).map((problem): ProblemError => ({ value: x, context, problem })))
    },
    encode,
  )

type Fields = Readonly<Record<string, t.Mixed>>

/** The record that required and optional fields make. */
export type RecordOf<Required extends Fields, Optional extends Fields> = { readonly [K in keyof Required]: t.TypeOf<Required[K]> } & {
  readonly [K in keyof Optional]?: t.TypeOf<Optional[K]>
}

/**
 * A codec of a record that refuses keys it does not know, naming the nearest known one, and lists the problems of every field.
 */
export const strictRecord = <Required extends Fields, Optional extends Fields>(
  name: string,
  required: Required,
  optional: Optional,
): t.Type<RecordOf<Required, Optional>, Readonly<Record<string, unknown>>, unknown> => {
  const fields: Fields = { ...required, ...optional }
  const known = Object.keys(fields)
  const failure = (context: t.Context, value: unknown, problem: Problem): ProblemError => ({ value, context, problem })
  return new t.Type<RecordOf<Required, Optional>, Readonly<Record<string, unknown>>, unknown>(
    name,
    (x): x is RecordOf<Required, Optional> =>
      isRecord(x) && known.every((key) => (Object.hasOwn(x, key) ? fields[key].is(x[key]) : !Object.hasOwn(required, key))),
    (x, context) => {
      if (!isRecord(x)) return E.left([failure(context, x, { path: '', expected: `an object with ${known.join(', ')}`, got: shown(x) })])
      const errors: t.ValidationError[] = []
      const out: Record<string, unknown> = {}
      for (const key of Object.keys(x)) {
        if (!known.includes(key)) {
          errors.push(failure(context, x, { path: key, expected: nearest(known, key), got: shown(key) }))
          continue
        }
        const result = fields[key].validate(x[key], t.appendContext(context, key, fields[key], x[key]))
        if (E.isLeft(result)) errors.push(...result.left)
        else out[key] = result.right
      }
      for (const key of Object.keys(required)) if (!Object.hasOwn(x, key)) errors.push(failure(context, x, { path: key, expected: required[key].name, got: 'none' }))
      return errors.length > 0 ? E.left(errors) : t.success(out as RecordOf<Required, Optional>)
    },
    (record) => Object.fromEntries(Object.entries(record).map(([key, value]) => [key, fields[key].encode(value)])),
  )
}
