export function ensurePackages(
  names: string[],
  why: string,
): Promise<{ present: string[]; missing: string[]; said: string }>
