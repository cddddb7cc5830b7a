/** How long a signal may still be on its way to its end after a repair was judged healthy, in milliseconds. */
export const SETTLING = 120_000
