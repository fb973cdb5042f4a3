---@meta
---What the server speaks besides LSP: docs/protocol.md of hmls.

---@class hmls.Health
---@field errors integer
---@field warnings integer

---@class hmls.Layer
---@field name string
---@field kind 'base'|'global'|'host'|'droid'
---@field folder string relative to the root
---@field entry string relative to the root
---@field hasEntry boolean
---@field used boolean
---@field health hmls.Health

---@class hmls.Target
---@field name string
---@field kind 'standalone'|'host'|'droid'
---@field user string
---@field host string?
---@field output string
---@field system string?
---@field layers string[] folders relative to the root
---@field source 'flake'|'convention'
---@field reason string?
---@field health hmls.Health
---@field deployed string? ISO 8601, 'never', or nil where this machine cannot tell

---@class hmls.Named
---@field name string
---@field layers string[]

---@class hmls.Map
---@field root string
---@field users hmls.Named[]
---@field hosts hmls.Named[]
---@field targets hmls.Target[]
---@field layers hmls.Layer[]
---@field assumptions { message: string, reason: string }[]
---@field errors string[]

---@class hmls.Place
---@field file string? absolute; nil for what the builder defines
---@field line integer? counted from one
---@field layer string
---@field range lsp.Range?
---@field why string? of losers

---@class hmls.Setting
---@field path string[]
---@field known boolean
---@field defined boolean
---@field text string
---@field reason string?
---@field error string?
---@field priority integer?
---@field type string?
---@field assumes string[]
---@field winners hmls.Place[]
---@field losers hmls.Place[]

---@class hmls.Generation
---@field id integer
---@field date string ISO 8601
---@field path string
---@field current boolean
---@field changes string?

---@class hmls.Chosen a target with the map that it is in
---@field map hmls.Map
---@field target hmls.Target

---@class hmls.Answer of a command
---@field outcome 'done'|'failed'|'not-run'|'handed-over'|'cancelled'
---@field message string

---@class hmls.LogLine
---@field line string with ANSI colours
---@field level 'error'|'warning'|'info'|'log'
---@field root string
