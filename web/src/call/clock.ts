// The server's clock, as far as this device knows it. People's phones are
// minutes off; what is late is judged by the server's time.

export interface Clock {
  /** Milliseconds to add to this device's clock. */
  readonly offset: number;
}

export function clockFrom(serverNow: string, here: number = Date.now()): Clock {
  const there = Date.parse(serverNow);
  return { offset: Number.isNaN(there) ? 0 : there - here };
}

export function now(clock: Clock, here: number = Date.now()): number {
  return here + clock.offset;
}
