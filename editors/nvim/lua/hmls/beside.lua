---Other servers for Nix, to which what any of them answers is left.
local M = {}

local OTHERS = { 'nil_ls', 'nixd', 'nil', 'rnix' }

---@param name string
---@return boolean
local function is_enabled(name)
  return vim.lsp.is_enabled ~= nil and vim.lsp.is_enabled(name)
end

---@param name string
---@return boolean
local function can_run(name)
  local cmd = vim.lsp.config[name] and vim.lsp.config[name].cmd
  return type(cmd) ~= 'table' or vim.fn.executable(cmd[1]) == 1
end

---@param name string
---@return boolean
local function runs(name)
  return #vim.lsp.get_clients({ name = name }) > 0 or (is_enabled(name) and can_run(name))
end

---@return string? name of another server that runs, or will with the next Nix file
function M.other()
  return vim.iter(OTHERS):find(runs)
end

---@return string? name of another server that is enabled and cannot be run
function M.missing()
  return vim.iter(OTHERS):find(function(name)
    return is_enabled(name) and not can_run(name)
  end)
end

---@return boolean whether nixd runs, or will with the next Nix file
function M.is_nixd()
  return runs('nixd')
end

---Whether nixd tells of packages and lib: it evaluates `import <nixpkgs> { }` where nothing else is set.
---@return boolean
function M.has_nixpkgs()
  if not runs('nixd') then
    return false
  end
  local config = vim.lsp.config.nixd or {}
  local expr = vim.tbl_get(config, 'settings', 'nixd', 'nixpkgs', 'expr')
  if type(expr) == 'string' and not expr:find('<nixpkgs>', 1, true) then
    -- An empty set is nothing to tell of.
    return expr:find('^%s*{%s*}%s*$') == nil
  end
  local path = vim.tbl_get(config, 'cmd_env', 'NIX_PATH') or vim.env.NIX_PATH
  return path ~= nil and (':' .. path):find(':nixpkgs=[^:]') ~= nil
end

return M
