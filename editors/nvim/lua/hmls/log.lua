---What deployments said: a buffer that shows the colours of the tools.
local M = {}

---@type integer?
local buffer
---@type integer?
local channel

---@return integer buffer
function M.buffer()
  if not buffer or not vim.api.nvim_buf_is_valid(buffer) then
    buffer = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(buffer, 'hmls://log')
    channel = vim.api.nvim_open_term(buffer, {})
    vim.bo[buffer].scrollback = 100000
  end
  return buffer
end

---@param params hmls.LogLine
function M.add(params)
  M.buffer()
  local colour = params.level == 'error' and '31' or params.level == 'warning' and '33'
  local line = params.line
  if colour and not line:find('\27', 1, true) then
    line = ('\27[%sm%s\27[0m'):format(colour, line)
  end
  vim.api.nvim_chan_send(assert(channel), line:gsub('\r?\n', '\r\n') .. '\r\n')
end

function M.open()
  vim.cmd.split()
  vim.api.nvim_win_set_buf(0, M.buffer())
  vim.cmd.normal({ 'G', bang = true })
end

return M
