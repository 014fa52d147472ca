// What every page of the console holds: whose it is, what may be done, the
// calls, and how an answer that is awaited or refused looks.
import { createContext, useContext, type ReactNode } from "react";
import { useMutation, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { Refusal } from "../../protocol/api.ts";
import type { StaffRole } from "../../protocol/clinic.ts";
import type { SignedIn } from "../../protocol/http.ts";
import type { Asked, Office, ReadPath } from "../../protocol/office.ts";
import { Button } from "../../ui/Button.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useConsoleWords, type ConsoleWordId } from "../../words/console.tsx";
import { consoleEn } from "../../words/console.en.ts";

/** mark names the sign-in to other tabs without giving it away. */
export type Who = Pick<SignedIn, "token" | "clinic" | "name" | "zone" | "person" | "roles"> & { mark: string };
export type May = "read" | "write" | "run" | "sign" | "export" | "audit" | "settings";

/** As the server has it; the server decides, this only hides what would be refused. */
const covers: Record<StaffRole, readonly May[]> = {
  admin: ["read", "write", "run", "sign", "export", "audit", "settings"],
  clinician: ["read", "run", "sign", "export"],
  billing: ["read", "export"],
  auditor: ["read", "audit"],
};

export interface Desk {
  office: Office;
  who: Who;
  may(what: May): boolean;
  signOut(): void;
}

/** A server that does not tell the roles is asked each time. */
export function allows(roles: readonly string[] | undefined, what: May): boolean {
  if (roles === undefined) return true;
  return roles.some((role) => role in covers && covers[role as StaffRole].includes(what));
}

const Context = createContext<Desk | undefined>(undefined);

export const DeskProvider = Context.Provider;

export function useDesk(): Desk {
  const desk = useContext(Context);
  if (!desk) throw new Error("no desk around");
  return desk;
}

/** Reads one thing. Things of one area have the same first key, so that a change asks for them again. */
export function useRead<T>(area: string, path: ReadPath, asked: Omit<Asked, "signal"> = {}, enabled = true): UseQueryResult<T> {
  const { office } = useDesk();
  return useQuery<T>({
    queryKey: [area, path, asked],
    queryFn: ({ signal }) => office.get<T>(path, { ...asked, signal }),
    enabled,
  });
}

interface Sending<In, Out> {
  run(given: In): Promise<Out | undefined>;
  busy: boolean;
  refusal: Refusal | undefined;
  clear(): void;
}

/** Changes one thing; what lies in these areas is then read again. The promise is undefined when it was refused. */
export function useSend<In, Out>(send: (office: Office, given: In) => Promise<Out>, areas: readonly string[]): Sending<In, Out> {
  const { office } = useDesk();
  const client = useQueryClient();
  const { mutateAsync, isPending, error, reset } = useMutation({
    mutationFn: (given: In) => send(office, given),
    onSuccess: () => Promise.all(areas.map((area) => client.invalidateQueries({ queryKey: [area] }))),
  });
  return {
    run: (given) => mutateAsync(given).catch(() => undefined),
    busy: isPending,
    refusal: error === null ? undefined : refusalFrom(error),
    clear: reset,
  };
}

export function refusalFrom(error: unknown): Refusal {
  return error instanceof Refusal ? error : new Refusal("internal", "");
}

/** Why the server refused the whole; faults of fields stand at the fields. */
export function useSaid(): (refusal: Refusal) => string {
  const { t } = useConsoleWords();
  return ({ code, detail }) => {
    const id = `refused.${code}`;
    if (id in consoleEn) return t(id as ConsoleWordId);
    return detail === "" ? t("refused.internal") : detail;
  };
}

export function Refused({ refusal, children }: { refusal: Refusal | undefined; children?: ReactNode }) {
  const said = useSaid();
  const { t } = useConsoleWords();
  if (!refusal) return null;
  return (
    <div role="alert">
      <Notice look="clay" quiet action={children}>
        {refusal.faults.length > 0 ? t("refused.fields") : said(refusal)}
      </Notice>
    </div>
  );
}

/** What was wrong with a field; fields below it count. */
export function faultOf(refusal: Refusal | undefined, ...fields: string[]): string | undefined {
  return refusal?.faults.find(({ field }) => fields.some((f) => field === f || field.startsWith(`${f}.`) || field.startsWith(`${f}[`)))?.message;
}

/** Shows what is read, or that it is awaited, or that it can't be. */
export function Loaded<T>({ of, children }: { of: UseQueryResult<T>; children(value: T): ReactNode }) {
  const { t } = useConsoleWords();
  const said = useSaid();
  if (of.data !== undefined) return children(of.data);
  if (of.isError) {
    return (
      <Notice look="clay" action={<Button size="small" onClick={() => void of.refetch()}>{t("retry")}</Button>}>
        {said(refusalFrom(of.error))}
      </Notice>
    );
  }
  return <p role="status">{t("loading")}</p>;
}
