// What somebody answered over the weeks: a picture, and the table of its
// numbers beside it. The picture says nothing that the table does not.
import type { Trend } from "../../protocol/door.ts";
import { said } from "../../ui/Scale.tsx";
import { useWords } from "../../words/words.tsx";
import { dots, height, HEIGHT, rowsOf, WIDTH, type Row } from "./trend.ts";
import css from "./After.module.css";

export function TrendView({ trend }: { trend: Trend }) {
  const { t, locale, short } = useWords();
  const rows = rowsOf(trend);
  return (
    <section className={css["trend"]}>
      <h3>{said(trend.question, locale)}</h3>
      <div className={css["beside"]}>
        {rows.length > 1 && <Picture rows={rows} low={said(trend.low, locale)} high={said(trend.high, locale)} />}
        <table className={css["table"]}>
          <thead>
            <tr>
              <th scope="col">{t("after.trend.date")}</th>
              <th scope="col"><Key moment="start" />{t("after.trend.start")}</th>
              <th scope="col"><Key moment="end" />{t("after.trend.end")}</th>
            </tr>
          </thead>
          <tbody>
            {[...rows].reverse().map((row) => (
              <tr key={row.session}>
                <th scope="row">{short(row.at)}</th>
                <td>{row.start ?? "–"}</td>
                <td>{row.end ?? "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Which line is whose. */
function Key({ moment }: { moment: "start" | "end" }) {
  return (
    <svg className={css["key"]} viewBox="0 0 24 8" width="24" height="8" aria-hidden="true">
      <line className={css[moment]} x1="1" y1="4" x2="23" y2="4" />
    </svg>
  );
}

function Picture({ rows, low, high }: { rows: readonly Row[]; low: string; high: string }) {
  return (
    <div className={css["picture"]} aria-hidden="true">
      <span>{`10 ${high}`}</span>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`}>
        {[0, 5, 10].map((value) => (
          <line key={value} className={css["grid"]} x1="0" x2={WIDTH} y1={height(value)} y2={height(value)} />
        ))}
        {(["start", "end"] as const).map((moment) => {
          const all = dots(rows, moment);
          return (
            <g key={moment} className={css[moment]}>
              <polyline points={all.map(({ x, y }) => `${x},${y}`).join(" ")} />
              {all.map(({ x, y }) => <circle key={x} cx={x} cy={y} r="3.5" />)}
            </g>
          );
        })}
      </svg>
      <span>{`0 ${low}`}</span>
    </div>
  );
}
