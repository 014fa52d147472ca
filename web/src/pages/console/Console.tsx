// The console of a clinic: the sign-in, then one page for each errand.
import { useEffect, useState } from "react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Redirect, Route, Switch } from "wouter";
import { Refusal } from "../../protocol/api.ts";
import type { Me } from "../../protocol/staff.ts";
import type { Memory } from "../../call/storage.ts";
import { Tabs } from "../../call/tabs.ts";
import { ConsoleWords } from "../../words/console.tsx";
import { DeskProvider, type Who } from "./desk.tsx";
import { AuditPage } from "./AuditPage.tsx";
import { CalendarPage } from "./CalendarPage.tsx";
import { EnrolPage } from "./EnrolPage.tsx";
import { ExportsPage } from "./ExportsPage.tsx";
import { openDesk } from "./openDesk.ts";
import { OwnSignIn } from "./OwnSignIn.tsx";
import { PasskeyOffer } from "./PasskeyOffer.tsx";
import { PeoplePage } from "./PeoplePage.tsx";
import { PersonPage } from "./PersonPage.tsx";
import { RulesPage } from "./RulesPage.tsx";
import { SeriesEditor } from "./SeriesEditor.tsx";
import { SeriesPage } from "./SeriesPage.tsx";
import { SessionPage } from "./SessionPage.tsx";
import { SettingsPage } from "./SettingsPage.tsx";
import { Shell } from "./Shell.tsx";
import { AskingPage, ClinicPage, SignInPage } from "./SignInPage.tsx";
import { StillThere } from "./StillThere.tsx";
import { TonightPage } from "./TonightPage.tsx";
import { useEntrance } from "./useEntrance.ts";
import { WeekPage } from "./WeekPage.tsx";

export function Console({ memory, secret }: { memory: Memory; secret: string | undefined }) {
  return <ConsoleWords><Entered memory={memory} secret={secret} /></ConsoleWords>;
}

function Entered({ memory, secret }: { memory: Memory; secret: string | undefined }) {
  const [tabs] = useState(() => new Tabs());
  const { entrance, choose, withPasskey, leave } = useEntrance(memory, secret, tabs);
  switch (entrance.at) {
    case "asking":
      return <AskingPage />;
    case "choosing":
      return <ClinicPage choices={entrance.choices} choose={choose} />;
    case "out":
      return <SignInPage why={entrance.why} withPasskey={withPasskey} />;
    case "in":
      return <SignedInConsole key={entrance.who.token} who={entrance.who} byLink={entrance.byLink} leave={leave} tabs={tabs} />;
  }
}

function SignedInConsole({ who, byLink, leave, tabs }: { who: Who; byLink: boolean; leave(why: string): void; tabs: Tabs }) {
  const [client] = useState(() => new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        refetchOnWindowFocus: false,
        retry: (times, error) => times < 2 && error instanceof Refusal && error.code === "offline",
      },
    },
  }));
  // Who is signed in does not change while this is shown.
  const [{ desk, idle, ended }] = useState(() => openDesk(who, (why) => {
    client.clear();
    leave(why);
  }, { used: () => tabs.used(who.mark), over: (why) => tabs.over(who.mark, why) }));
  useEffect(() => tabs.hold(who.mark, JSON.stringify(who), { used: () => idle.elsewhere(), over: ended }), [tabs, who, idle, ended]);
  useEffect(() => {
    desk.office.get<Me>("/staff/me").then((me) => idle.endsAfter(me.idle_s * 1000), () => undefined);
  }, [desk, idle]);
  const [offering, setOffering] = useState(byLink);
  return (
    <QueryClientProvider client={client}>
      <DeskProvider value={desk}>
        {offering ? <PasskeyOffer onDone={() => setOffering(false)} /> : <Shell><Pages /></Shell>}
        <StillThere idle={idle} />
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
      <Route path="/console/signin"><OwnSignIn /></Route>
      <Route><Redirect to="/console" /></Route>
    </Switch>
  );
}
