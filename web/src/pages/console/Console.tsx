// The records, for the clinic: the sessions, and the attendance of each.
import { useEffect, useState } from "react";
import { Link, Route, Switch } from "wouter";
import { Refusal, signIn } from "../../protocol/api.ts";
import type { SignedIn } from "../../protocol/http.ts";
import type { Memory } from "../../call/storage.ts";
import { Button } from "../../ui/Button.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Page, Saying } from "../../ui/Page.tsx";
import { useWords } from "../../words/words.tsx";
import { AttendancePage } from "./AttendancePage.tsx";
import { SessionList } from "./SessionList.tsx";
import css from "./Console.module.css";

type Who = Pick<SignedIn, "token" | "clinic" | "name">;

function remembered(memory: Memory): Who | undefined {
  try {
    const kept = JSON.parse(memory.get("token") ?? "null") as Who | null;
    return kept ?? undefined;
  } catch {
    return undefined;
  }
}

// A staff link may be good for one exchange only, and React may ask twice.
let exchange: Promise<SignedIn> | undefined;

export function Console({ memory, secret }: { memory: Memory; secret: string | undefined }) {
  const { t } = useWords();
  const [who, setWho] = useState<Who | undefined>(() => (secret === undefined ? remembered(memory) : undefined));
  const [failed, setFailed] = useState<string>();
  useEffect(() => {
    if (secret === undefined) return;
    let wanted = true;
    exchange ??= signIn(secret);
    exchange.then(
      ({ token, clinic, name }) => {
        memory.set("token", JSON.stringify({ token, clinic, name }));
        if (wanted) setWho({ token, clinic, name });
      },
      (error: unknown) => {
        if (wanted) setFailed(error instanceof Refusal ? error.code : "internal");
      },
    );
    return () => {
      wanted = false;
    };
  }, [memory, secret]);

  const signOut = (): void => {
    memory.set("token", undefined);
    setWho(undefined);
    setFailed("signed_out");
  };

  if (!who) {
    const asking = secret !== undefined && failed === undefined;
    return (
      <Page title="title.console">
        {asking ? <p role="status">{t("loading")}</p> : (
          <Saying head={t("console.head")}>
            <p>{t("console.signin")}</p>
            {(failed === "offline" || failed === "internal") && <Notice look="clay">{t("console.failed")}</Notice>}
          </Saying>
        )}
      </Page>
    );
  }
  return (
    <Page title="title.console" clinic={t("console.signed", { name: who.name, clinic: who.clinic })} wide
      aside={<Button look="quiet" size="small" onClick={signOut}>{t("console.signout")}</Button>}>
      <Switch>
        <Route path="/console/sessions/:id">
          {({ id }) => (
            <div className={css["stack"]}>
              <Link href="/console" className={css["back"]}>{t("console.back")}</Link>
              <AttendancePage key={id} token={who.token} id={id} onSignedOut={signOut} />
            </div>
          )}
        </Route>
        <Route>
          <SessionList token={who.token} onSignedOut={signOut} />
        </Route>
      </Switch>
    </Page>
  );
}
