/** What a key has to be that an input does not have: nothing is. The compiler prints the sentence. */
export interface NoSuchKey<Sentence extends string> {
  readonly noSuchKey: Sentence
}

/** The keys of a type, of each of its members if it is a union. */
type KeysOf<T> = T extends unknown ? keyof T : never

/** A key that the compiler knows: not that of a record by whatever names. */
type Literal<K> = string extends K ? never : number extends K ? never : symbol extends K ? never : K

/**
 * What an input must be besides: without other keys than the known ones. The compiler itself looks at these in literals alone, and not even
 * there once a type parameter takes the type of the literal.
 */
export type Strict<T, Known> = {
  readonly [K in KeysOf<T> as K extends keyof Known ? never : Literal<K>]?: NoSuchKey<`no key ${K & string} here: see the names that its input has`>
}

/** The same of each element of a list. The known keys stand in it, so that the compiler finds fault with the others alone. */
export type StrictEach<T, Known> = readonly (Strict<T, Known> & { readonly [K in keyof Known]?: unknown })[]
