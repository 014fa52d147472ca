import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Call } from "./call/call.ts";
import { watchNetwork } from "./call/network.ts";
import { tabMemory, takeFragment } from "./call/storage.ts";
import { App, keepSecret } from "./pages/App.tsx";
import { CallProvider } from "./ui/CallContext.tsx";
import { Words } from "./words/words.tsx";
import "./style/base.css";

// First of all: no secret stays in the address bar.
const memory = tabMemory();
let staffSecret: string | undefined;
if (window.location.pathname.startsWith("/console")) staffSecret = takeFragment();
else keepSecret(memory);

const call = new Call({
  memory,
  open: () => {
    const url = new URL("/api/v1/signal", window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    return new WebSocket(url, "vesper.v1");
  },
});
watchNetwork(() => call.nudge());

const root = document.getElementById("app");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Words>
        <CallProvider call={call}>
          <App memory={memory} staffSecret={staffSecret} />
        </CallProvider>
      </Words>
    </StrictMode>,
  );
}
