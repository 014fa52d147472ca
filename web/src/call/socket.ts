// One WebSocket: requests with their answers, and the ping that finds out
// when the other side is gone without saying so.
import type { ClientMessage } from "../protocol/client.ts";
import { decodeServer, type Answer, type Ok, type ServerMessage, type Welcome } from "../protocol/server.ts";

export type Reply = Ok | Answer | Welcome;

/** A request that the server refused, or that got no answer (code "lost"). */
export class RequestError extends Error {
  override name = "RequestError";
  constructor(readonly code: string, message: string) {
    super(message);
  }
}

export interface SocketHandlers {
  opened(): void;
  message(message: ServerMessage): void;
  /** Called once. */
  closed(): void;
}

const PING_MS = 5000;
const OPENING_MS = 8000;

interface Pending {
  resolve(reply: Reply): void;
  reject(error: RequestError): void;
}

export class Socket {
  private nextId = 1;
  private readonly pending = new Map<number, Pending>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private over = false;

  constructor(
    private readonly ws: WebSocket,
    private readonly handlers: SocketHandlers,
  ) {
    ws.addEventListener("open", () => {
      if (this.over) return;
      this.handlers.opened();
      this.later(PING_MS, () => this.ping(PING_MS));
    });
    ws.addEventListener("message", (event: MessageEvent<unknown>) => this.receive(event.data));
    ws.addEventListener("close", () => this.close());
    ws.addEventListener("error", () => this.close());
    this.later(OPENING_MS, () => this.close());
  }

  /** Resolves with the answer; rejects with RequestError. */
  request(message: ClientMessage): Promise<Reply> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      if (this.over || this.ws.readyState !== WebSocket.OPEN) {
        reject(new RequestError("lost", "There is no connection."));
        return;
      }
      this.pending.set(id, { resolve, reject });
      this.ws.send(JSON.stringify({ ...message, id }));
    });
  }

  /** Sends without waiting for an answer. */
  send(message: ClientMessage): void {
    if (!this.over && this.ws.readyState === WebSocket.OPEN) this.ws.send(JSON.stringify(message));
  }

  /** Asks for a sign of life within the time; without one, the socket is closed. */
  ping(within: number): void {
    this.later(within, () => this.close());
    this.request({ type: "ping" }).then(
      () => this.later(PING_MS, () => this.ping(PING_MS)),
      () => undefined,
    );
  }

  close(): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.timer);
    this.ws.close();
    for (const { reject } of this.pending.values()) {
      reject(new RequestError("lost", "The connection was lost."));
    }
    this.pending.clear();
    this.handlers.closed();
  }

  private receive(data: unknown): void {
    if (this.over || typeof data !== "string") return;
    let message: ServerMessage | undefined;
    try {
      message = decodeServer(data);
    } catch (error) {
      console.warn("a message could not be read", error);
      return;
    }
    if (!message || this.settle(message)) return;
    this.handlers.message(message);
  }

  /** True if the message answers a request. */
  private settle(message: ServerMessage): boolean {
    if (!("id" in message) || message.id === undefined) return false;
    const waiting = this.pending.get(message.id);
    if (!waiting) return message.type !== "welcome";
    this.pending.delete(message.id);
    if (message.type === "error") waiting.reject(new RequestError(message.code, message.message));
    else waiting.resolve(message);
    return true;
  }

  private later(ms: number, then: () => void): void {
    clearTimeout(this.timer);
    if (!this.over) this.timer = setTimeout(then, ms);
  }
}
