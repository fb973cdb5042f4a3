---Commands that want a terminal, such as a switch of the whole system under sudo.
local M = {}

---A shell that shows the command before it runs it.
local SHOWING = 'printf "$ %s\\n" "$1"; eval "$1"'

---Run a command of the server in a terminal, and answer with its exit code.
---@param params { command: string, cwd: string, title: string }
---@return table
function M.open(params)
  vim.cmd('botright new')
  local buffer = vim.api.nvim_get_current_buf()
  local thread, is_main = coroutine.running()
  local can_wait = thread ~= nil and not is_main
  local job = vim.fn.jobstart({ '/bin/sh', '-c', SHOWING, 'sh', params.command }, {
    cwd = params.cwd,
    term = true,
    on_exit = function(_, code)
      if can_wait then
        vim.schedule(function()
          coroutine.resume(thread, code)
        end)
      end
    end,
  })
  if job <= 0 then
    vim.cmd.bwipeout({ buffer, bang = true })
    return { opened = false }
  end
  vim.b[buffer].term_title = params.title
  vim.cmd.startinsert()
  if not can_wait then
    return { opened = true }
  end
  return { exitCode = coroutine.yield() }
end

return M
