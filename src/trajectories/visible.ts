/**
 * Characters that a terminal obeys or hides instead of showing them: controls (C0, DEL, C1), marks that change the direction of what follows, other
 * separators of lines, invisible characters, and halves of a surrogate pair.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** By its one or two units of UTF-16, as JSON escapes them. */
const escape = (character: string): string => Array.from({ length: character.length }, (_, k) => `\\u${character.charCodeAt(k).toString(16).padStart(4, '0')}`).join('')

/**
 * A text in which every character shows: those that a terminal would obey or hide become escapes of JSON, in which JSON stays the same value.
 *
 * @param text  from anywhere: a key of a file, a path, what an error says
 */
export const visible = (text: string): string => text.replace(hidden, escape)
