// What a person accepted and agreed to, when it is due again, and whether they
// want to be reminded.
import { many } from "../../protocol/clinic.ts";
import { Tick } from "../../ui/Fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Table } from "../../ui/Table.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { Loaded, Refused, useDesk, useRead, useSend } from "./desk.tsx";
import { Part } from "./Shell.tsx";
import css from "./Console.module.css";

interface Accepted { version: number; at: string; until?: string; language?: string; audience?: string }

interface Agreements { acceptances: Accepted[] | null; consents: Accepted[] | null; consent_due?: boolean }

export function Paperwork({ id }: { id: string }) {
  const { t, moment, date, locale } = useConsoleWords();
  const { who, may } = useDesk();
  const papers = useRead<Agreements>("paperwork", "/persons/{id}/paperwork", { path: { id } }, may("run"));
  if (!may("run")) return null;
  return (
    <Part title={t("paperwork.head")}>
      <Loaded of={papers}>
        {(got) => {
          const rows = [
            ...many(got.acceptances).map((a) => ({ ...a, what: t("paperwork.rules") })),
            ...many(got.consents).map((a) => ({ ...a, what: t("paperwork.consent") })),
          ];
          return (
            <>
              {got.consent_due && <Notice look="lamp" quiet>{t("paperwork.due")}</Notice>}
              <Table caption={t("paperwork.head")} rows={rows} keyOf={(r) => `${r.what}${r.version}${r.at}`} locale={locale} empty={t("paperwork.empty")} columns={[
                { id: "what", head: t("paperwork.what"), names: true, sort: (r) => r.what, cell: (r) => r.what },
                { id: "version", head: t("paperwork.version"), number: true, cell: (r) => r.version },
                { id: "at", head: t("paperwork.at"), number: true, sort: (r) => r.at, cell: (r) => moment(r.at, who.zone) },
                { id: "until", head: t("paperwork.until"), number: true, sort: (r) => r.until ?? "", cell: (r) => (r.until ? date(r.until, who.zone) : "–") },
              ]} />
            </>
          );
        }}
      </Loaded>
    </Part>
  );
}

export function Reminders({ id }: { id: string }) {
  const { t } = useConsoleWords();
  const wanted = useRead<{ wanted: boolean }>("reminders", "/persons/{id}/reminders", { path: { id } });
  const save = useSend(async (office, on: boolean) => {
    await office.put("/persons/{id}/reminders", { path: { id }, body: { wanted: on } });
    return true;
  }, ["reminders"]);
  return (
    <Part title={t("reminders.head")}>
      <div className={css["narrow"]}>
        <Loaded of={wanted}>{(got) => <Tick label={t("reminders.wanted")} checked={got.wanted} disabled={save.busy} onTick={(on) => void save.run(on)} />}</Loaded>
        <Refused refusal={save.refusal} />
      </div>
    </Part>
  );
}
