import type { Floats } from '../policy/floats.ts'

/**
 * C += A B, with C row-major without gaps. Entry (i, k) of A is `a[aOffset + i * aRow + k * aColumn]`, so that transposed is row and
 * column exchanged; B likewise.
 *
 *     C[i, j] += sum_k A[i, k] B[k, j]        i < m, j < n, k < inner
 *
 * Two rows by four columns at a time, sums in float64 registers: more of them would spill.
 */
export const addProduct = (
  m: number,
  n: number,
  inner: number,
  a: Floats,
  aOffset: number,
  aRow: number,
  aColumn: number,
  b: Floats,
  bOffset: number,
  bRow: number,
  bColumn: number,
  c: Floats,
  cOffset: number,
): void => {
  const b2 = 2 * bColumn
  const b3 = 3 * bColumn
  let i = 0
  for (; i + 1 < m; i += 2) {
    const top = cOffset + i * n
    const below = top + n
    let j = 0
    for (; j + 3 < n; j += 4) {
      let s00 = c[top + j]
      let s01 = c[top + j + 1]
      let s02 = c[top + j + 2]
      let s03 = c[top + j + 3]
      let s10 = c[below + j]
      let s11 = c[below + j + 1]
      let s12 = c[below + j + 2]
      let s13 = c[below + j + 3]
      let p = aOffset + i * aRow
      let q = bOffset + j * bColumn
      for (let k = 0; k < inner; k++) {
        const x0 = a[p]
        const x1 = a[p + aRow]
        let y = b[q]
        s00 += x0 * y
        s10 += x1 * y
        y = b[q + bColumn]
        s01 += x0 * y
        s11 += x1 * y
        y = b[q + b2]
        s02 += x0 * y
        s12 += x1 * y
        y = b[q + b3]
        s03 += x0 * y
        s13 += x1 * y
        p += aColumn
        q += bRow
      }
      c[top + j] = s00
      c[top + j + 1] = s01
      c[top + j + 2] = s02
      c[top + j + 3] = s03
      c[below + j] = s10
      c[below + j + 1] = s11
      c[below + j + 2] = s12
      c[below + j + 3] = s13
    }
    for (; j < n; j++) {
      let s0 = c[top + j]
      let s1 = c[below + j]
      let p = aOffset + i * aRow
      let q = bOffset + j * bColumn
      for (let k = 0; k < inner; k++) {
        s0 += a[p] * b[q]
        s1 += a[p + aRow] * b[q]
        p += aColumn
        q += bRow
      }
      c[top + j] = s0
      c[below + j] = s1
    }
  }
  // The last row of an odd number.
  for (; i < m; i++) {
    const top = cOffset + i * n
    let j = 0
    for (; j + 3 < n; j += 4) {
      let s0 = c[top + j]
      let s1 = c[top + j + 1]
      let s2 = c[top + j + 2]
      let s3 = c[top + j + 3]
      let p = aOffset + i * aRow
      let q = bOffset + j * bColumn
      for (let k = 0; k < inner; k++) {
        const x = a[p]
        s0 += x * b[q]
        s1 += x * b[q + bColumn]
        s2 += x * b[q + b2]
        s3 += x * b[q + b3]
        p += aColumn
        q += bRow
      }
      c[top + j] = s0
      c[top + j + 1] = s1
      c[top + j + 2] = s2
      c[top + j + 3] = s3
    }
    for (; j < n; j++) {
      let s = c[top + j]
      let p = aOffset + i * aRow
      let q = bOffset + j * bColumn
      for (let k = 0; k < inner; k++) {
        s += a[p] * b[q]
        p += aColumn
        q += bRow
      }
      c[top + j] = s
    }
  }
}
