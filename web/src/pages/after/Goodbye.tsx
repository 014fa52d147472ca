// The goodbye: one sentence, then the person's own evening: minutes, the
// check-in at the end, the next date, how it has been.
import { useId, useState, type ReactNode } from "react";
import type { After, Answer, Scale as Question } from "../../protocol/door.ts";
import { Button } from "../../ui/Button.tsx";
import { useCall } from "../../ui/CallContext.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Scale } from "../../ui/Scale.tsx";
import { useWords } from "../../words/words.tsx";
import { TrendView } from "./TrendView.tsx";
import { useAfter } from "./useAfter.ts";
import css from "./After.module.css";

export function Goodbye({ ended = false, children }: { ended?: boolean; children: ReactNode }) {
  const { after, answer } = useAfter(useCall().secret, ended);
  const [thanked, setThanked] = useState(false);
  const trend = after?.trend ?? [];
  const asks = after?.scales ?? [];
  const told = after && (after.tonight ?? after.week ?? after.next);
  return (
    <div className={`${css["page"]} ${told || asks.length > 0 || trend.length > 0 ? "" : css["alone"]}`}>
      <div className={css["word"]}>{children}</div>
      <div className={css["rest"]}>
        {after && asks.length > 0 && (
          <CheckIn scales={asks} send={async (answers) => {
            const sent = await answer(answers);
            setThanked(sent);
            return sent;
          }} />
        )}
        <Thanks shown={thanked && asks.length === 0} />
        {after && told && <Evening after={after} />}
        {trend.length > 0 && <Trends trend={trend} />}
      </div>
    </div>
  );
}

function Thanks({ shown }: { shown: boolean }) {
  const { t } = useWords();
  return shown ? <Notice look="leaf" icon="check">{t("after.thanks")}</Notice> : null;
}

/** "2 h 28 min", or minutes while they are few. */
function useLength(): (minutes: number) => string {
  const { t } = useWords();
  return (total) => {
    const hours = Math.floor(total / 60);
    const minutes = total % 60;
    if (total < 120) return t("after.minutes", { minutes: total });
    return minutes === 0 ? t("after.hours.whole", { hours }) : t("after.hours", { hours, minutes });
  };
}

function Evening({ after: { tonight, week, next } }: { after: After }) {
  const { t, day, time } = useWords();
  const id = useId();
  const length = useLength();
  return (
    <section className={css["card"]} aria-labelledby={id}>
      <h2 id={id}>{t("after.head")}</h2>
      <dl className={css["facts"]}>
        {tonight && (
          <div>
            <dt>{t(tonight.final ? "after.tonight" : "after.tonight.sofar")}</dt>
            <dd>{length(tonight.minutes)}</dd>
          </div>
        )}
        {week && (
          <div>
            <dt>{t("after.week")}</dt>
            <dd>
              {week.prescribed_minutes === undefined ? length(week.attended_minutes) : t("after.week.of", {
                attended: length(week.attended_minutes), prescribed: length(week.prescribed_minutes),
              })}
            </dd>
          </div>
        )}
        {next && (
          <div>
            <dt>{t("after.next")}</dt>
            <dd>{t("after.next.when", { date: day(next.start), start: time(next.start), end: time(next.end) })}</dd>
          </div>
        )}
      </dl>
    </section>
  );
}

interface CheckInProps { scales: readonly Question[]; send(answers: Answer[]): Promise<boolean> }

function CheckIn({ scales, send }: CheckInProps) {
  const { t } = useWords();
  const id = useId();
  const [values, setValues] = useState<Record<string, number | null>>({});
  const [state, setState] = useState<"open" | "busy" | "failed">("open");
  const answered = Object.keys(values).length > 0;
  const submit = async (): Promise<void> => {
    if (!answered || state === "busy") return;
    setState("busy");
    const sent = await send(scales.map((s) => ({ scale: s.id, value: values[s.id] ?? null })));
    setState(sent ? "open" : "failed");
  };
  return (
    <form className={css["card"]} aria-labelledby={id} onSubmit={(event) => {
      event.preventDefault();
      void submit();
    }}>
      <div>
        <h2 id={id}>{t("after.checkin")}</h2>
        <p className={css["soft"]}>{t("checkin.hint")}</p>
      </div>
      {scales.map((scale) => (
        <Scale key={scale.id} scale={scale} value={values[scale.id]}
          onChange={(value) => setValues((v) => ({ ...v, [scale.id]: value }))} />
      ))}
      {state === "failed" && <Notice look="clay">{t("after.failed")}</Notice>}
      <Button type="submit" look="lamp" disabled={!answered || state === "busy"}>{t("after.send")}</Button>
    </form>
  );
}

function Trends({ trend }: { trend: NonNullable<After["trend"]> }) {
  const { t } = useWords();
  const id = useId();
  return (
    <section className={css["card"]} aria-labelledby={id}>
      <h2 id={id}>{t("after.trend")}</h2>
      {trend.map((one) => <TrendView key={one.id} trend={one} />)}
    </section>
  );
}
