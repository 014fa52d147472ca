// After a sign-in by a one-time link: a passkey, so that the next one needs no
// link. Only for staff without an identity provider who have none yet.
import { useEffect, useState, type FormEvent } from "react";
import { many } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Input } from "../../ui/Fields.tsx";
import { Page, Saying } from "../../ui/Page.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { Refused, useDesk, useRead } from "./desk.tsx";
import { knowsPasskeys } from "./passkeys.ts";
import { AskingPage, useWays } from "./SignInPage.tsx";
import { useAddPasskey, type Passkeys } from "./useAddPasskey.ts";
import css from "./SignIn.module.css";

export function PasskeyOffer({ onDone }: { onDone(): void }) {
  const { t } = useConsoleWords();
  const { who } = useDesk();
  const ways = useWays();
  const possible = ways?.passkeys === true && ways.providers.length === 0 && knowsPasskeys();
  const kept = useRead<Passkeys>("passkeys", "/staff/passkeys", {}, possible);
  const { label, setLabel, add } = useAddPasskey();
  const [stage, setStage] = useState<"offered" | "adding" | "added">("offered");
  const needless = ways !== undefined && !possible || kept.isError || stage === "offered" && many(kept.data?.passkeys).length > 0;
  useEffect(() => {
    if (needless) onDone();
  }, [needless, onDone]);
  if (kept.data === undefined || needless) return <AskingPage />;
  if (stage === "added") {
    return (
      <Page title="title.console" clinic={who.clinic}>
        <Saying head={t("passkey.added.head")} action={<Button look="lamp" onClick={onDone}>{t("passkey.go")}</Button>}>
          <p>{t("passkey.added")}</p>
        </Saying>
      </Page>
    );
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setStage("adding");
    void add.run(undefined).then((done) => setStage(done ? "added" : "offered"));
  };
  return (
    <Page title="title.console" clinic={who.clinic}>
      <Saying head={t("passkey.offer.head")}>
        <p>{t("passkey.offer")}</p>
        <form className={css["ways"]} onSubmit={submit}>
          <div className={css["device"]}><Input label={t("passkey.label")} value={label} maxLength={60} onValue={setLabel} /></div>
          <Button type="submit" size="large" look="lamp" disabled={stage === "adding"}>{t("passkey.add")}</Button>
          <Button size="large" look="quiet" onClick={onDone}>{t("passkey.skip")}</Button>
        </form>
        <Refused refusal={add.refusal} />
      </Saying>
    </Page>
  );
}
