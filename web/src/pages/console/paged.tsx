// Lists that can grow: read page by page, or whole where a choice needs
// everybody.
import { useEffect, useState, type ReactNode } from "react";
import { useInfiniteQuery, useQuery, type UseInfiniteQueryResult, type UseQueryResult } from "@tanstack/react-query";
import { many, type Person } from "../../protocol/clinic.ts";
import type { Asked, ReadPath } from "../../protocol/office.ts";
import { Button } from "../../ui/Button.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { refusalFrom, useDesk, useSaid } from "./desk.tsx";

interface Page { next?: string }

type Paged<T> = UseInfiniteQueryResult<{ pages: T[] }>;

/** Reads a list page by page. */
export function usePages<T extends Page>(area: string, path: ReadPath, asked: Omit<Asked, "signal"> = {}, enabled = true): Paged<T> {
  const { office } = useDesk();
  return useInfiniteQuery({
    queryKey: [area, path, "pages", asked],
    queryFn: ({ pageParam, signal }) => office.get<T>(path, { ...asked, query: { ...asked.query, ...(pageParam !== "" && { after: pageParam }) }, signal }),
    initialPageParam: "",
    getNextPageParam: (last: T) => last.next || undefined,
    enabled,
  });
}

/** Shows the rows that were read so far, and the way to more of them. */
export function Pages<T, Row>({ of, rows, children }: { of: Paged<T>; rows(page: T): readonly Row[] | null | undefined; children(rows: Row[]): ReactNode }) {
  const { t } = useConsoleWords();
  const said = useSaid();
  if (of.isPending) return <p role="status">{t("loading")}</p>;
  if (of.data === undefined) {
    return (
      <Notice look="clay" action={<Button size="small" onClick={() => void of.refetch()}>{t("retry")}</Button>}>
        {said(refusalFrom(of.error))}
      </Notice>
    );
  }
  return (
    <>
      {children(of.data.pages.flatMap((page) => [...many(rows(page))]))}
      {of.hasNextPage && (
        <Notice quiet action={<Button size="small" disabled={of.isFetchingNextPage} onClick={() => void of.fetchNextPage()}>{t("list.more")}</Button>}>
          {t("list.notall")}
        </Notice>
      )}
    </>
  );
}

export interface Persons { persons: Person[] | null; next?: string }

/** Typing pauses for so long before the server is asked. */
const SETTLED_MS = 300;

/** Those whose name holds a text, among the pages that were not read yet. A name goes in a body, never in an address. */
export function useFound(text: string, enabled: boolean): Person[] {
  const { office } = useDesk();
  const [q, settle] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => settle(text.trim()), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const found = useQuery({
    queryKey: ["persons", "found", q],
    queryFn: ({ signal }) => office.post<Persons>("/persons/search", { body: { q, limit: 100 }, signal }),
    enabled: enabled && q !== "",
  });
  return [...many(found.data?.persons)];
}

/** Everybody of a kind, to choose from and to know names by. */
export function usePersons(kind?: Person["kind"], enabled = true): UseQueryResult<{ persons: Person[] }> {
  const { office } = useDesk();
  return useQuery({
    queryKey: ["persons", "whole", kind],
    queryFn: async ({ signal }) => {
      const persons: Person[] = [];
      let after: string | undefined;
      do {
        const page: Persons = await office.get<Persons>("/persons", { query: { limit: 1000, ...(kind && { kind }), ...(after && { after }) }, signal });
        persons.push(...many(page.persons));
        after = page.next;
      } while (after);
      return { persons };
    },
    enabled,
  });
}
