---Neovim's side of hmls, the language server for Home Manager configurations.
local M = {}

---For the statusline: the target in focus, and what runs. Empty where no server is.
---@return string
function M.statusline()
  if #vim.lsp.get_clients({ name = 'hmls', bufnr = 0 }) == 0 then
    return ''
  end
  local parts = { '⌂ ' .. (require('hmls.homes').focused_here() or 'all targets') }
  for _, job in ipairs(require('hmls.progress').list()) do
    local percentage = job.percentage and (' %d%%'):format(job.percentage) or ''
    parts[#parts + 1] = job.title .. percentage
  end
  return (table.concat(parts, ' · '):gsub('%%', '%%%%'))
end

return M
