// Texts that people accept at the door, by version: the ground rules of the
// group, those of the family, and the consent.
import { useState, type FormEvent } from "react";
import { many } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Area } from "../../ui/Fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useConsoleWords, type ConsoleWordId } from "../../words/console.tsx";
import { faultOf, Loaded, Refused, useDesk, useRead, useSend } from "./desk.tsx";
import { Part } from "./Shell.tsx";
import css from "./Console.module.css";

interface Paper { audience?: string; texts: Record<string, string>; version: number }

export function Papers() {
  const { t } = useConsoleWords();
  const rules = useRead<{ ground_rules: Paper[] | null }>("texts", "/ground-rules");
  const consents = useRead<{ consents: Paper[] | null }>("texts", "/consents");
  /** The newest of an audience. */
  const newest = (list: readonly Paper[], audience?: string): Paper | undefined =>
    [...list].filter((p) => audience === undefined || p.audience === audience).sort((a, b) => b.version - a.version)[0];
  return (
    <Part title={t("texts.head")}>
      <p className={css["soft"]}>{t("texts.lead")}</p>
      <Loaded of={rules}>
        {(got) => (
          <>
            {(["participant", "collateral"] as const).map((audience) => {
              const paper = newest(many(got.ground_rules), audience);
              return <PaperForm key={`${audience}${paper?.version ?? 0}`} title={`texts.rules.${audience}`} path="/ground-rules" extra={{ audience }} paper={paper} hint="texts.rules.hint" />;
            })}
          </>
        )}
      </Loaded>
      <Loaded of={consents}>
        {(got) => {
          const paper = newest(many(got.consents));
          return <PaperForm key={paper?.version ?? 0} title="texts.consent" path="/consents" extra={{}} paper={paper} hint="texts.consent.hint" />;
        }}
      </Loaded>
    </Part>
  );
}

interface PaperFormProps { title: ConsoleWordId; path: "/ground-rules" | "/consents"; extra: object; paper: Paper | undefined; hint: ConsoleWordId }

function PaperForm({ title, path, extra, paper, hint }: PaperFormProps) {
  const { t } = useConsoleWords();
  const { may } = useDesk();
  const [en, setEn] = useState(paper?.texts["en"] ?? "");
  const [es, setEs] = useState(paper?.texts["es"] ?? "");
  const save = useSend((office, texts: Record<string, string>) => office.post<{ version: number }>(path, { body: { ...extra, texts } }), ["texts"]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const texts = { ...(en.trim() !== "" && { en: en.trim() }), ...(es.trim() !== "" && { es: es.trim() }) };
    void save.run(texts);
  };
  return (
    <details className={css["more"]}>
      <summary>{t(title)} · {paper ? t("rules.version", { n: paper.version }) : t("texts.none")}</summary>
      <form className={css["narrow"]} onSubmit={submit}>
        <Area label={t("texts.en")} hint={t(hint)} lang="en" rows={6} maxLength={10000} value={en} onValue={setEn} readOnly={!may("write")} fault={faultOf(save.refusal, "texts", "text")} />
        <Area label={t("texts.es")} lang="es" rows={6} maxLength={10000} value={es} onValue={setEs} readOnly={!may("write")} />
        <Refused refusal={save.refusal} />
        {may("write") && <div className={css["actions"]}><Button type="submit">{t("texts.save")}</Button></div>}
        {paper && <Notice quiet>{t("texts.saved", { n: paper.version })}</Notice>}
      </form>
    </details>
  );
}
