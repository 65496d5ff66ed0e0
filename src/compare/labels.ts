/** Width of a text in a sans-serif font, in pixels: a mean, on the safe side, since there is no font to measure. */
export const widthOf = (text: string, size: number): number => {
  let ems = 0
  // East Asian characters and pictographs are a full em wide, capitals and such wider than the rest.
  for (const c of text) ems += (c.codePointAt(0) ?? 0) >= 0x2e80 ? 1.05 : /[A-Z0-9MWmw@%&+=<>~_∇]/.test(c) ? 0.68 : /[ilj.,:;'|![\]() ]/.test(c) ? 0.34 : 0.56
  return ems * size
}

const pieces = (text: string, size: number, width: number): readonly string[] => {
  const out: string[] = []
  let line = ''
  for (const c of text) {
    if (line !== '' && widthOf(line + c, size) > width) {
      out.push(line)
      line = ''
    }
    line += c
  }
  return [...out, line]
}

/** A text in lines of at most so many pixels, broken after spaces and commas, and inside a word that is too long for a line. */
export const wrapped = (text: string, size: number, width: number): readonly string[] => {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/(?<=[\s,;/-])/)) {
    if (line !== '' && widthOf((line + word).trimEnd(), size) > width) {
      lines.push(line.trimEnd())
      line = ''
    }
    const [last, ...before] = pieces(line + word, size, width).toReversed()
    lines.push(...before.toReversed())
    line = last
  }
  return [...lines, line.trimEnd()]
}

/** A place in pixels, from the upper left corner of a panel. */
export interface Spot {
  readonly x: number
  readonly y: number
}

/** A text beside a spot. */
export interface Label {
  readonly text: string
  readonly dx: number
  readonly dy: number
  readonly align: 'left' | 'center' | 'right'
}

interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

const overlap = (a: Box, b: Box): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

/** Half of a mark, and a little air. */
const reach = 9

const candidates: readonly Omit<Label, 'text'>[] = [
  { align: 'left', dx: reach, dy: 0 },
  { align: 'right', dx: -reach, dy: 0 },
  { align: 'center', dx: 0, dy: -reach - 4 },
  { align: 'center', dx: 0, dy: reach + 4 },
  { align: 'left', dx: reach - 3, dy: -reach },
  { align: 'left', dx: reach - 3, dy: reach },
  { align: 'right', dx: 3 - reach, dy: -reach },
  { align: 'right', dx: 3 - reach, dy: reach },
  { align: 'left', dx: -4, dy: -reach - 5 },
  { align: 'left', dx: -4, dy: reach + 5 },
  { align: 'right', dx: 4, dy: -reach - 5 },
  { align: 'right', dx: 4, dy: reach + 5 },
]

const boxOf = ({ x, y }: Spot, { dx, dy, align, text }: Label, size: number): Box => {
  const width = widthOf(text, size)
  const left = x + dx - (align === 'left' ? 0 : align === 'right' ? width : width / 2)
  return { left, right: left + width, top: y + dy - size / 2 - 1, bottom: y + dy + size / 2 + 1 }
}

/**
 * A label beside each of some spots that covers neither a mark nor another label nor leaves the panel; null where there is no such place.
 */
export const labelled = (
  texts: readonly (readonly [Spot, string])[],
  { width, height, size }: { readonly width: number; readonly height: number; readonly size: number },
): readonly (Label | null)[] => {
  const taken: Box[] = texts.map(([{ x, y }]) => ({ left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 }))
  return texts.map(([spot, text]) => {
    for (const candidate of candidates) {
      const label = { ...candidate, text }
      const box = boxOf(spot, label, size)
      if (box.left >= 0 && box.right <= width && box.top >= 0 && box.bottom <= height && !taken.some((other) => overlap(box, other))) {
        taken.push(box)
        return label
      }
    }
    return null
  })
}

/** Spots that lie on each other, as lists of their positions in the given list. */
export const heaps = (spots: readonly Spot[]): readonly (readonly number[])[] => {
  const found: number[][] = []
  for (const [k, { x, y }] of spots.entries()) {
    const heap = found.find(([first]) => Math.hypot(spots[first].x - x, spots[first].y - y) < 5)
    if (heap === undefined) found.push([k])
    else heap.push(k)
  }
  return found
}
