/**
 * Sine and cosine of small angles as polynomials, which the compiler puts where they are called: several times as fast as Math.sin and
 * Math.cos, of which they are one branch, and equal to them in the last bit. For |x| < 0.3 only.
 *
 * Source: fdlibm 5.3, kernels of sine and cosine; Copyright 1993 Sun Microsystems, freely granted.
 */

/** The bound of |x|. */
export const largest = 0.3

/** sin x for |x| < 0.3. */
export const sinSmall = (x: number): number => {
  const z = x * x
  return (
    x +
    z *
      x *
      (-1.66666666666666324348e-1 +
        z * (8.33333333332248946124e-3 + z * (-1.98412698298579493134e-4 + z * (2.75573137070700676789e-6 + z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)))))
  )
}

/** cos x for |x| < 0.3. */
export const cosSmall = (x: number): number => {
  const z = x * x
  const r =
    z *
    (4.16666666666666019037e-2 +
      z * (-1.38888888888741095749e-3 + z * (2.48015872894767294178e-5 + z * (-2.75573143513906633035e-7 + z * (2.08757232129817482790e-9 + z * -1.13596475577881948265e-11)))))
  return 1 - (0.5 * z - z * r)
}
