/**
 * The few primitives that trail needs, handed in by whoever calls it (Node's crypto on servers, noble in browsers).
 * All are synchronous, keep no reference to their arguments and answer with fresh bytes.
 */
export type Crypto = {
  /** SHA-256 over the parts one after the other: 32 bytes. */
  sha256(...parts: Uint8Array[]): Uint8Array
  /** SHA-512 over the parts one after the other: 64 bytes. */
  sha512(...parts: Uint8Array[]): Uint8Array
  /** RFC 8032 without cofactor, canonical encodings only. Key 32 bytes, signature 64. Never throws. */
  verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
  /** ECDSA over P-256 with SHA-256. Key 65 bytes uncompressed, signature r || s of 32 bytes each. Never throws. */
  verifyEcdsaP256(publicKey: Uint8Array, message: Uint8Array, signatureRS: Uint8Array): boolean
}

/** Signs a message with a key that trail never sees. Ed25519: 64 bytes. */
export type Sign = (message: Uint8Array) => Uint8Array
