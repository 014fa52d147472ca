// How long to wait before the next attempt: 0.2 s doubling to 5 s, the half of
// it by chance, so that twelve people do not all come back in the same instant.
export function backoff(attempt: number, random: () => number = Math.random): number {
  const whole = Math.min(5000, 200 * 2 ** attempt);
  return whole / 2 + (whole / 2) * random();
}
