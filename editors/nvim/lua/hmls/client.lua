---The clients of the server, and questions to them.
local M = {}

---@return vim.lsp.Client[]
function M.all()
  return vim.lsp.get_clients({ name = 'hmls' })
end

---The client of a root or of the current buffer, else the only one.
---@param root string?
---@return vim.lsp.Client?
function M.find(root)
  local clients = M.all()
  if root then
    for _, client in ipairs(clients) do
      if client.root_dir == root then
        return client
      end
    end
  end
  local here = vim.lsp.get_clients({ name = 'hmls', bufnr = 0 })
  return here[1] or clients[1]
end

---@param text string
---@param level integer? of vim.log.levels
function M.say(text, level)
  vim.notify('hmls: ' .. text, level or vim.log.levels.INFO)
end

---The client that is meant; says what is missing if there is none.
---@param root string?
---@return vim.lsp.Client?
function M.need(root)
  local client = M.find(root)
  if not client then
    M.say('no server is running here (see :checkhealth hmls)', vim.log.levels.WARN)
  end
  return client
end

---Ask a client; a refusal is shown, and then `answered` is not called.
---@param client vim.lsp.Client
---@param method string
---@param params table
---@param answered fun(result: any)
---@return integer? request
function M.ask(client, method, params, answered)
  ---@diagnostic disable-next-line: param-type-mismatch
  local sent, request = client:request(method, params, function(err, result)
    if err then
      -- Cancelled and outdated questions are nobody's concern.
      if err.code ~= -32800 and err.code ~= -32801 then
        M.say(err.message, vim.log.levels.ERROR)
      end
      return
    end
    answered(result)
  end)
  return sent and request or nil
end

return M
