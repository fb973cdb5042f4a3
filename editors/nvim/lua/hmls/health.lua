---`:checkhealth hmls`
local M = {}

---@param command string[]
---@return string? first line of what it says, or nil if it does not run
---@return string? why it does not run
local function first_line(command)
  local ok, job = pcall(vim.system, command, { text = true })
  if not ok then
    return nil, tostring(job)
  end
  local done = job:wait(10000)
  if done.code ~= 0 then
    return nil, ('it ended with code %d: %s'):format(done.code, vim.trim(done.stderr or ''))
  end
  return vim.split(done.stdout, '\n')[1]
end

local function check_neovim()
  vim.health.start('hmls: Neovim')
  local version = tostring(vim.version())
  if vim.fn.has('nvim-0.11') == 1 then
    vim.health.ok('Neovim ' .. version)
  else
    vim.health.error('Neovim ' .. version .. ' has no vim.lsp.config', 'Use Neovim 0.11 or newer.')
  end
end

---@param config vim.lsp.Config
local function check_server(config)
  vim.health.start('hmls: server')
  local command = type(config.cmd) == 'table' and config.cmd or {}
  local name = command[1]
  if not name then
    vim.health.info('the command is a function: its version is not asked for')
  elseif vim.fn.executable(name) == 0 then
    vim.health.error(('%s is not executable'):format(name), {
      'Install it: uv tool install hmls, pipx install hmls, or nix profile install.',
      "Or name it: vim.lsp.config('hmls', { cmd = { '/path/to/hmls' } })",
    })
  else
    local version, reason = first_line({ name, '--version' })
    if version then
      vim.health.ok(('%s (%s)'):format(version, vim.fn.exepath(name)))
    else
      vim.health.error(('%s does not run: %s'):format(name, reason))
    end
  end
  local clients = vim.lsp.get_clients({ name = 'hmls' })
  for _, client in ipairs(clients) do
    local info = client.server_info or {}
    vim.health.ok(
      ('runs for %s: %s %s, positions in %s'):format(
        client.root_dir or 'no root',
        info.name or 'hmls',
        info.version or '',
        client.offset_encoding
      )
    )
  end
  if #clients == 0 then
    if vim.lsp.is_enabled and vim.lsp.is_enabled('hmls') then
      vim.health.info('enabled; it starts with the first Nix file of a flake with homes')
    else
      vim.health.warn('not enabled', "Call vim.lsp.enable('hmls') in your init.lua.")
    end
  end
end

local function check_tools()
  vim.health.start('hmls: tools')
  local nix = first_line({ 'nix', '--version' })
  if nix then
    vim.health.ok(nix)
  else
    vim.health.info('no nix: all answers work, nothing can be built or switched')
  end
  local git = first_line({ 'git', '--version' })
  if git then
    vim.health.ok(git)
  else
    vim.health.info('no git: what is tracked is read without it')
  end
end

local function check_root()
  vim.health.start('hmls: homes')
  local root = require('hmls.root')
  local here
  -- The report has a buffer of its own: what was shown before is what is asked about.
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    here = here or root.find(vim.api.nvim_win_get_buf(window))
  end
  here = here or root.of_path(vim.fn.getcwd())
  if here then
    vim.health.ok('flake with homes: ' .. here)
  else
    vim.health.info('no flake.nix with homes/ or nix/homes/ above the files that are open', {
      'vim.g.hmls_homes = { "folder" } adds folders that count as homes.',
    })
  end
  for _, map in ipairs(require('hmls.homes').known()) do
    vim.health.info(
      ('%s: %d users, %d hosts, %d targets'):format(map.root, #map.users, #map.hosts, #map.targets)
    )
  end
end

---@param names string[]
---@param wanted string
---@return string? the name that shares the most pairs of letters with it, if those are half of them
local function nearest(names, wanted)
  local best, most = nil, 0.5
  for _, name in ipairs(names) do
    local shared = 0
    for place = 1, #wanted - 1 do
      if name:lower():find(wanted:lower():sub(place, place + 1), 1, true) then
        shared = shared + 1
      end
    end
    local part = shared / math.max(#wanted - 1, #name - 1, 1)
    if part >= most then
      best, most = name, part
    end
  end
  return best
end

---@param known table<string, any>
---@param given any
---@param prefix string
---@param found string[]
local function misspelt(known, given, prefix, found)
  if type(given) ~= 'table' then
    found[#found + 1] = prefix .. ' must be a table'
    return
  end
  for name, value in vim.spairs(given) do
    local setting = known[name]
    local full = prefix .. '.' .. tostring(name)
    if setting == nil then
      local near = nearest(vim.tbl_keys(known), tostring(name))
      local hint = near and ('; did you mean %s?'):format(near) or ''
      found[#found + 1] = ('there is no setting %s%s'):format(full, hint)
    elseif type(setting) == 'table' then
      misspelt(setting, value, full, found)
    elseif type(value) ~= setting then
      found[#found + 1] = ('%s must be a %s'):format(full, setting)
    end
  end
end

---What is wrong with settings, as sentences.
---@param settings table the part below `hmls`
---@return string[]
function M.setting_problems(settings)
  local found = {}
  misspelt(require('hmls.options'), settings, 'hmls', found)
  return found
end

---@param config vim.lsp.Config
local function check_settings(config)
  vim.health.start('hmls: settings')
  local settings = config.settings or {}
  local problems = M.setting_problems(settings.hmls or {})
  vim.list_extend(problems, M.setting_problems(vim.tbl_get(config, 'init_options', 'hmls') or {}))
  for name in vim.spairs(settings) do
    if name ~= 'hmls' then
      problems[#problems + 1] = ('settings.%s is not read; put it below settings.hmls'):format(name)
    end
  end
  for _, problem in ipairs(problems) do
    vim.health.warn(problem)
  end
  if #problems == 0 then
    vim.health.ok('all settings are known')
  end
end

---@param config vim.lsp.Config
---@param name string
---@return boolean? is_on as it is set; nil where it is left to us
local function own_feature(config, name)
  local found = vim.tbl_get(config, 'init_options', 'hmls', 'features', name)
  if found == nil then
    found = vim.tbl_get(config, 'settings', 'hmls', 'features', name)
  end
  return found
end

---@param own boolean? as it is set
---@param is_told boolean whether nixd has a nixpkgs, as far as its settings and NIX_PATH say
local function check_packages(own, is_told)
  if own == false or (own == nil and is_told) then
    vim.health.ok('packages and lib are left to nixd')
  elseif is_told then
    vim.health.warn('hmls and nixd both answer for packages and lib', {
      'Leave them to nixd: settings = { hmls = { features = { packages = false } } }',
    })
  else
    vim.health.info(
      'hmls answers for packages and lib: no nixpkgs of nixd is known here. If they come twice,'
        .. ' set features = { packages = false }'
    )
  end
  vim.health.info('nixd tells of NixOS as well; docs/editors.md says how to hear it once')
end

---@param config vim.lsp.Config
local function check_others(config)
  vim.health.start('hmls: other Nix servers')
  local beside = require('hmls.beside')
  local other, missing = beside.other(), beside.missing()
  if missing then
    vim.health.warn(missing .. ' is enabled and is not executable: hmls answers in its place')
  elseif not other then
    vim.health.ok('none')
  end
  if not other then
    return
  end
  if own_feature(config, 'language') then
    vim.health.warn(other .. ' runs beside hmls, and both answer for variables and syntax', {
      'Leave that to it: settings = { hmls = { features = { language = false } } }',
    })
  else
    vim.health.ok(other .. ' runs beside hmls, and variables, outlines and syntax are left to it')
  end
  if beside.is_nixd() then
    check_packages(own_feature(config, 'packages'), beside.has_nixpkgs())
  end
end

function M.check()
  check_neovim()
  if vim.fn.has('nvim-0.11') == 0 then
    return
  end
  local config = vim.lsp.config.hmls
  if not config then
    vim.health.error(
      'lsp/hmls.lua is not on the runtimepath',
      'Add editors/nvim of hmls to it; :help hmls-install'
    )
    return
  end
  check_server(config)
  check_tools()
  check_root()
  check_settings(config)
  check_others(config)
end

return M
