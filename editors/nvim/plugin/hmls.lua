-- What there is before anything is asked for: one command, one way to read `hmls:` documents.
if vim.g.loaded_hmls then
  return
end
vim.g.loaded_hmls = true

vim.api.nvim_create_user_command('Hmls', function(args)
  require('hmls.command').run(args)
end, {
  nargs = '*',
  bang = true,
  desc = 'Homes: layers, settings, deployments',
  complete = function(lead, line, position)
    return require('hmls.command').complete(lead, line, position)
  end,
})

local group = vim.api.nvim_create_augroup('hmls', {})

vim.api.nvim_create_autocmd('BufReadCmd', {
  group = group,
  pattern = { 'hmls:/effective/*', 'hmls:/preview/*' },
  callback = function(args)
    require('hmls.document').read(args.buf, args.match)
  end,
})

vim.api.nvim_create_autocmd('LspProgress', {
  group = group,
  callback = function(args)
    local client = vim.lsp.get_client_by_id(args.data.client_id)
    if client and client.name == 'hmls' then
      require('hmls.progress').update(args.data)
    end
  end,
})
