/**
 * Refuses Ed25519 public keys for which a signature would prove nothing: points of low order, other spellings of a
 * point, and bytes that are no point at all (RFC 8032 section 5.1.3). Asked wherever a key is taken into trust.
 */

const P = 2n ** 255n - 19n
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n

/** y of the eight points whose order divides 8, whichever sign x has. */
const LOW_ORDER = new Set([
  0n,
  1n,
  P - 1n,
  2707385501144840649318225287225658788936804267575313519463743609750303402022n,
  55188659117513257062467267217118295137698188065244968500265048394206261417927n,
])

/** Why this is no key to trust; null if it is one. */
export function ed25519KeyProblem(key: Uint8Array): string | null {
  if (key.length !== 32) return `expected an Ed25519 key of 32 bytes, got ${key.length}`
  let y = 0n
  for (let i = 31; i >= 0; i--) y = (y << 8n) | BigInt(key[i] as number)
  y &= 2n ** 255n - 1n
  if (y >= P) return 'the Ed25519 key is not in canonical form'
  if (LOW_ORDER.has(y)) return 'the Ed25519 key is a point of low order'
  // x^2 = (y^2 - 1) / (d y^2 + 1) has a root exactly if numerator times denominator is a square (Euler).
  const square = (y * y) % P
  const product = ((square - 1n) * ((D * square + 1n) % P)) % P
  return power(product, (P - 1n) / 2n) === 1n ? null : 'the Ed25519 key is no point on the curve'
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let factor = ((base % P) + P) % P
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * factor) % P
    factor = (factor * factor) % P
  }
  return result
}
