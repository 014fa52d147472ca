// /room: whatever the call is in, from the first hello to the last word.
import { useEffect } from "react";
import { useLocation } from "wouter";
import type { CallState } from "../../call/state.ts";
import { useCall, useCallState } from "../../ui/CallContext.tsx";
import { useAwake } from "../../ui/useAwake.ts";
import { Connecting, Lobby, SecondDevice } from "./Lobby.tsx";
import { Over } from "./Over.tsx";
import { Question } from "./Question.tsx";
import { Room } from "./Room.tsx";

export function Evening() {
  const call = useCall();
  const [, navigate] = useLocation();
  const phase = useCallState((s) => s.phase);
  useEffect(() => {
    if (!call.resume()) navigate("/j", { replace: true });
    else if (call.state.phase !== "over") void call.capture.ensure();
  }, [call, navigate]);
  useAwake(phase === "lobby" || phase === "room" || phase === "second_device");
  return (
    <>
      <Phase phase={phase} />
      <Question />
    </>
  );
}

function Phase({ phase }: { phase: CallState["phase"] }) {
  switch (phase) {
    case "idle":
    case "connecting":
      return <Connecting />;
    case "second_device":
      return <SecondDevice />;
    case "lobby":
      return <Lobby />;
    case "room":
      return <Room />;
    case "over":
      return <Over />;
    default:
      return phase satisfies never;
  }
}
