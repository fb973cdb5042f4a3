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
import { findServer, type ServerCommand } from "./find";

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

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly onStarted: (client: LanguageClient) => void,
  ) {}

  async start(): Promise<void> {
    this.setState("starting");
    this.found = await findServer(this.context.extensionPath);
    if (typeof this.found === "string") {
      this.output.warn(this.found);
      this.setState("noServer");
      return;
    }
    this.output.info(`server: ${this.found.command} ${this.found.args.join(" ")} (found by ${this.found.origin})`);
    const { command, args, env } = this.found;
    const run = { command, args, options: { env: { ...process.env, ...env } } };
    const client = new LanguageClient("hmls", "hmls", run, this.options());
    client.registerFeature(new Abilities());
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Stopped && this.client === client) {
        this.setState("failed");
      }
    });
    this.client = client;
    const begin = Date.now();
    try {
      this.onStarted(client);
      await client.start();
      this.startedIn = Date.now() - begin;
      this.setState("ready");
    } catch (error) {
      this.output.error(`the server did not start: ${String(error)}`);
      this.setState("failed");
    }
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client?.isRunning()) {
      await client.stop();
    }
    await client?.dispose();
  }

  /** The answer of the server, or undefined where it is not running or has none. */
  async ask<P, R>(type: RequestType<P, R, void>, params: P): Promise<R | undefined> {
    if (!this.client?.isRunning()) {
      return undefined;
    }
    try {
      return await this.client.sendRequest(type, params);
    } catch (error) {
      this.output.warn(`${type.method}: ${String(error)}`);
      return undefined;
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
      connectionOptions: { maxRestartCount: 3 },
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue }),
        closed: () => ({ action: CloseAction.DoNotRestart, handled: true }),
      },
    };
  }
}

/** Our settings as the server knows them; those of this extension alone are left out. */
function settingsOfServer(): Record<string, unknown> {
  const { server: _server, trace: _trace, ...settings } = vscode.workspace.getConfiguration().get<
    Record<string, unknown>
  >("hmls", {});
  return JSON.parse(JSON.stringify(settings)) as Record<string, unknown>;
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
