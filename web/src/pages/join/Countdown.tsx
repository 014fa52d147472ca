// When a page tries again by itself. For the eye: who listens was told the
// sentence above it once.
import { useEffect, useState } from "react";
import { useWords } from "../../words/words.tsx";
import css from "./Join.module.css";

export function Countdown({ until }: { until: number }) {
  const { t } = useWords();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.ceil((until - now) / 1000);
  return <p className={css["soft"]}>{seconds > 0 ? t("door.again.in", { seconds }) : t("door.again.now")}</p>;
}
