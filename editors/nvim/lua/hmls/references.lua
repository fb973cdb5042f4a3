---The command of code lenses that count places: it shows them.
local M = {}

---@param command lsp.Command
---@param ctx lsp.HandlerContext
function M.show(command, ctx)
  local client = assert(vim.lsp.get_client_by_id(ctx.client_id))
  local locations = vim.iter(command.arguments or {}):find(function(argument)
    return type(argument) == 'table' and vim.islist(argument)
  end) or {}
  local items = vim.lsp.util.locations_to_items(locations, client.offset_encoding)
  if #items == 1 then
    vim.lsp.util.show_document(locations[1], client.offset_encoding, { focus = true })
    return
  end
  vim.fn.setqflist({}, ' ', { title = command.title, items = items })
  vim.cmd('botright copen')
end

return M
