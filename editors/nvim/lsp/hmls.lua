---@brief
--- The configuration that `vim.lsp.enable('hmls')` uses. Change it as any other:
--- `vim.lsp.config('hmls', { settings = { hmls = { … } } })`.
---@type vim.lsp.Config
return {
  cmd = { 'hmls' },
  filetypes = { 'nix' },
  -- Nothing is started in flakes without homes.
  root_dir = function(bufnr, on_dir)
    local root = require('hmls.root').find(bufnr)
    if root then
      on_dir(root)
    end
  end,
  capabilities = {
    experimental = {
      hmls = {
        terminal = true,
        documents = true,
        log = true,
        changed = true,
        references = true,
        save = true,
      },
    },
  },
  -- Feature groups are settled at initialize, so that the settings must be there by then.
  before_init = function(params, config)
    local own = vim.tbl_get(config, 'settings', 'hmls') or vim.empty_dict()
    local given =
      vim.tbl_deep_extend('force', { hmls = own }, params.initializationOptions or {})
    local beside = require('hmls.beside')
    local left = {}
    if beside.other() then
      left.language = false
    end
    if beside.has_nixpkgs() then
      left.packages = false
    end
    if next(left) then
      -- What is set stands.
      given = vim.tbl_deep_extend('keep', given, { hmls = { features = left } })
    end
    params.initializationOptions = given
  end,
  -- A server that was started again does not know what the one before was asked and told.
  on_init = function(client)
    if package.loaded['hmls.homes'] then
      require('hmls.homes').welcome(client)
    end
  end,
  handlers = {
    ['hmls/log'] = function(_, params)
      require('hmls.log').add(params)
    end,
    ['hmls/changed'] = function(_, _, ctx)
      require('hmls.homes').changed(ctx.client_id)
    end,
    ['hmls/save'] = function(_, params)
      return require('hmls.save').save(params)
    end,
    ['hmls/terminal'] = function(_, params)
      return require('hmls.terminal').open(params)
    end,
  },
  commands = {
    ['hmls.showReferences'] = function(command, ctx)
      require('hmls.references').show(command, ctx)
    end,
  },
}
