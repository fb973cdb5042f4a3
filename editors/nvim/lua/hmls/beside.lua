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

return M
