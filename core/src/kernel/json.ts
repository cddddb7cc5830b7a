/** What may be stored, hashed and signed: plain JSON. Anything signed holds integers only. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }
