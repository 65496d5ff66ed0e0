// Loops of their own, so that each is compiled for itself; four entries a turn, since a turn costs more than an entry.

/** to = c, which stands from another place on. */
export const copyRun = (to: Float64Array, begin: number, end: number, c: ArrayLike<number>, from: number): void => {
  let k = begin
  let j = from
  for (; k + 3 < end; k += 4, j += 4) {
    to[k] = c[j]
    to[k + 1] = c[j + 1]
    to[k + 2] = c[j + 2]
    to[k + 3] = c[j + 3]
  }
  for (; k < end; k++, j++) to[k] = c[j]
}

/** to = c by. */
export const scaleRun = (to: Float64Array, c: Float64Array, begin: number, end: number, by: number): void => {
  let k = begin
  for (; k + 3 < end; k += 4) {
    to[k] = c[k] * by
    to[k + 1] = c[k + 1] * by
    to[k + 2] = c[k + 2] * by
    to[k + 3] = c[k + 3] * by
  }
  for (; k < end; k++) to[k] = c[k] * by
}

/** to = c by factor_t; t counts from the beginning of the run. */
export const scaleRunByTime = (to: Float64Array, c: Float64Array, begin: number, end: number, by: number, byTime: Float64Array): void => {
  let k = begin
  let t = 0
  for (; k + 3 < end; k += 4, t += 4) {
    to[k] = c[k] * by * byTime[t]
    to[k + 1] = c[k + 1] * by * byTime[t + 1]
    to[k + 2] = c[k + 2] * by * byTime[t + 2]
    to[k + 3] = c[k + 3] * by * byTime[t + 3]
  }
  for (; k < end; k++, t++) to[k] = c[k] * by * byTime[t]
}

/** to = c ratio by; the ratios of the run stand from another place on. */
export const scaleRunByRatio = (to: Float64Array, c: Float64Array, begin: number, end: number, by: number, ratio: Float64Array, from: number): void => {
  let k = begin
  let j = from
  for (; k + 3 < end; k += 4, j += 4) {
    to[k] = c[k] * ratio[j] * by
    to[k + 1] = c[k + 1] * ratio[j + 1] * by
    to[k + 2] = c[k + 2] * ratio[j + 2] * by
    to[k + 3] = c[k + 3] * ratio[j + 3] * by
  }
  for (; k < end; k++, j++) to[k] = c[k] * ratio[j] * by
}

/** c = (c - centre) by. */
export const standardiseRun = (c: Float64Array, begin: number, end: number, centre: number, by: number): void => {
  let k = begin
  for (; k + 3 < end; k += 4) {
    c[k] = (c[k] - centre) * by
    c[k + 1] = (c[k + 1] - centre) * by
    c[k + 2] = (c[k + 2] - centre) * by
    c[k + 3] = (c[k + 3] - centre) * by
  }
  for (; k < end; k++) c[k] = (c[k] - centre) * by
}

/** c -= b. */
export const subtractNumber = (c: Float64Array, begin: number, end: number, b: number): void => {
  let k = begin
  for (; k + 3 < end; k += 4) {
    c[k] -= b
    c[k + 1] -= b
    c[k + 2] -= b
    c[k + 3] -= b
  }
  for (; k < end; k++) c[k] -= b
}

/** c -= b, which is shifted against it. */
export const subtractRun = (c: Float64Array, begin: number, end: number, b: ArrayLike<number>, shift: number): void => {
  let k = begin
  for (; k + 3 < end; k += 4) {
    c[k] -= b[k + shift]
    c[k + 1] -= b[k + 1 + shift]
    c[k + 2] -= b[k + 2 + shift]
    c[k + 3] -= b[k + 3 + shift]
  }
  for (; k < end; k++) c[k] -= b[k + shift]
}

/** c -= (total - c) share, both shifted against it. */
export const subtractOthers = (c: Float64Array, begin: number, end: number, total: ArrayLike<number>, share: ArrayLike<number>, shift: number): void => {
  let k = begin
  for (; k + 3 < end; k += 4) {
    c[k] -= (total[k + shift] - c[k]) * share[k + shift]
    c[k + 1] -= (total[k + 1 + shift] - c[k + 1]) * share[k + 1 + shift]
    c[k + 2] -= (total[k + 2 + shift] - c[k + 2]) * share[k + 2 + shift]
    c[k + 3] -= (total[k + 3 + shift] - c[k + 3]) * share[k + 3 + shift]
  }
  for (; k < end; k++) c[k] -= (total[k + shift] - c[k]) * share[k + shift]
}

/** to += c, which is shifted against it. */
export const addRun = (to: Float64Array, c: ArrayLike<number>, begin: number, end: number, shift: number): void => {
  let k = begin
  for (; k + 3 < end; k += 4) {
    to[k] += c[k + shift]
    to[k + 1] += c[k + 1 + shift]
    to[k + 2] += c[k + 2 + shift]
    to[k + 3] += c[k + 3 + shift]
  }
  for (; k < end; k++) to[k] += c[k + shift]
}

/** to = a - b, which both stand from another place on. */
export const differences = (to: Float64Array, begin: number, end: number, a: ArrayLike<number>, b: ArrayLike<number>, shift: number): void => {
  let k = begin
  for (; k + 3 < end; k += 4) {
    to[k] = a[k + shift] - b[k + shift]
    to[k + 1] = a[k + 1 + shift] - b[k + 1 + shift]
    to[k + 2] = a[k + 2 + shift] - b[k + 2 + shift]
    to[k + 3] = a[k + 3 + shift] - b[k + 3 + shift]
  }
  for (; k < end; k++) to[k] = a[k + shift] - b[k + shift]
}
