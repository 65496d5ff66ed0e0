import type { I32, Integer, Kernel, Local, Statement, V128 } from '../../simd/emit.ts'
import { add, assign, atMost, f32x4, increase, kernel, lessThan, load, loop, repeat, set, store, subtract, times, when } from '../../simd/emit.ts'

/** Bytes of a float32 number, and of a vector of four. */
const number = 4
const vector = 16

/** Rows and vectors of a block whose sums stay in registers: eight sums, the two vectors that they are made of, and a factor. */
const blockRows = 4
const blockVectors = 2

/** Rows from which on a panel of the right matrix is read so often that it is laid together first. */
const worthPacking = 16

/** Leading dimensions, in numbers, known when the code is made. */
export interface ProductShape {
  readonly name: string
  /** Whether the left matrix is stored as its transpose, [depth, rows]. */
  readonly left: 'as it is' | 'transposed'
  /** Numbers from a row of the stored left matrix to the next. */
  readonly leftRow: number
  /** Numbers from a row of the right matrix to the next, a multiple of 4. */
  readonly rightRow: number
  /** Numbers from a row of the result to the next, a multiple of 4. */
  readonly outRow: number
  /** Columns of right matrix and result, a multiple of 4. */
  readonly columns: number
}

const indices = (count: number): readonly number[] => Array.from({ length: count }, (_, k) => k)

/**
 * A matrix product: out[rows, columns] = start + left right.
 *
 * Arguments: rows, depth, then where these lie: left, right, out, start; bytes from a row of start to the next (0 for one row that all
 * share); room for 8 depth numbers, where a panel of the right matrix is laid together. Rows and depth are at least 1.
 */
export const product = ({ name, left: leftLayout, leftRow, rightRow, outRow, columns }: ProductShape): Kernel =>
  kernel(name, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'], ([rows, depth, left, right, out, start, startRow, room], local) => {
    const [row, column, k] = [local('i32'), local('i32'), local('i32')]
    const [panel, panelRow, a, b, c] = [local('i32'), local('i32'), local('i32'), local('i32'), local('i32')]
    const sums = indices(blockRows * blockVectors).map(() => local('v128'))
    const terms = indices(blockVectors).map(() => local('v128'))
    const factor = local('v128')
    const transposed = leftLayout === 'transposed'

    /** `height` rows by `width` vectors of the result, from a panel whose rows are `panelRow` bytes apart: told at run time, or all would be there twice. */
    const block = (height: number, width: number): readonly Statement[] => {
      const sum = (i: number, j: number): Local<'v128'> => sums[i * width + j]
      const step: readonly Statement[] = [
        ...indices(width).map((j) => set(terms[j], load(b, vector * j))),
        ...indices(height).flatMap((i) => [
          set(factor, f32x4.loadSplat(a, transposed ? number * i : number * leftRow * i)),
          ...indices(width).map((j) => set(sum(i, j), f32x4.add(sum(i, j), f32x4.multiply(factor, terms[j])))),
        ]),
      ]
      return [
        assign(c, add(add(start, column), times(row, startRow))),
        ...indices(height).flatMap((i) => [...indices(width).map((j) => set(sum(i, j), load(c, vector * j))), increase(c, startRow)]),
        assign(a, add(left, times(row, transposed ? number : number * leftRow))),
        assign(b, panel),
        assign(k, depth),
        repeat([...step, increase(a, transposed ? number * leftRow : number), increase(b, panelRow), assign(k, subtract(k, 1))], k),
        assign(c, add(add(out, column), times(row, number * outRow))),
        ...indices(height).flatMap((i) => indices(width).map((j) => store(c, sum(i, j), number * outRow * i + vector * j))),
      ]
    }

    const allRows = (width: number): readonly Statement[] => [
      assign(row, 0),
      loop(atMost(add(row, blockRows), rows), [...block(blockRows, width), increase(row, blockRows)]),
      loop(lessThan(row, rows), [...block(1, width), increase(row, 1)]),
    ]

    const copyPanel = (width: number): readonly Statement[] => [
      assign(b, add(right, column)),
      assign(c, room),
      assign(k, depth),
      repeat(
        [
          ...indices(width).map((j) => store(c, load(b, vector * j), vector * j)),
          increase(b, number * rightRow),
          increase(c, vector * width),
          assign(k, subtract(k, 1)),
        ],
        k,
      ),
    ]

    const panelOf = (width: number): readonly Statement[] => [
      when(
        lessThan(rows, worthPacking),
        [assign(panel, add(right, column)), assign(panelRow, number * rightRow)],
        [...copyPanel(width), assign(panel, room), assign(panelRow, vector * width)],
      ),
      ...allRows(width),
      increase(column, vector * width),
    ]
    const wide = vector * Math.floor(columns / (4 * blockVectors)) * blockVectors
    // Code that would never be run is compiled all the same.
    return [
      assign(column, 0),
      ...(wide > 0 ? [loop(lessThan(column, wide), panelOf(blockVectors))] : []),
      ...(wide < number * columns ? [loop(lessThan(column, number * columns), panelOf(1))] : []),
    ]
  })

/**
 * The transpose of a matrix: out[columns, rows] from [rows, columns], both multiples of 4. Arguments: rows, columns, where the two lie.
 */
export const transpose: Kernel = kernel('transpose', ['i32', 'i32', 'i32', 'i32'], ([rows, columns, from, to], local) => {
  const [row, column, a, b] = [local('i32'), local('i32'), local('i32'), local('i32')]
  const read = indices(4).map(() => local('v128'))
  const half = indices(4).map(() => local('v128'))
  const [low, high] = [[0, 4, 1, 5], [2, 6, 3, 7]] as const
  const bytes = (x: I32): I32 => times(x, number)
  return [
    assign(row, 0),
    loop(lessThan(row, rows), [
      assign(column, 0),
      loop(lessThan(column, columns), [
        assign(a, add(from, bytes(add(times(row, columns), column)))),
        ...read.flatMap((v) => [set(v, load(a)), increase(a, bytes(columns))]),
        set(half[0], f32x4.shuffle(read[0], read[2], low)),
        set(half[1], f32x4.shuffle(read[1], read[3], low)),
        set(half[2], f32x4.shuffle(read[0], read[2], high)),
        set(half[3], f32x4.shuffle(read[1], read[3], high)),
        assign(b, add(to, bytes(add(times(column, rows), row)))),
        ...[f32x4.shuffle(half[0], half[1], low), f32x4.shuffle(half[0], half[1], high), f32x4.shuffle(half[2], half[3], low), f32x4.shuffle(half[2], half[3], high)].flatMap(
          (v: V128) => [store(b, v), increase(b, bytes(rows))],
        ),
        increase(column, 4),
      ]),
      increase(row, 4),
    ]),
  ]
})

/**
 * The sums of the columns of a matrix: out[columns] = start + the rows of [rows, columns], rows at least 1. Arguments: rows, columns (a
 * multiple of 4), where matrix, out and start lie.
 */
export const columnSums: Kernel = kernel('columnSums', ['i32', 'i32', 'i32', 'i32', 'i32'], ([rows, columns, from, to, start], local) => {
  const [column, a, k] = [local('i32'), local('i32'), local('i32')]
  const sums = indices(4).map(() => local('v128'))
  const width = (vectors: number): Integer => vector * vectors
  const sumsOf = (vectors: number): readonly Statement[] => [
    ...sums.slice(0, vectors).map((sum, j) => set(sum, load(add(start, column), vector * j))),
    assign(a, add(from, column)),
    assign(k, rows),
    repeat([...sums.slice(0, vectors).map((sum, j) => set(sum, f32x4.add(sum, load(a, vector * j)))), increase(a, times(columns, number)), assign(k, subtract(k, 1))], k),
    ...sums.slice(0, vectors).map((sum, j) => store(add(to, column), sum, vector * j)),
    increase(column, width(vectors)),
  ]
  return [
    assign(column, 0),
    loop(atMost(add(column, width(4)), times(columns, number)), sumsOf(4)),
    loop(lessThan(column, times(columns, number)), sumsOf(1)),
  ]
})
