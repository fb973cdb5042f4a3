---The effective settings of a target as a tree: who decided each, and who lost.
local client_of = require('hmls.client')
local homes = require('hmls.homes')
local view = require('hmls.view')

local M = {}

---After so long somebody wonders whether anything happens.
local SLOW_MS = 1000

---Option paths that were shown last, for completion. Root and target → paths.
---@type table<string, string[]>
local paths = {}

---@param segment string
---@return string as Nix writes it
local function quoted(segment)
  if segment:find("^[%a_][%w_'-]*$") then
    return segment
  end
  return '"' .. segment:gsub('["\\]', '\\%0'):gsub('%${', '\\${'):gsub('\n', '\\n') .. '"'
end

---`programs."a.b".enable` → its segments. What is no path at all gives an empty list.
---@param text string
---@return string[]
function M.segments(text)
  local found, at = {}, 1
  while at <= #text do
    if text:sub(at, at) == '"' then
      local segment = {}
      at = at + 1
      while at <= #text and text:sub(at, at) ~= '"' do
        if text:sub(at, at) == '\\' then
          at = at + 1
        end
        segment[#segment + 1] = text:sub(at, at)
        at = at + 1
      end
      found[#found + 1] = table.concat(segment)
      at = at + 2
    else
      local stop = text:find('.', at, true) or #text + 1
      found[#found + 1] = text:sub(at, stop - 1)
      at = stop + 1
    end
  end
  return found
end

---@param segments string[]
---@return string
function M.path(segments)
  return vim.iter(segments):map(quoted):join('.')
end

---@param root string
---@param place hmls.Place
---@return string
local function place_text(root, place)
  if not place.file then
    return place.layer
  end
  local file = place.file
  if vim.startswith(file, root .. '/') then
    file = file:sub(#root + 2)
  end
  file = file:gsub('^/nix/store/[^/]+/', '')
  return ('%s:%d (%s)'):format(file, place.line or 1, place.layer)
end

---@param place hmls.Place
---@return boolean whether it is in a module of an input
local function is_of_input(place)
  return place.layer == 'input' or (place.file ~= nil and vim.startswith(place.file, '/nix/store/'))
end

---@param setting hmls.Setting
---@return string value, string? highlight
local function value_of(setting)
  if setting.error then
    return 'error: ' .. vim.trim(setting.error), 'DiagnosticError'
  elseif setting.defined == false then
    return 'not defined', 'Comment'
  elseif setting.known then
    return setting.text, nil
  end
  return setting.text .. '  ?', 'DiagnosticWarn'
end

---@param chosen hmls.Chosen
---@param settings hmls.Setting[]
---@return hmls.Line[]
function M.lines(chosen, settings)
  local root, target = chosen.map.root, chosen.target
  local lines = {
    { text = target.name, group = 'Title', note = table.concat(target.layers, ' + ') },
  }
  local before = {}
  for _, setting in ipairs(settings) do
    local path = setting.path
    local common = 0
    while common < #path - 1 and before[common + 1] == path[common + 1] do
      common = common + 1
    end
    for depth = common + 1, #path - 1 do
      local text = ('  '):rep(depth - 1) .. quoted(path[depth])
      lines[#lines + 1] = { text = text, group = 'Identifier' }
    end
    before = vim.list_slice(path, 1, #path - 1)
    local indent = ('  '):rep(#path - 1)
    local value, group = value_of(setting)
    local winner = setting.winners[1]
    local more = #setting.winners > 1 and (' +%d'):format(#setting.winners - 1) or ''
    lines[#lines + 1] = {
      text = ('%s%s = %s'):format(indent, quoted(path[#path]), value),
      group = group,
      place = winner,
      note = winner and '← ' .. place_text(root, winner) .. more,
      data = setting,
    }
    local of_inputs = 0
    for number, other in ipairs(setting.winners) do
      if number > 1 and is_of_input(other) then
        of_inputs = of_inputs + 1
      elseif number > 1 then
        lines[#lines + 1] = {
          text = indent .. '  ← ' .. place_text(root, other),
          group = 'Comment',
          place = other,
          data = setting,
        }
      end
    end
    if of_inputs > 0 then
      lines[#lines + 1] = {
        text = ('%s  ← and %d in modules of inputs'):format(indent, of_inputs),
        group = 'Comment',
        data = setting,
      }
    end
    for _, loser in ipairs(setting.losers) do
      if loser.layer ~= 'default' and loser.layer ~= 'input' then
        lines[#lines + 1] = {
          text = ('%s  ✗ %s'):format(indent, place_text(root, loser)),
          group = 'Comment',
          note = loser.why,
          note_group = 'DiagnosticHint',
          place = loser,
          data = setting,
        }
      end
    end
  end
  if #settings == 0 then
    lines[#lines + 1] = { text = 'nothing is set here', group = 'Comment' }
  end
  return lines
end

---All that is known of one setting, in a float.
---@param line hmls.Line
local function explain(line)
  local setting = line.data
  if not setting then
    return
  end
  ---@cast setting hmls.Setting
  local value = value_of(setting)
  local text = { '```nix', M.path(setting.path) .. ' = ' .. value, '```' }
  for name, fact in vim.spairs({
    type = setting.type,
    priority = setting.priority and tostring(setting.priority),
    ['not wholly known'] = setting.reason,
    assumes = setting.assumes and next(setting.assumes) and table.concat(setting.assumes, ', '),
  }) do
    text[#text + 1] = ('- %s: %s'):format(name, fact)
  end
  local lines = vim.split(table.concat(text, '\n'), '\n')
  vim.lsp.util.open_floating_preview(lines, 'markdown', { focus_id = 'hmls.setting' })
end

---@param value any
---@return any the same without JSON's null
local function without_null(value)
  if value == vim.NIL then
    return nil
  elseif type(value) ~= 'table' then
    return value
  end
  local found = {}
  for key, item in pairs(value) do
    found[key] = without_null(item)
  end
  return found
end

---@param chosen hmls.Chosen
---@param prefix string[]
---@param ready fun(settings: hmls.Setting[])
function M.ask(chosen, prefix, ready)
  local client = client_of.need(chosen.map.root)
  if not client then
    return
  end
  local params = { root = chosen.map.root, target = chosen.target.name }
  params.prefix = #prefix > 0 and prefix or nil
  local answered = false
  vim.defer_fn(function()
    if not answered then
      client_of.say(('reading the settings of %s…'):format(chosen.target.name))
    end
  end, SLOW_MS)
  client_of.ask(client, 'hmls/settings', params, function(answer)
    answered = true
    local settings = without_null(answer.options)
    if #prefix == 0 then
      paths[chosen.target.name] = vim
        .iter(settings)
        :map(function(setting)
          return M.path(setting.path)
        end)
        :totable()
    end
    ready(settings)
  end)
end

---Show the settings of a target, at and below a path.
---@param name string?
---@param option string? in Nix's notation
function M.show(name, option)
  local prefix = M.segments(option or '')
  homes.choose(name, { prompt = 'Settings of' }, function(chosen)
    M.ask(chosen, prefix, function(settings)
      local title = ('hmls://show/%s%s'):format(chosen.target.name, option and '/' .. option or '')
      view.open(title, M.lines(chosen, settings), {
        foldlevel = #settings > 60 and 2 or 99,
        keys = {
          K = { explain, desc = 'All about this setting' },
          R = {
            function()
              M.show(chosen.target.name, option)
            end,
            desc = 'Ask again',
          },
        },
      })
    end)
  end)
end

---Option paths of a target as far as they were asked for; asks for those that were not.
---@param name string?
---@return string[]
function M.known_paths(name)
  local chosen = name and homes.named(name) or homes.targets()[1]
  if not chosen then
    return {}
  end
  if not paths[chosen.target.name] then
    local done = false
    M.ask(chosen, {}, function()
      done = true
    end)
    vim.wait(1500, function()
      return done
    end, 20)
  end
  return paths[chosen.target.name] or {}
end

return M
