// Asked on the first device when the link is opened on another one.
import { useEffect, useState } from "react";
import { Button } from "../../ui/Button.tsx";
import { useCall, useCallState } from "../../ui/CallContext.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { useWords } from "../../words/words.tsx";

export function Question() {
  const question = useCallState((s) => s.question);
  return question === undefined ? null : <Asked key={question} until={question} />;
}

function Asked({ until }: { until: number }) {
  const { t } = useWords();
  const call = useCall();
  const [seconds, setSeconds] = useState(() => left(until));
  useEffect(() => {
    const timer = setInterval(() => {
      const now = left(until);
      setSeconds(now);
      // No answer: the server asks staff. The dialog goes away by itself.
      if (now === 0) call.forgetQuestion();
    }, 500);
    return () => clearInterval(timer);
  }, [call, until]);
  const answer = (move: boolean) => () => call.answerDevice(move);
  return (
    <Dialog title={t("question.head")} role="alertdialog" onClose={answer(false)}
      actions={
        <>
          <Button onClick={answer(false)}>{t("question.stay")}</Button>
          <Button look="lamp" onClick={answer(true)}>{t("question.move")}</Button>
        </>
      }>
      <p>{t("question.text")}</p>
      <p aria-hidden="true">{t("question.left", { seconds })}</p>
    </Dialog>
  );
}

function left(until: number): number {
  return Math.max(0, Math.ceil((until - Date.now()) / 1000));
}
