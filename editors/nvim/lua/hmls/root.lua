---The folder that a file's homes are in.
local M = {}

---Folders that make a flake one with homes, relative to flake.nix. `vim.g.hmls_homes` adds more.
local HOMES = { 'homes', 'nix/homes', 'home-configurations' }

---@param bufnr integer
---@return string? root the innermost folder above with a flake.nix and homes
function M.find(bufnr)
  if vim.bo[bufnr].buftype ~= '' then
    return nil
  end
  return M.of_path(vim.api.nvim_buf_get_name(bufnr))
end

---@param path string a file or a folder
---@return string?
function M.of_path(path)
  if path == '' then
    path = vim.fn.getcwd()
  end
  local start = vim.fs.normalize(vim.fn.fnamemodify(path, ':p'))
  local places = vim.list_extend({ start }, vim.iter(vim.fs.parents(start)):totable())
  for _, folder in ipairs(places) do
    if vim.uv.fs_stat(vim.fs.joinpath(folder, 'flake.nix')) and M.has_homes(folder) then
      return folder
    end
  end
end

---@param folder string
---@return boolean
function M.has_homes(folder)
  local names = vim.list_extend(vim.list_slice(HOMES), vim.g.hmls_homes or {})
  return vim.iter(names):any(function(name)
    local stat = vim.uv.fs_stat(vim.fs.joinpath(folder, name))
    return stat ~= nil and stat.type == 'directory'
  end)
end

return M
