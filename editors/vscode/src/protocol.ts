// What the server speaks besides LSP: docs/protocol.md.
import { NotificationType, RequestType } from "vscode-languageclient/node";
import type { Range } from "vscode-languageclient/node";

export interface Health {
  errors: number;
  warnings: number;
}

export interface Layer {
  name: string;
  kind: "base" | "global" | "host" | "droid";
  folder: string;
  entry: string;
  hasEntry: boolean;
  used: boolean;
  health: Health;
}

export type TargetKind = "standalone" | "host" | "droid";

export interface Target {
  name: string;
  kind: TargetKind;
  user: string;
  host: string | null;
  output: string;
  system: string | null;
  layers: string[];
  source: "flake" | "convention";
  reason: string | null;
  health: Health;
  /** The date of the newest generation on this machine. */
  /** A date, "never", or null where this machine cannot tell. */
  deployed: string | null;
}

export interface Named {
  name: string;
  layers: string[];
}

export interface Root {
  root: string;
  users: Named[];
  hosts: Named[];
  targets: Target[];
  layers: Layer[];
  assumptions: { message: string; reason: string }[];
  errors: string[];
}

export interface Place {
  file: string | null;
  line: number;
  layer: string;
  range?: Range;
  why?: string;
}

export interface Setting {
  path: string[];
  known: boolean;
  defined?: boolean;
  text: string;
  reason: string | null;
  type: string | null;
  error?: string | null;
  winners: Place[];
  losers: Place[];
}

export interface Generation {
  id: number;
  date: string;
  path: string;
  current: boolean;
  changes: string | null;
}

interface OfTarget {
  root: string;
  target: string;
}

export const layers = new RequestType<Record<string, never>, { roots: Root[] }, void>("hmls/layers");
export const settings = new RequestType<
  OfTarget & { prefix?: string[] },
  { target: string; options: Setting[] },
  void
>("hmls/settings");
export const focus = new RequestType<{ root: string; target: string | null }, null, void>("hmls/focus");
export const generations = new RequestType<
  OfTarget,
  { generations: Generation[]; reason?: string },
  void
>("hmls/generations");
export const documentText = new RequestType<{ uri: string }, { text: string }, void>(
  "workspace/textDocumentContent",
);
export const terminal = new RequestType<
  { command: string; cwd: string; title: string },
  { opened: boolean },
  void
>("hmls/terminal");
export const log = new NotificationType<{ line: string; level: string; root: string }>("hmls/log");
export const changed = new NotificationType<Record<string, never>>("hmls/changed");
