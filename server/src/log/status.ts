/** What the log says about itself, for everyone who must know before acting. */
import type { Head } from './head.ts'

/** Two heads that cannot both be true: what was published, and what the database holds now. */
export type Rewind = { published: Head; database: Head | null; says: string }

export type LogStatus =
  /** Not yet looked, or the database cannot be reached. */
  | { state: 'away'; says: string }
  /** This replica numbers and publishes. */
  | { state: 'leading'; epoch: number; head: Head | null }
  /** Another replica does; this one stands by. */
  | { state: 'following'; head: Head | null }
  /** The database went back in time. Nothing is published until people reincarnate the log. */
  | ({ state: 'rewound' } & Rewind)

export type LogWatch = {
  status(): LogStatus
  /** How long the oldest recorded entry has waited for its number, in ms; grows while nobody can look. */
  behindMs(): number
}
