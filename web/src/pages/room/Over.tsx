// It is over, for one reason or another: one page, one sentence.
import { useLocation } from "wouter";
import type { Ending } from "../../call/state.ts";
import { Button } from "../../ui/Button.tsx";
import { useCall, useCallState } from "../../ui/CallContext.tsx";
import { Page, Saying } from "../../ui/Page.tsx";
import { useWords } from "../../words/words.tsx";
import { Goodbye } from "../after/Goodbye.tsx";
import { Closed } from "../join/Closed.tsx";

export function Over() {
  const { t } = useWords();
  const call = useCall();
  const [, navigate] = useLocation();
  const ending: Ending = useCallState((s) => s.ending ?? "expired");
  const clinic = useCallState((s) => s.session?.clinic);
  const toDoor = (): void => {
    call.reset();
    navigate("/j");
  };
  switch (ending) {
    case "left":
      return (
        <Page title="title.over" clinic={clinic}>
          <Goodbye>
            <Saying head={t("over.left.head")}
              action={
                <Button look="lamp" size="large" icon="door" onClick={() => {
                  if (!call.comeBack()) toDoor();
                }}>
                  {t("over.comeback")}
                </Button>
              }>
              <p>{t("over.left")}</p>
            </Saying>
          </Goodbye>
        </Page>
      );
    case "ended":
      return (
        <Page title="title.over" clinic={clinic}>
          <Goodbye ended>
            <Saying head={t("over.ended.head")}>
              <p>{t("over.ended")}</p>
            </Saying>
          </Goodbye>
        </Page>
      );
    case "removed":
    case "denied":
    case "discharged":
    case "replaced":
      return (
        <Page title="title.over" clinic={clinic}>
          <Saying head={t(`over.${ending}.head`)}>
            <p>{t(`over.${ending}`)}</p>
          </Saying>
        </Page>
      );
    case "expired":
      return (
        <Page title="title.over" clinic={clinic}>
          <Saying head={t("door.expired.head")}
            action={<Button look="lamp" size="large" icon="door" onClick={toDoor}>{t("door.again")}</Button>}>
            <p>{t("door.expired")}</p>
          </Saying>
        </Page>
      );
    case "too_early":
    case "too_late":
    case "no_session":
    case "link_unknown":
    case "link_revoked":
      return <Closed code={ending} />;
    default:
      return ending satisfies never;
  }
}
