---What runs at the moment, for the statusline and to cancel it.
local M = {}

---@class hmls.Running
---@field client_id integer
---@field token integer|string
---@field title string
---@field message string?
---@field percentage integer?
---@field cancellable boolean

---@type table<string, hmls.Running>
local running = {}

---@param data { client_id: integer, params: lsp.ProgressParams }
function M.update(data)
  local value, token = data.params.value, data.params.token
  if type(value) ~= 'table' then
    return
  end
  local key = data.client_id .. ':' .. token
  if value.kind == 'begin' then
    running[key] = {
      client_id = data.client_id,
      token = token,
      title = value.title,
      message = value.message,
      percentage = value.percentage,
      cancellable = value.cancellable == true,
    }
  elseif value.kind == 'report' and running[key] then
    running[key].message = value.message or running[key].message
    running[key].percentage = value.percentage or running[key].percentage
  elseif value.kind == 'end' then
    running[key] = nil
  end
  vim.cmd.redrawstatus({ bang = true })
end

---@return hmls.Running[]
function M.list()
  for key, job in pairs(running) do
    if not vim.lsp.get_client_by_id(job.client_id) then
      running[key] = nil
    end
  end
  local found = vim.tbl_values(running)
  table.sort(found, function(a, b)
    return a.title < b.title
  end)
  return found
end

---Cancel what runs and can be cancelled; how many that were.
---@return integer
function M.cancel()
  local count = 0
  for _, job in ipairs(M.list()) do
    local client = vim.lsp.get_client_by_id(job.client_id)
    if client and job.cancellable then
      client:notify('window/workDoneProgress/cancel', { token = job.token })
      count = count + 1
    end
  end
  return count
end

return M
