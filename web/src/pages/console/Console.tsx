export function Console(_: { memory: unknown; secret: string | undefined }) {
  return null;
}
