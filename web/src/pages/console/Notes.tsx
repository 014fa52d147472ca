// What staff wrote about an evening, and addenda after the signature.
import { useState, type FormEvent } from "react";
import { many, type Review } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Area } from "../../ui/Fields.tsx";
import { useConsoleWords, type ConsoleWordId } from "../../words/console.tsx";
import { consoleEn } from "../../words/console.en.ts";
import { faultOf, Refused, useDesk, useSend } from "./desk.tsx";
import { Part } from "./Shell.tsx";
import css from "./Console.module.css";

export function Notes({ review }: { review: Review }) {
  const { t, moment } = useConsoleWords();
  const { may } = useDesk();
  const notes = many(review.notes);
  const name = (person: string | undefined): string => many(review.records).find((r) => r.person === person)?.display_name ?? "";
  const kind = (k: string): string => (`note.${k}` in consoleEn ? t(`note.${k}` as ConsoleWordId) : k);
  if (notes.length === 0 && !review.signed) return null;
  return (
    <Part title={t("notes.head")}>
      {notes.length === 0 ? <p className={css["soft"]}>{t("notes.empty")}</p> : (
        <ul className={css["notes"]}>
          {notes.map((n) => (
            <li key={n.id}>
              <p className={css["soft"]}>{[kind(n.kind), name(n.person), n.author_name || n.author, moment(n.at, review.session.zone)].filter((s) => s !== "").join(" · ")}</p>
              <p>{n.body}</p>
            </li>
          ))}
        </ul>
      )}
      {review.signed && may("sign") && <Addendum session={review.session.id} />}
    </Part>
  );
}

function Addendum({ session }: { session: string }) {
  const { t } = useConsoleWords();
  const [text, setText] = useState("");
  const save = useSend(async (office, body: string) => {
    await office.post("/sessions/{id}/addenda", { path: { id: session }, body: { body } });
    return true;
  }, ["review"]);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (text.trim() !== "" && (await save.run(text.trim()))) setText("");
  };
  return (
    <form className={css["narrow"]} onSubmit={(e) => void submit(e)}>
      <Area label={t("addendum.label")} hint={t("addendum.hint")} rows={3} maxLength={4000} value={text} onValue={setText} fault={faultOf(save.refusal, "body")} />
      <Refused refusal={save.refusal} />
      <div className={css["actions"]}><Button type="submit">{t("addendum.button")}</Button></div>
    </form>
  );
}
