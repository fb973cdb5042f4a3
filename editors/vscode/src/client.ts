// The connection to the server: start, stop, state, and requests that fail quietly without it.
import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  RequestType,
  State,
  type ClientCapabilities,
  type LanguageClientOptions,
  type StaticFeature,
} from "vscode-languageclient/node";
import { leftFeatures } from "./beside";
import { findServer, serverPath, type ServerCommand } from "./find";

const STATES = { [State.Stopped]: "failed", [State.Starting]: "starting", [State.Running]: "ready" } as const;
const CRASHES_ALLOWED = 3;
const WITHIN_MS = 180_000;
const PATIENCE_MS = 10_000;

export type ServerState = "noServer" | "starting" | "failed" | "ready" | "noHomes";

/** One server at a time; `onStarted` runs for each new one before anything is asked of it. */
export class Server implements vscode.Disposable {
  readonly output = vscode.window.createOutputChannel("hmls", { log: true });
  private client: LanguageClient | undefined;
  private readonly changes = new vscode.EventEmitter<ServerState>();
  readonly onState = this.changes.event;
  state: ServerState = "starting";
  found: ServerCommand | string = "not looked for yet";
  /** Milliseconds from the start to the answer of `initialize`. */
  startedIn: number | undefined;
  /** When it ended without being told to, in milliseconds of Date.now(), within the last minutes. */
  crashes: number[] = [];
  private hasRun = false;
  private isFirst = false;
  private turn: Promise<void> = Promise.resolve();
  /** Settled when the server that was last started has answered or failed. */
  private starting: Promise<void> = Promise.resolve();
  /** Settled when what was last begun has come to an answer: then the server's commands are there. */
  begun: Promise<void> = Promise.resolve();

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly onStarted: (client: LanguageClient) => void,
  ) {}

  /** Stop the server if there is one, and start one; settled when it has answered or failed. */
  restart(): Promise<void> {
    const made = this.turn.then(async () => {
      this.crashes = [];
      await this.stop();
      return this.make();
    });
    // One after the other; but one that does not answer keeps nobody waiting.
    this.turn = made.then(() => undefined);
    this.begun = made.then((client) => client && this.launch(client));
    return this.begun;
  }

  /** A client of the server that was found, not started yet. */
  private async make(): Promise<LanguageClient | undefined> {
    this.setState("starting");
    this.startedIn = undefined;
    this.found = await findServer(this.context.extensionPath);
    if (typeof this.found === "string") {
      this.output.warn(this.found);
      this.setState("noServer");
      return undefined;
    }
    this.output.info(`server: ${this.found.command} ${this.found.args.join(" ")} (found by ${this.found.origin})`);
    const { command, args, env } = this.found;
    const run = { command, args, options: { env: { ...process.env, PATH: serverPath(), ...env } } };
    const client = new QuietClient("hmls", "hmls", run, this.options());
    client.registerFeature(new Abilities());
    client.onDidChangeState(({ newState }) => {
      if (this.client !== client) {
        return;
      }
      this.hasRun ||= newState === State.Running;
      this.setState(STATES[newState]);
    });
    this.client = client;
    this.hasRun = false;
    return client;
  }

  private async launch(client: LanguageClient): Promise<void> {
    const begin = Date.now();
    this.isFirst = true;
    try {
      this.onStarted(client);
      const start = client.start();
      this.starting = start.catch(() => undefined);
      await start;
      this.startedIn = Date.now() - begin;
    } catch (error) {
      this.output.error(`the server did not start: ${String(error)}`);
      if (this.client === client && typeof this.found !== "string") {
        this.setState("failed");
        void this.tell(`${this.found.command} did not start as the server.`);
      }
    } finally {
      this.isFirst = false;
    }
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client === undefined) {
      return;
    }
    // One that is stopped while it starts goes on to register its commands, and the next cannot.
    await Promise.race([this.starting, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
    try {
      await client.dispose();
    } catch (error) {
      this.output.warn(`the server did not stop as asked: ${String(error)}`);
    }
  }

  get version(): string | undefined {
    return this.client?.initializeResult?.serverInfo?.version;
  }

  /** The answer of the server, or undefined where it is not running or has none. */
  async ask<P, R extends object | null>(type: RequestType<P, R, void>, params: P): Promise<R | undefined> {
    const answer = await this.answer(type, params);
    return typeof answer === "string" ? undefined : answer;
  }

  /** The answer of the server, or a sentence that says why there is none; empty where nobody waits any more. */
  async answer<P, R extends object | null>(
    type: RequestType<P, R, void>,
    params: P,
    token?: vscode.CancellationToken,
  ): Promise<R | string> {
    if (!this.client?.isRunning()) {
      return "The server of hmls is not running.";
    }
    try {
      return await this.client.sendRequest(type, params, token);
    } catch (error) {
      if (token?.isCancellationRequested) {
        return "";
      }
      const why = error instanceof Error ? error.message : String(error);
      this.output.warn(`${type.method}: ${why}`);
      return `${why.charAt(0).toUpperCase()}${why.slice(1)}.`;
    }
  }

  /** The settings changed. */
  async tellSettings(): Promise<void> {
    if (this.client?.isRunning()) {
      await this.client.sendNotification("workspace/didChangeConfiguration", {
        settings: { hmls: settingsOfServer() },
      });
    }
  }

  range(range: import("vscode-languageclient/node").Range): vscode.Range {
    return new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character);
  }

  setState(state: ServerState): void {
    this.state = state;
    void vscode.commands.executeCommand("setContext", "hmls.state", state);
    this.changes.fire(state);
  }

  dispose(): void {
    void this.stop();
    this.output.dispose();
  }

  private options(): LanguageClientOptions {
    return {
      documentSelector: [{ scheme: "file", language: "nix" }],
      initializationOptions: {
        hmls: settingsOfServer(),
        trusted: vscode.workspace.isTrusted,
      },
      outputChannel: this.output,
      markdown: { isTrusted: false, supportHtml: false },
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue }),
        closed: () => ({ action: this.afterCrash(), handled: true }),
      },
    };
  }

  /** It ended without being told to: start it again, unless it keeps ending. */
  private afterCrash(): CloseAction {
    if (!this.hasRun) {
      if (!this.isFirst) {
        void this.tell("The server ended, and did not start again.");
      }
      return CloseAction.DoNotRestart;
    }
    this.hasRun = false;
    const now = Date.now();
    this.crashes = [...this.crashes.filter((time) => now - time < WITHIN_MS), now];
    if (this.crashes.length <= CRASHES_ALLOWED) {
      this.output.warn("the server ended unexpectedly, and is started again");
      return CloseAction.Restart;
    }
    this.output.error(`the server ended ${this.crashes.length} times within three minutes`);
    void this.tell(`The server ended ${this.crashes.length} times within three minutes and stays off.`);
    return CloseAction.DoNotRestart;
  }

  private async tell(text: string): Promise<void> {
    const choice = await vscode.window.showErrorMessage(`hmls: ${text}`, "Restart", "Show Logs");
    if (choice === "Restart") {
      await this.restart();
    } else if (choice) {
      this.output.show();
    }
  }
}

/** What the library would show in messages of its own stands in the log alone: we tell it better. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** Our settings as the server knows them; those of this extension alone are left out. */
function settingsOfServer(): Record<string, unknown> {
  const { server: _server, trace: _trace, ...settings } = vscode.workspace.getConfiguration().get<
    Record<string, unknown>
  >("hmls", {});
  const copy = JSON.parse(JSON.stringify(settings)) as { features?: Record<string, unknown> };
  return { ...copy, features: { ...copy.features, ...leftFeatures() } };
}

/** What this client can do beyond LSP. */
class Abilities implements StaticFeature {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    capabilities.experimental = {
      ...(capabilities.experimental as object | undefined),
      hmls: { terminal: true, documents: true, log: true, changed: true, references: true },
    };
  }
  initialize(): void {}
  getState() {
    return { kind: "static" as const };
  }
  clear(): void {}
}
