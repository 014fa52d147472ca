// Which page an address is.
import { lazy, Suspense, useEffect, useState } from "react";
import { Redirect, Route, Switch } from "wouter";
import { takeFragment, type Memory } from "../call/storage.ts";
import { Page, Saying } from "../ui/Page.tsx";
import { useWords } from "../words/words.tsx";
import { Join } from "./join/Join.tsx";

// The room comes while the form is filled in; the console only for those who open it.
const fetchRoom = () => import("./room/Evening.tsx");
const Evening = lazy(async () => ({ default: (await fetchRoom()).Evening }));
const Console = lazy(async () => ({ default: (await import("./console/Console.tsx")).Console }));

export interface AppProps {
  memory: Memory;
  /** From the address bar, taken before the first render. */
  staffSecret: string | undefined;
}

export function App({ memory, staffSecret }: AppProps) {
  return (
    <Suspense fallback={<Loading />}>
      <Switch>
        <Route path="/"><Home /></Route>
        <Route path="/j"><Door memory={memory} /></Route>
        <Route path="/room"><Evening /></Route>
        <Route path="/console/*?"><Console memory={memory} secret={staffSecret} /></Route>
        <Route><Redirect to="/" /></Route>
      </Switch>
    </Suspense>
  );
}

function Loading() {
  const { t } = useWords();
  return (
    <Page title="title.home">
      <p role="status">{t("loading")}</p>
    </Page>
  );
}

function Home() {
  const { t } = useWords();
  return (
    <Page title="title.home">
      <Saying head={t("home.head")}>
        <p>{t("home.text")}</p>
      </Saying>
    </Page>
  );
}

/** Another link may be opened in the same tab. */
function Door({ memory }: { memory: Memory }) {
  const [secret, setSecret] = useState(() => memory.get("secret"));
  useEffect(() => {
    void fetchRoom();
    const scope = new AbortController();
    window.addEventListener("hashchange", () => setSecret(keepSecret(memory)), { signal: scope.signal });
    return () => scope.abort();
  }, [memory]);
  return <Join key={secret} secret={secret} memory={memory} />;
}

/** Takes a personal link's secret from the address bar. A new one forgets the evening of the old one. */
export function keepSecret(memory: Memory): string | undefined {
  const secret = takeFragment();
  if (secret !== undefined && secret !== memory.get("secret")) {
    memory.set("secret", secret);
    memory.set("resume", undefined);
    memory.set("draft", undefined);
  }
  return memory.get("secret");
}
