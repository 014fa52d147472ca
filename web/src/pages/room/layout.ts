// Where the pictures go. Pure: sizes and people in, places out.

export interface Area {
  width: number;
  height: number;
}

export interface Grid {
  columns: number;
  /** Of one small tile, in CSS pixels. */
  width: number;
  height: number;
  /** Of the one large tile on small screens. */
  stage?: Area;
  /** How many are seen at once, the stage included. */
  page: number;
}

const GAP = 8;
const SMALL = 700;
const WIDE = 16 / 9;
const NARROW = 4 / 3;
/** A face that is smaller than this helps nobody. */
const LEAST = 148;

/** Small screens have one large picture and small ones under it; others a grid as large as it will go. */
export function layout({ width, height }: Area, people: number, most: number): Grid {
  if (width <= 0 || height <= 0) return { columns: 1, width: 0, height: 0, page: Math.max(1, people) };
  return width < SMALL ? small({ width, height }, people) : large({ width, height }, Math.min(people, most));
}

function small({ width, height }: Area, people: number): Grid {
  const stageHeight = Math.max(120, Math.min(width / NARROW, people > 1 ? height * 0.52 : height));
  const stage = { width, height: Math.round(stageHeight) };
  const columns = Math.max(2, Math.floor((width + GAP) / (180 + GAP)));
  const tile = Math.floor((width - GAP * (columns - 1)) / columns);
  const tileHeight = Math.round(tile / NARROW);
  const rows = Math.max(1, Math.floor((height - stage.height) / (tileHeight + GAP)));
  return { columns, width: tile, height: tileHeight, stage, page: 1 + columns * rows };
}

function large({ width, height }: Area, people: number): Grid {
  const n = Math.max(1, people);
  let best: Grid = { columns: 1, width: 0, height: 0, page: 1 };
  for (let columns = 1; columns <= Math.min(n, 6); columns++) {
    const rows = Math.ceil(n / columns);
    const tile = fit(width, height, columns, rows);
    if (tile.width > best.width) best = { columns, ...tile, page: n };
  }
  if (best.width >= LEAST) return best;
  // Too many for the room: as many as can be seen well.
  const columns = Math.max(1, Math.floor((width + GAP) / (LEAST + GAP)));
  const tileHeight = LEAST / WIDE;
  const rows = Math.max(1, Math.floor((height + GAP) / (tileHeight + GAP)));
  return { columns, ...fit(width, height, columns, rows), page: columns * rows };
}

function fit(width: number, height: number, columns: number, rows: number): Area {
  const w = (width - GAP * (columns - 1)) / columns;
  const h = (height - GAP * (rows - 1)) / rows;
  const tile = Math.min(w, h * WIDE);
  return { width: Math.floor(tile), height: Math.floor(tile / WIDE) };
}

export type Place = "stage" | "grid" | "off";

export interface Placed {
  id: string;
  place: Place;
}

/**
 * Who is seen on a page. `order` is everybody, most important first. With a
 * stage, the first is on it on every page and the others take turns; without
 * one, whoever has the floor changes places with the last of the page.
 */
export function places(order: readonly string[], grid: Grid, page: number, floor: string | undefined): Placed[] {
  const first = grid.stage ? order.slice(0, 1) : [];
  const rest = order.slice(first.length);
  const size = Math.max(1, grid.page - first.length);
  const from = Math.min(page, pages(order.length, grid) - 1) * size;
  const seen = rest.slice(from, from + size);
  if (floor !== undefined && !grid.stage && rest.includes(floor) && !seen.includes(floor)) {
    seen[seen.length - 1] = floor;
  }
  return [
    ...first.map((id) => ({ id, place: "stage" as const })),
    ...seen.map((id) => ({ id, place: "grid" as const })),
    ...rest.filter((id) => !seen.includes(id)).map((id) => ({ id, place: "off" as const })),
  ];
}

export function pages(people: number, grid: Grid): number {
  const fixed = grid.stage ? 1 : 0;
  return Math.max(1, Math.ceil((people - fixed) / Math.max(1, grid.page - fixed)));
}
