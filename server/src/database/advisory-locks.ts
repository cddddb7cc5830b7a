/** Every advisory lock we take, in one place, so that no two uses share a number. Two-integer form: `(class, id)`. */
export const ADVISORY = {
  /** `(77, replica number)`: held by each replica for as long as it lives. */
  replica: 77,
  migrate: { class: 78, id: 1 },
  sequencer: { class: 78, id: 2 },
  /** The stream of the site: its rare appends wait for each other. */
  site: { class: 78, id: 3 },
  /** Shared by every grant, alone for a hold that is being set or lifted. */
  holds: { class: 78, id: 4 },
  /** `(79, hash of the source)`: one batch of signals after the other. */
  source: 79,
  /** `(80, hash of a place)`: a service or an alert that a signal may open an incident for. */
  place: 80,
  /** `(81, hash of a key)`: what a grant reserves. */
  reservation: 81,
} as const
