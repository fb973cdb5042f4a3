// The homes of the workspace as the server last told them, and the target in focus.
import * as vscode from "vscode";
import type { Server } from "./client";
import { focus, layers, type Root, type Target } from "./protocol";

export interface Chosen {
  root: Root;
  target: Target;
}

export class Model implements vscode.Disposable {
  roots: Root[] = [];
  private chosenName: { root: string; target: string } | undefined;
  private readonly changes = new vscode.EventEmitter<void>();
  private readonly disposables: vscode.Disposable[] = [this.changes];
  /** The homes or the focus changed. */
  readonly onChange = this.changes.event;

  constructor(
    private readonly server: Server,
    private readonly memory: vscode.Memento,
  ) {
    this.chosenName = memory.get("hmls.focus");
    let before = server.state;
    this.disposables.push(
      server.onState((state) => {
        // A new server tells what changed only to those who have asked it.
        const isNew = state === "ready" && before === "starting";
        before = state;
        if (isNew) {
          void this.refresh();
        } else if (state === "failed" || state === "noServer") {
          this.roots = [];
          this.changes.fire();
        }
      }),
    );
  }

  get focused(): Chosen | undefined {
    const chosen = this.chosenName;
    return chosen && this.find(chosen.root, chosen.target);
  }

  get targets(): Chosen[] {
    return this.roots.flatMap((root) => root.targets.map((target) => ({ root, target })));
  }

  find(root: string, name: string): Chosen | undefined {
    return this.targets.find((each) => each.root.root === root && each.target.name === name);
  }

  async refresh(): Promise<void> {
    const answer = await this.server.ask(layers, {});
    if (answer === undefined) {
      return;
    }
    // A flake without homes is none of ours; one that does not evaluate says so.
    this.roots = answer.roots.filter((root) => root.users.length + root.hosts.length + root.errors.length > 0);
    if (this.server.state === "ready" || this.server.state === "noHomes") {
      this.server.setState(this.roots.length === 0 ? "noHomes" : "ready");
    }
    this.changes.fire();
  }

  /** Tell a new server which target is in focus. */
  async restoreFocus(): Promise<void> {
    if (this.chosenName) {
      await this.server.ask(focus, this.chosenName);
    }
  }

  async focus(chosen: Chosen | undefined): Promise<void> {
    const before = this.chosenName;
    this.chosenName = chosen && { root: chosen.root.root, target: chosen.target.name };
    await this.memory.update("hmls.focus", this.chosenName);
    const root = this.chosenName?.root ?? before?.root;
    if (root !== undefined) {
      await this.server.ask(focus, { root, target: this.chosenName?.target ?? null });
    }
    this.changes.fire();
  }

  /** Let the user choose a target; with only one there is nothing to ask. */
  async pick(title: string, fits: (target: Target) => boolean = () => true): Promise<Chosen | undefined> {
    const fitting = this.targets.filter(({ target }) => fits(target));
    if (fitting.length === 0) {
      void vscode.window.showInformationMessage("hmls: there is no such target in this workspace.");
      return undefined;
    }
    if (fitting.length === 1) {
      return fitting[0];
    }
    const focused = this.focused?.target.name;
    const items = fitting
      .map((chosen) => ({
        label: chosen.target.name,
        description: `${chosen.target.kind} · ${chosen.target.system ?? "unknown system"}`,
        detail: this.roots.length > 1 ? chosen.root.root : undefined,
        chosen,
      }))
      .sort((a, b) => Number(b.label === focused) - Number(a.label === focused));
    return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }))?.chosen;
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }
}
