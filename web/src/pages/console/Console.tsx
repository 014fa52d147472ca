// The console of a clinic: signed in by a link, then one page for each errand.
import { useEffect, useMemo, useState } from "react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Redirect, Route, Switch } from "wouter";
import { Refusal, signIn } from "../../protocol/api.ts";
import type { ClinicChoice, SignedIn } from "../../protocol/http.ts";
import { Office } from "../../protocol/office.ts";
import type { Memory } from "../../call/storage.ts";
import { Button } from "../../ui/Button.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Page, Saying } from "../../ui/Page.tsx";
import { ConsoleWords, useConsoleWords } from "../../words/console.tsx";
import { allows, DeskProvider, type Desk, type Who } from "./desk.tsx";
import { AuditPage } from "./AuditPage.tsx";
import { CalendarPage } from "./CalendarPage.tsx";
import { EnrolPage } from "./EnrolPage.tsx";
import { ExportsPage } from "./ExportsPage.tsx";
import { PeoplePage } from "./PeoplePage.tsx";
import { PersonPage } from "./PersonPage.tsx";
import { RulesPage } from "./RulesPage.tsx";
import { SeriesEditor } from "./SeriesEditor.tsx";
import { SeriesPage } from "./SeriesPage.tsx";
import { SessionPage } from "./SessionPage.tsx";
import { SettingsPage } from "./SettingsPage.tsx";
import { Shell } from "./Shell.tsx";
import { TonightPage } from "./TonightPage.tsx";
import { WeekPage } from "./WeekPage.tsx";

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
  const [who, setWho] = useState<Who | undefined>(() => (secret === undefined ? remembered(memory) : undefined));
  const [failed, setFailed] = useState<string>();
  const [choice, setChoice] = useState<SignedIn>();
  useEffect(() => {
    if (secret === undefined) return;
    exchange ??= signIn(secret);
    return answered(exchange, (answer) => {
      if (answer.token === "") return setChoice(answer);
      setWho(keep(memory, answer));
    }, setFailed);
  }, [memory, secret]);
  const choose = (clinic: string): void => {
    answered(signIn(choice?.secret ?? secret ?? "", clinic), (answer) => setWho(keep(memory, answer)), (code) => {
      setChoice(undefined);
      setFailed(code);
    });
  };
  const signOut = (): void => {
    if (who) void new Office(who.token, () => undefined).post("/staff/signout").catch(() => undefined);
    memory.set("token", undefined);
    setWho(undefined);
    setFailed("signed_out");
  };
  return (
    <ConsoleWords>
      {who ? <SignedInConsole key={who.token} who={who} signOut={signOut} /> : choice ? <ClinicPage choices={choice.choices ?? []} choose={choose} /> : <SignInPage asking={secret !== undefined && failed === undefined} failed={failed} />}
    </ConsoleWords>
  );
}

/** Tells an answer or the code of a refusal, until it is no longer wanted. */
function answered(promise: Promise<SignedIn>, tell: (answer: SignedIn) => void, fail: (code: string) => void): () => void {
  let wanted = true;
  promise.then((answer) => {
    if (wanted) tell(answer);
  }, (error: unknown) => {
    if (wanted) fail(error instanceof Refusal ? error.code : "internal");
  });
  return () => {
    wanted = false;
  };
}

/** Keeps who is signed in for this tab. */
function keep(memory: Memory, { token, clinic, name, zone, person, roles }: SignedIn): Who {
  const who: Who = { token, clinic, name, ...(zone && { zone }), ...(person && { person }), ...(roles && { roles }) };
  memory.set("token", JSON.stringify(who));
  return who;
}

/** Somebody who is staff in several clinics says for which. */
function ClinicPage({ choices, choose }: { choices: readonly ClinicChoice[]; choose(clinic: string): void }) {
  const { t } = useConsoleWords();
  return (
    <Page title="title.console">
      <Saying head={t("signin.clinic")} action={choices.map((c) => <Button key={c.id} size="large" onClick={() => choose(c.id)}>{c.name}</Button>)} />
    </Page>
  );
}

function SignInPage({ asking, failed }: { asking: boolean; failed: string | undefined }) {
  const { t } = useConsoleWords();
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

function SignedInConsole({ who, signOut }: { who: Who; signOut(): void }) {
  const [client] = useState(() => new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        refetchOnWindowFocus: false,
        retry: (times, error) => times < 2 && error instanceof Refusal && error.code === "offline",
      },
    },
  }));
  const desk = useMemo<Desk>(
    () => ({ office: new Office(who.token, signOut), who, may: (what) => allows(who.roles, what), signOut }),
    // Who is signed in does not change while this is shown.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [who],
  );
  return (
    <QueryClientProvider client={client}>
      <DeskProvider value={desk}>
        <Shell>
          <Pages />
        </Shell>
      </DeskProvider>
    </QueryClientProvider>
  );
}

function Pages() {
  return (
    <Switch>
      <Route path="/console"><TonightPage /></Route>
      <Route path="/console/calendar"><CalendarPage /></Route>
      <Route path="/console/series/new"><SeriesEditor /></Route>
      <Route path="/console/series/:id/edit">{({ id }) => <SeriesEditor key={id} id={id} />}</Route>
      <Route path="/console/series/:id">{({ id }) => <SeriesPage key={id} id={id} />}</Route>
      <Route path="/console/sessions/:id">{({ id }) => <SessionPage key={id} id={id} />}</Route>
      <Route path="/console/people"><PeoplePage /></Route>
      <Route path="/console/people/enrol"><EnrolPage /></Route>
      <Route path="/console/people/:id">{({ id }) => <PersonPage key={id} id={id} />}</Route>
      <Route path="/console/week/:of?">{({ of }) => <WeekPage of={of} />}</Route>
      <Route path="/console/exports"><ExportsPage /></Route>
      <Route path="/console/rules"><RulesPage /></Route>
      <Route path="/console/audit"><AuditPage /></Route>
      <Route path="/console/settings"><SettingsPage /></Route>
      <Route><Redirect to="/console" /></Route>
    </Switch>
  );
}
