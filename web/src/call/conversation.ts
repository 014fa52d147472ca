// The conversation with the server over as many WebSockets as it takes: hello,
// welcome, and after a loss hello again with the resume token, sooner or later.
import type { ClientMessage, Hello } from "../protocol/client.ts";
import type { ServerMessage, Welcome } from "../protocol/server.ts";
import { backoff } from "./backoff.ts";
import { RequestError, Socket, type Reply } from "./socket.ts";

export interface ConversationOptions {
  open(): WebSocket;
  /** How to begin; asked before every attempt. Rejects with an error that has a code. */
  hello(): Promise<Hello>;
  welcomed(welcome: Welcome): void;
  message(message: ServerMessage): void;
  /** The line is lost; an attempt to come back is under way. */
  lost(): void;
  /** The server will not have us. True: try again with another hello. */
  refused(code: string, opens?: string): boolean;
  random?: () => number;
}

/** Closing codes after which coming back makes sense. */
const passing = new Set(["slow", "restart", "internal", "malformed", "too_large", "too_many_messages"]);

export class Conversation {
  private socket: Socket | undefined;
  private up = false;
  private attempt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running = false;

  constructor(private readonly options: ConversationOptions) {}

  start(): void {
    if (this.running) return;
    this.running = true;
    this.attempt = 0;
    void this.connect();
  }

  stop(): void {
    this.running = false;
    this.up = false;
    clearTimeout(this.timer);
    this.socket?.close();
    this.socket = undefined;
  }

  request(message: ClientMessage): Promise<Reply> {
    if (!this.up || !this.socket) return Promise.reject(new RequestError("lost", "There is no connection."));
    return this.socket.request(message);
  }

  send(message: ClientMessage): void {
    if (this.up) this.socket?.send(message);
  }

  /** The network has changed, or the device woke up: look at once instead of later. */
  nudge(): void {
    if (!this.running) return;
    if (this.up) {
      this.socket?.ping(1500);
    } else if (!this.socket) {
      clearTimeout(this.timer);
      void this.connect();
    }
  }

  private async connect(): Promise<void> {
    let hello: Hello;
    try {
      hello = await this.options.hello();
    } catch (error) {
      if (this.running) this.refuse(error);
      return;
    }
    if (!this.running || this.socket) return;
    const socket: Socket = new Socket(this.options.open(), {
      opened: () => {
        socket.request(hello).then(
          (reply) => this.answered(socket, reply),
          (error: unknown) => {
            if (this.socket === socket && this.running) this.refuse(error);
          },
        );
      },
      message: (message) => {
        if (this.socket === socket) this.receive(socket, message);
      },
      closed: () => this.closed(socket),
    });
    this.socket = socket;
  }

  private answered(socket: Socket, reply: Reply): void {
    if (this.socket !== socket || reply.type !== "welcome") return;
    this.up = true;
    this.attempt = 0;
    this.options.welcomed(reply);
  }

  private receive(socket: Socket, message: ServerMessage): void {
    if (message.type === "bye" && passing.has(message.code)) {
      socket.close();
      return;
    }
    // The session moved here from another device.
    if (message.type === "welcome") this.options.welcomed(message);
    else this.options.message(message);
  }

  /** hello was not answered by welcome. */
  private refuse(error: unknown): void {
    const code = error instanceof Error && "code" in error ? String(error.code) : "internal";
    const again = code === "lost" || code === "offline" || code === "internal" || this.options.refused(code);
    const { socket } = this;
    this.socket = undefined;
    socket?.close();
    if (again) this.later();
    else this.stop();
  }

  private closed(socket: Socket): void {
    if (this.socket !== socket) return;
    this.socket = undefined;
    const was = this.up;
    this.up = false;
    if (!this.running) return;
    if (was) this.options.lost();
    this.later();
  }

  private later(): void {
    if (!this.running) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.connect(), backoff(this.attempt++, this.options.random));
  }
}
