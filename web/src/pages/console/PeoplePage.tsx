// Everybody whom the clinic knows: clients, family and staff.
import { useState } from "react";
import { Link } from "wouter";
import { staffRoles, type Person, type PersonBody, type PersonKind } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Choices, Input, Select, Toggles } from "../../ui/Fields.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { faultOf, Refused, useDesk, useSend } from "./desk.tsx";
import { shownName } from "./enrol.ts";
import { Pages, useFound, usePages, type Persons } from "./paged.tsx";
import { Go, Head, Part } from "./Shell.tsx";
import css from "./Console.module.css";

/** One page of the list; it can be read on. */
const PAGE = 500;

const kinds = ["client", "staff", "collateral"] as const satisfies readonly PersonKind[];

export function PeoplePage() {
  const { t, hours, locale } = useConsoleWords();
  const { may } = useDesk();
  const [kind, setKind] = useState<PersonKind | "all">("all");
  const [adding, setAdding] = useState(false);
  const persons = usePages<Persons>("persons", "/persons", { query: { limit: PAGE } });
  const [typed, setTyped] = useState("");
  const found = useFound(typed, persons.hasNextPage);
  const columns: Column<Person>[] = [
    { id: "name", head: t("person.legal"), names: true, sort: (p) => p.legal_name, cell: (p) => <Link href={`/console/people/${p.id}`}>{p.legal_name}</Link> },
    { id: "shown", head: t("person.display"), sort: (p) => p.display_name, cell: (p) => p.display_name },
    { id: "kind", head: t("person.kind"), sort: (p) => t(`person.kind.${p.kind}`), cell: (p) => t(p.guest ? "person.guest" : `person.kind.${p.kind}`) },
    { id: "email", head: t("person.email"), sort: (p) => p.email ?? "", cell: (p) => p.email || "–" },
    { id: "phone", head: t("person.phone"), cell: (p) => p.phone || "–" },
    { id: "hours", head: t("seat.hours.short"), number: true, sort: (p) => p.prescribed_minutes ?? 0, cell: (p) => (p.prescribed_minutes ? hours(p.prescribed_minutes) : "–") },
  ];
  return (
    <>
      <Head title={t("people.head")}>
        {may("write") && <Button onClick={() => setAdding(true)}>{t("people.add")}</Button>}
        {may("write") && <Go href="/console/people/enrol" look="lamp">{t("enrol.head")}</Go>}
      </Head>
      <Part title={t("people.list")} unseen>
        <Choices label={t("people.show")} name="kind" value={kind} onValue={setKind}
          options={[{ value: "all", label: t("people.all") }, ...kinds.map((value) => ({ value, label: t(`people.kind.${value}`) }))]} />
        <Pages of={persons} rows={(page) => page.persons}>
          {(rows) => (
            <Table caption={t("people.list")} rows={[...rows, ...found.filter((p) => !rows.some((r) => r.id === p.id))].filter((p) => kind === "all" || p.kind === kind)} columns={columns}
              keyOf={(p) => p.id} locale={locale} sorting={{ by: "name", down: false }} empty={t("people.empty")}
              filter={{ label: t("table.filter"), onTyped: setTyped, text: (p) => `${p.legal_name} ${p.display_name} ${p.email ?? ""}`, count: (n, all) => t("table.count", { n, all }) }} />
          )}
        </Pages>
      </Part>
      {adding && <PersonDialog person={undefined} onClose={() => setAdding(false)} />}
    </>
  );
}

/** Adds a person, or changes one. */
export function PersonDialog({ person, onClose }: { person: Person | undefined; onClose(): void }) {
  const { t, locale } = useConsoleWords();
  const [draft, setDraft] = useState<PersonBody>(() => person ?? { kind: "client", legal_name: "", display_name: "", language: locale });
  const [named, setNamed] = useState(person !== undefined);
  const save = useSend(async (office, d: PersonBody) => {
    const body = {
      kind: d.kind, legal_name: d.legal_name.trim(), display_name: d.display_name.trim(), email: d.email ?? "", phone: d.phone ?? "",
      language: d.language || "en", ...(d.kind === "staff" && { credential: d.credential ?? "", staff_roles: d.staff_roles ?? [] }),
    };
    const { kind, ...changed } = body;
    if (person) await office.patch("/persons/{id}", { path: { id: person.id }, body: changed });
    else await office.post("/persons", { body });
    return true;
  }, ["persons", "person", "week"]);
  const change = (part: Partial<PersonBody>): void => setDraft((d) => ({ ...d, ...part }));
  const fault = (field: string): string | undefined => faultOf(save.refusal, field);
  return (
    <Dialog title={t(person ? "person.edit" : "people.add")} onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button look="lamp" disabled={draft.legal_name.trim() === "" || draft.display_name.trim() === ""} onClick={() => void save.run(draft).then((ok) => ok && onClose())}>{t("save")}</Button>
      </>
    }>
      {!person && (
        <Choices label={t("person.kind")} name="new-kind" value={draft.kind} onValue={(kind) => change({ kind })}
          options={kinds.map((value) => ({ value, label: t(`person.kind.${value}`) }))} />
      )}
      <Input label={t("person.legal")} value={draft.legal_name} maxLength={120} autoComplete="off" fault={fault("legal_name")}
        onValue={(legal_name) => change({ legal_name, ...(!named && { display_name: shownName(legal_name) }) })} />
      <Input label={t("person.display")} hint={t("person.display.hint")} value={draft.display_name} maxLength={60} autoComplete="off" fault={fault("display_name")}
        onValue={(display_name) => { setNamed(true); change({ display_name }); }} />
      <Input type="email" label={t("person.email")} value={draft.email ?? ""} autoComplete="off" onValue={(email) => change({ email })} fault={fault("email")} />
      <Input type="tel" label={t("person.phone")} value={draft.phone ?? ""} autoComplete="off" onValue={(phone) => change({ phone })} fault={fault("phone")} />
      <Select label={t("language")} value={draft.language || "en"} onValue={(language) => change({ language })}
        options={[{ value: "en", label: "English" }, { value: "es", label: "Español" }]} />
      {draft.kind === "staff" && (
        <>
          <Input label={t("person.credential")} hint={t("person.credential.hint")} value={draft.credential ?? ""} maxLength={40} onValue={(credential) => change({ credential })} fault={fault("credential")} />
          <Toggles label={t("person.roles")} chosen={draft.staff_roles ?? []} onChosen={(staff_roles) => change({ staff_roles })} fault={fault("staff_roles")}
            options={staffRoles.map((value) => ({ value, label: t(`staff.${value}`) }))} />
        </>
      )}
      <div className={css["foot"]}><Refused refusal={save.refusal} /></div>
    </Dialog>
  );
}
