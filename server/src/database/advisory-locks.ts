/** Every advisory lock we take, in one place, so that no two uses share a number. Two-integer form: `(class, id)`. */
export const ADVISORY = {
  /** `(77, replica number)`: held by each replica for as long as it lives. */
  replica: 77,
  migrate: { class: 78, id: 1 },
  sequencer: { class: 78, id: 2 },
} as const
