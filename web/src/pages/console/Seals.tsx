// What proves that nothing was changed: the key of the seals, and the signed
// checkpoints of their log.
import { useState } from "react";
import { many } from "../../protocol/clinic.ts";
import { Button } from "../../ui/Button.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { useConsoleWords } from "../../words/console.tsx";
import { Loaded, Refused, useDesk, useRead, useSend } from "./desk.tsx";
import { saveFile } from "./files.ts";
import { Part } from "./Shell.tsx";
import css from "./Console.module.css";

interface Keys { keys: { current: boolean; fingerprint: string }[] | null; pem: string }

/** The key of the seals: whoever checks a bundle compares this. */
export function SealKey() {
  const { t } = useConsoleWords();
  const key = useRead<Keys>("keys", "/keys");
  return (
    <Part title={t("key.head")}>
      <p className={css["soft"]}>{t("key.lead")}</p>
      <Loaded of={key}>
        {({ keys, pem }) => (
          <>
            {many(keys).map((k) => <p key={k.fingerprint}>{t(k.current ? "key.fingerprint" : "key.former")}: <code className={css["long"]}>{k.fingerprint}</code></p>)}
            <pre className={css["code"]} tabIndex={0}>{pem}</pre>
            <div className={css["actions"]}>
              <Button icon="download" onClick={() => saveFile(new Blob([pem], { type: "application/x-pem-file" }), "vesper-seals.pem")}>{t("key.save")}</Button>
            </div>
          </>
        )}
      </Loaded>
    </Part>
  );
}

interface Checkpoint { size: number; at: string; note: string }

const SHOWN = 10;

export function Checkpoints() {
  const { t, moment, locale } = useConsoleWords();
  const { who, may } = useDesk();
  const [all, setAll] = useState(false);
  const list = useRead<{ checkpoints: Checkpoint[] | null }>("checkpoints", "/checkpoints");
  const make = useSend((office) => office.post<Checkpoint>("/checkpoints"), ["checkpoints"]);
  const [made, setMade] = useState<number>();
  const columns: Column<Checkpoint>[] = [
    { id: "at", head: t("audit.when"), names: true, sort: (c) => c.at, cell: (c) => moment(c.at, who.zone) },
    { id: "size", head: t("checkpoint.size"), number: true, sort: (c) => c.size, cell: (c) => c.size },
    {
      id: "do", head: t("evening.do"), cell: (c) => (
        <div className={css["doings"]}>
          <Button size="small" look="quiet" short={t("checkpoint.save.short")}
            onClick={() => saveFile(new Blob([c.note], { type: "text/plain" }), `checkpoint-${c.size}.txt`)}>{t("checkpoint.save", { n: c.size })}</Button>
        </div>
      ),
    },
  ];
  return (
    <Part title={t("checkpoint.head")}>
      <p className={css["soft"]}>{t("checkpoint.lead")}</p>
      <Loaded of={list}>
        {(got) => {
          const rows = many(got.checkpoints);
          return (
            <>
              <Table caption={t("checkpoint.head")} rows={all ? rows : rows.slice(0, SHOWN)} columns={columns} keyOf={(c) => `${c.size}${c.at}`} locale={locale} empty={t("checkpoint.empty")} />
              {!all && rows.length > SHOWN && <div className={css["actions"]}><Button size="small" onClick={() => setAll(true)}>{t("list.more")}</Button></div>}
            </>
          );
        }}
      </Loaded>
      {made !== undefined && <Notice look="leaf">{t("checkpoint.made", { n: made })}</Notice>}
      <Refused refusal={make.refusal} />
      {(may("settings") || may("audit")) && <div className={css["actions"]}><Button disabled={make.busy} onClick={() => void make.run(undefined).then((c) => c && setMade(c.size))}>{t("checkpoint.make")}</Button></div>}
    </Part>
  );
}
