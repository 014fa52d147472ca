// Files that leave the clinic: what, for whom, and why. A long one says how far
// it is, also to who went to another page and comes back.
import { useEffect, useRef, useState, type FormEvent, type ReactNode } from "react";
import { useSearch } from "wouter";
import { useQueryClient } from "@tanstack/react-query";
import { many, type ExportKind, type ListedSession, type Thresholds } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Choices, Group, Input, Select, Tick } from "../../ui/Fields.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { addDays, dateIn, lastFullWeek, startOf } from "./dates.ts";
import { faultOf, Loaded, Refused, useDesk, useRead, useSend } from "./desk.tsx";
import { ExportOf, RecentExports, Unsigned, useExport } from "./Exported.tsx";
import { usePersons } from "./paged.tsx";
import { newestSets, type PayerSet } from "./payers.ts";
import { Head } from "./Shell.tsx";
import css from "./Console.module.css";

type Span = "session" | "week" | "person";
const kinds: readonly ExportKind[] = ["csv", "pdf", "html", "fhir", "own"];

interface Order {
  kind: ExportKind;
  span: Span;
  session: string;
  week: string;
  /** Only its clients; empty: everybody. */
  payer: string;
  person: string;
  from: string;
  to: string;
  purpose: string;
  recipient: string;
  draft: boolean;
}

/** The dates are those of the last full week until somebody gives others. */
type Given = Omit<Order, "from" | "to"> & Partial<Pick<Order, "from" | "to">>;

/** What the server takes: only what the span needs. */
export function orderBody(o: Order): object {
  const span = o.span === "session" ? { session: o.session } : o.span === "week" ? { week: o.week, ...(o.payer !== "" && { payer: o.payer }) } : { person: o.person, from: o.from, to: o.to };
  return { kind: o.kind, ...span, purpose: o.purpose.trim(), recipient: o.recipient.trim(), ...(o.draft && { draft: true }) };
}

export function ExportsPage() {
  const { t } = useConsoleWords();
  const { who } = useDesk();
  const wanted = new URLSearchParams(useSearch());
  const today = dateIn(who.zone);
  const client = useQueryClient();
  const rules = useRead<Thresholds>("rules", "/rules");
  const [given, setGiven] = useState<Given>(() => ({
    kind: "csv", span: wanted.has("session") ? "session" : "week", session: wanted.get("session") ?? "", week: wanted.get("week") ?? today,
    payer: "", person: "", purpose: "", recipient: "", draft: false,
  }));
  // What is over and likely signed, until somebody chooses other dates.
  const order: Order = { ...lastFullWeek(today, rules.data && String(rules.data.week_start)), ...given };
  const [made, setMade] = useState<string>();
  const start = useSend((office, o: Order) => office.post<{ id: string }>("/exports", { body: orderBody(o) }), []);
  const change = (part: Partial<Order>): void => {
    setGiven((o) => {
      const next = { ...o, ...part };
      // A client's own copy is of one person, and only that is.
      if (part.kind === "own") next.span = "person";
      else if (part.kind !== undefined && next.span === "person") next.span = "week";
      return next;
    });
    start.clear();
    setMade(undefined);
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setMade(undefined);
    setMade((await start.run(order))?.id);
    void client.invalidateQueries({ queryKey: ["exports"] });
  };
  const fault = (field: string): string | undefined => faultOf(start.refusal, field);
  return (
    <>
      <Head title={t("exports.head")} lead={t("exports.lead")} />
      <RecentExports without={made} />
      <form className={css["narrow"]} onSubmit={(e) => void submit(e)} noValidate>
        <Choices label={t("exports.kind")} name="export-kind" row={false} value={order.kind} onValue={(kind) => change({ kind })}
          options={kinds.map((value) => ({ value, label: t(`exports.${value}`) }))} />
        <SpanFields order={order} change={change} fault={fault} />
        <Group label={t("exports.why")} hint={t("exports.why.hint")}>
          <Input label={t("exports.purpose")} value={order.purpose} maxLength={200} onValue={(purpose) => change({ purpose })} fault={fault("purpose")} />
          <Input label={t("exports.recipient")} value={order.recipient} maxLength={200} onValue={(recipient) => change({ recipient })} fault={fault("recipient")} />
          <Tick label={t("exports.draft")} hint={t("exports.draft.hint")} checked={order.draft} onTick={(draft) => change({ draft })} />
        </Group>
        <Focused when={start.refusal}><Refused refusal={start.refusal} /></Focused>
        {made !== undefined && <Answer key={made} id={made} />}
        <div className={css["actions"]}><Button type="submit" look="lamp" disabled={order.purpose.trim() === "" || order.recipient.trim() === "" || start.busy}>{t("exports.button")}</Button></div>
      </form>
    </>
  );
}

/** Takes the focus when what it holds comes about, so that it is seen and heard. */
function Focused({ when, children }: { when: unknown; children: ReactNode }) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (when) ref.current?.focus();
  }, [when]);
  return when ? <div ref={ref} tabIndex={-1}>{children}</div> : null;
}

/** What came of the order, at its place: how far it is, the file, or why there is none. */
function Answer({ id }: { id: string }) {
  const { t } = useConsoleWords();
  const state = useExport(id);
  const refused = state.data?.state === "refused" ? state.data : undefined;
  if (!refused) return <ExportOf state={state} label={t("exports.state")} />;
  return (
    <Focused when={refused}>
      <div role="alert" className={css["nag"]}>
        <p>{t("exports.refused")}</p>
        <Unsigned of={refused} />
      </div>
    </Focused>
  );
}

interface SpanProps { order: Order; change(part: Partial<Order>): void; fault(field: string): string | undefined }

function SpanFields({ order, change, fault }: SpanProps) {
  const { t, date } = useConsoleWords();
  const { who } = useDesk();
  const today = dateIn(who.zone);
  const query = { from: startOf(addDays(today, -90), who.zone), to: startOf(addDays(today, 1), who.zone), limit: 1000 };
  const sessions = useRead<{ sessions: ListedSession[] | null }>("sessions", "/sessions", { query }, order.span === "session");
  const persons = usePersons("client", order.span === "person");
  const payers = useRead<{ payers: PayerSet[] | null }>("payers", "/payers", {}, order.span === "week");
  if (order.span === "person") {
    return (
      <Group label={t("exports.of")}>
        <Loaded of={persons}>
          {(got) => <Select label={t("exports.person")} value={order.person} onValue={(person) => change({ person })} fault={fault("person")}
            options={[{ value: "", label: t("choose") }, ...many(got.persons).map((p) => ({ value: p.id, label: p.legal_name }))]} />}
        </Loaded>
        <p className={css["soft"]}>{t("exports.own.hint")}</p>
        <div className={css["pair"]}>
          <Input type="date" label={t("audit.from")} value={order.from} onValue={(from) => change({ from })} fault={fault("from")} />
          <Input type="date" label={t("audit.to")} value={order.to} onValue={(to) => change({ to })} fault={fault("to")} />
        </div>
      </Group>
    );
  }
  const list = [...many(sessions.data?.sessions)].reverse();
  return (
    <Group label={t("exports.of")}>
      <Choices label={t("exports.span")} name="span" value={order.span} onValue={(span) => change({ span })}
        options={(["week", "session"] as const).map((value) => ({ value, label: t(`exports.span.${value}`) }))} />
      {order.span === "week"
        ? (
          <>
            <Input type="date" label={t("exports.week")} hint={t("exports.week.hint")} value={order.week} onValue={(week) => change({ week })} fault={fault("week")} />
            <Select label={t("exports.payer")} hint={t("exports.payer.hint")} value={order.payer} onValue={(payer) => change({ payer })} fault={fault("payer")}
              options={[{ value: "", label: t("exports.payer.all") }, ...newestSets(many(payers.data?.payers)).map((p) => ({ value: p.payer, label: p.name }))]} />
          </>
        )
        : <Select label={t("console.session")} value={order.session} onValue={(session) => change({ session })} fault={fault("session")}
            options={[{ value: "", label: t("choose") }, ...list.map((s) => ({ value: s.id, label: `${date(s.start, s.zone)}, ${s.title}` }))]} />}
    </Group>
  );
}
