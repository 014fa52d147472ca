// Where staff come in: the ways that this server has, and why somebody is
// here who was in before.
import { useEffect, useState } from "react";
import { listWays, providerPage, type Ways } from "../../protocol/staff.ts";
import type { ClinicChoice } from "../../protocol/http.ts";
import { Button } from "../../ui/Button.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Page, Saying } from "../../ui/Page.tsx";
import { consoleEn } from "../../words/console.en.ts";
import { useConsoleWords, type ConsoleWordId } from "../../words/console.tsx";
import { knowsPasskeys } from "./passkeys.ts";
import css from "./SignIn.module.css";

/** What this server offers; undefined until it is known. */
export function useWays(): Ways | undefined {
  const [ways, setWays] = useState<Ways>();
  useEffect(() => {
    const scope = new AbortController();
    listWays(scope.signal).then(setWays, () => {
      if (!scope.signal.aborted) setWays({ passkeys: false, providers: [] });
    });
    return () => scope.abort();
  }, []);
  return ways;
}

export function SignInPage({ why, withPasskey }: { why: string | undefined; withPasskey(): Promise<void> }) {
  const { t } = useConsoleWords();
  const ways = useWays();
  const [busy, setBusy] = useState(false);
  const passkeys = ways?.passkeys === true && knowsPasskeys();
  const providers = ways?.providers ?? [];
  const here = window.location.pathname;
  return (
    <Page title="title.console">
      <Saying head={t("signin.head")}>
        {why !== undefined && <Why code={why} />}
        {(passkeys || providers.length > 0) && (
          <div className={css["ways"]}>
            {providers.map((p, i) => <a key={p.id} className={`${css["way"]} ${i > 0 ? css["other"] : ""}`} href={providerPage(p.id, here)}>{t("signin.with", { name: p.name })}</a>)}
            {passkeys && <Button size="large" look={providers.length > 0 ? "plain" : "lamp"} disabled={busy}
              onClick={() => { setBusy(true); void withPasskey().finally(() => setBusy(false)); }}>{t("signin.passkey")}</Button>}
          </div>
        )}
        {ways && <p>{t(passkeys || providers.length > 0 ? "signin.link.too" : "signin.link")}</p>}
      </Saying>
    </Page>
  );
}

/** These are no trouble: one was away, or left. */
const calm = ["left", "signed_out", "token_invalid"];

function Why({ code }: { code: string }) {
  const { t } = useConsoleWords();
  const id = `signin.why.${code}`;
  return <Notice look={calm.includes(code) ? "plain" : "clay"}>{t(id in consoleEn ? id as ConsoleWordId : "signin.why.internal")}</Notice>;
}

/** Somebody who is staff in several clinics says for which. */
export function ClinicPage({ choices, choose }: { choices: readonly ClinicChoice[]; choose(clinic: string): void }) {
  const { t } = useConsoleWords();
  return (
    <Page title="title.console">
      <Saying head={t("signin.clinic")}>
        <div className={css["ways"]}>
          {choices.map((c) => <Button key={c.id} size="large" onClick={() => choose(c.id)}>{c.name}</Button>)}
        </div>
      </Saying>
    </Page>
  );
}

export function AskingPage() {
  const { t } = useConsoleWords();
  return <Page title="title.console"><p role="status">{t("loading")}</p></Page>;
}
