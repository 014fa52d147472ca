// The people in the room, and what the server is told about their sizes.
import { useEffect, useMemo, useRef, useState } from "react";
import { isStaff, type Participant } from "../../protocol/nouns.ts";
import type { ViewTile } from "../../protocol/client.ts";
import { useCall, useCallState } from "../../ui/CallContext.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Video } from "../../ui/Video.tsx";
import { useWords } from "../../words/words.tsx";
import { layout, pages, places, type Area, type Grid, type Placed } from "./layout.ts";
import { Tile } from "./Tile.tsx";
import css from "./Gallery.module.css";

const SETTLE_MS = 250;

function useArea() {
  const ref = useRef<HTMLDivElement>(null);
  const [area, setArea] = useState<Area>({ width: 0, height: 0 });
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      if (!entry) return;
      const { width, height } = entry.contentRect;
      setArea({ width: Math.floor(width), height: Math.floor(height) });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, area] as const;
}

function useFloor(): string | undefined {
  const call = useCall();
  const [floor, setFloor] = useState(call.speakers.floor);
  useEffect(() => {
    call.speakers.floorChanged = () => setFloor(call.speakers.floor);
    return () => {
      call.speakers.floorChanged = () => undefined;
    };
  }, [call]);
  return floor;
}

/** Everybody, most important first: the one who speaks (on a stage), staff, the others as they came, oneself. */
export function ordered(people: readonly Participant[], self: string | undefined, speaker: string | undefined): string[] {
  const rank = (p: Participant): number => {
    if (p.id === self) return 3;
    if (p.id === speaker) return 0;
    return isStaff(p.role) ? 1 : 2;
  };
  return [...people].sort((a, b) => rank(a) - rank(b)).map((p) => p.id);
}

/** What the server should send, in device pixels. */
export function viewOf(placed: readonly Placed[], grid: Grid, self: string | undefined, floor: string | undefined, ratio: number): ViewTile[] {
  const size = (place: Placed["place"]): Area =>
    place === "off" ? { width: 0, height: 0 } : place === "stage" && grid.stage ? grid.stage : grid;
  return placed
    .filter((p) => p.id !== self)
    .sort((a, b) => Number(b.id === floor) - Number(a.id === floor))
    .map(({ id, place }) => {
      const { width, height } = size(place);
      return { participant: id, kind: "video", width: Math.round(width * ratio), height: Math.round(height * ratio) };
    });
}

export function Gallery() {
  const { t } = useWords();
  const call = useCall();
  const people = useCallState((s) => s.participants);
  const self = useCallState((s) => s.you?.participant);
  const screens = useCallState((s) => s.pictures.screen);
  const [ref, area] = useArea();
  const [page, setPage] = useState(0);
  const floor = useFloor();

  const others = floor === self ? undefined : floor;
  const grid = useMemo(() => layout(area, people.length, 25), [area, people.length]);
  const placed = useMemo(() => {
    const order = ordered(people, self, grid.stage ? others : undefined);
    return places(order, grid, page, others);
  }, [people, self, grid, page, others]);
  const count = pages(people.length, grid);
  const current = Math.min(page, count - 1);

  useEffect(() => {
    const element = ref.current;
    // No row holds more than it was reckoned for; a last, shorter one stands in the middle.
    element?.style.setProperty("--row-width", `${grid.stage?.width ?? grid.columns * (grid.width + 8) - 8}px`);
    element?.style.setProperty("--tile-width", `${grid.width}px`);
    element?.style.setProperty("--tile-height", `${grid.height}px`);
    element?.style.setProperty("--stage-width", `${grid.stage?.width ?? 0}px`);
    element?.style.setProperty("--stage-height", `${grid.stage?.height ?? 0}px`);
  }, [ref, grid]);

  useEffect(() => {
    if (area.width === 0) return;
    const timer = setTimeout(() => {
      const shares = Object.keys(screens).map((participant): ViewTile => ({
        participant, kind: "screen",
        width: Math.round(area.width * window.devicePixelRatio),
        height: Math.round((area.width * window.devicePixelRatio * 9) / 16),
      }));
      call.view([...shares, ...viewOf(placed, grid, self, others, window.devicePixelRatio)]);
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [call, placed, grid, self, others, area, screens]);

  const at = new Map(placed.map((p, i) => [p.id, { place: p.place, order: i }]));
  return (
    <section className={css["gallery"]} aria-label={t("room.gallery")}>
      {Object.entries(screens).map(([id, stream]) => {
        const name = people.find((p) => p.id === id)?.name ?? "";
        return (
          <section key={id} role="group" aria-label={t("room.screen", { name })} className={css["screen"]}>
            <Video stream={stream} className={css["picture"]} />
          </section>
        );
      })}
      <div ref={ref} className={css["area"]}>
        <div className={css["grid"]}>
          {people.map((person) => {
            const { place, order } = at.get(person.id) ?? { place: "off" as const, order: 0 };
            return <Tile key={person.id} person={person} place={place} order={order} />;
          })}
        </div>
      </div>
      {count > 1 && (
        <nav className={css["pages"]} aria-label={t("room.page", { page: current + 1, pages: count })}>
          <button type="button" aria-label={t("room.page.previous")} disabled={current === 0} onClick={() => setPage(current - 1)}>
            <Icon name="previous" />
          </button>
          <span aria-hidden="true">{current + 1} / {count}</span>
          <button type="button" aria-label={t("room.page.next")} disabled={current >= count - 1} onClick={() => setPage(current + 1)}>
            <Icon name="next" />
          </button>
        </nav>
      )}
    </section>
  );
}
